// The cookies by which a browser proves that it has a guest's session, by access token: tests name the browser by its token.

import type { call } from "./socket.ts";

const proofs = new Map<string, string>();

/** Keeps the cookies of a sign-in. */
export function remember<T extends Awaited<ReturnType<typeof call>>>(answer: T): T {
	const proof = answer.headers.getSetCookie().find((cookie) => cookie.startsWith("parley_proof="));
	if (proof) proofs.set(answer.body.token, proof.split(";")[0] as string);
	return answer;
}

/** The header that the browser sends, if it has the session of this token. */
export function proofOf(token: string): { cookie?: string } {
	const cookie = proofs.get(token);
	return cookie === undefined ? {} : { cookie };
}

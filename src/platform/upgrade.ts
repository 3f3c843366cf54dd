// What both kinds of object do with a WebSocket, whatever it is about: how an upgrade is refused, and how a close is answered.

import { closeCodes, type ErrorCode, errorBody, errors } from "../protocol/errors.ts";

/** In place of a 101; `retryAfterMs`: when to come back, where that makes sense. */
export function refuseUpgrade({ code, retryAfterMs }: { code: ErrorCode; retryAfterMs?: number }): Response {
	const headers: HeadersInit = retryAfterMs === undefined ? {} : { "retry-after": String(Math.ceil(retryAfterMs / 1000)) };
	return Response.json(errorBody(code, undefined, retryAfterMs), { status: errors[code].status, headers });
}

/** The hibernation path leaves the answer to us; 1005 and 1006 stand for "no code" and cannot be sent. */
export function answerClose(socket: WebSocket, code: number, reason: string): void {
	try {
		socket.close(code === 1005 || code === 1006 ? closeCodes.normal : code, reason);
	} catch {
		// Closed from here before.
	}
}

// The handshake and the close of a WebSocket between the Worker and an object, whichever object it is.

import { closeCodes, type ErrorCode, errorBody, errors } from "../protocol/errors.ts";

/** Builds the Worker's request for a socket from scratch, so that no header of the client goes along. */
export function buildUpgrade(upgrade: object): Request {
	const query = new URLSearchParams({ upgrade: JSON.stringify(upgrade) });
	return new Request(`https://object/socket?${query}`, { headers: { upgrade: "websocket" } });
}

/** Reads a request that `buildUpgrade` has built; its sender knows the type. */
export function readUpgrade<T>(request: Request): T {
	return JSON.parse(new URL(request.url).searchParams.get("upgrade") ?? "") as T;
}

/** Answers 101. `isChatProtocol`: the client offered `chat.v1`, which the answer has to name. */
export function acceptUpgrade(client: WebSocket, isChatProtocol: boolean): Response {
	const headers: HeadersInit = isChatProtocol ? { "sec-websocket-protocol": "chat.v1" } : {};
	return new Response(null, { status: 101, webSocket: client, headers });
}

/** Answers instead of a 101. `retryAfterMs`: when another attempt makes sense. */
export function refuseUpgrade({ code, retryAfterMs }: { code: ErrorCode; retryAfterMs?: number }): Response {
	const headers: HeadersInit = retryAfterMs === undefined ? {} : { "retry-after": String(Math.ceil(retryAfterMs / 1000)) };
	return Response.json(errorBody(code, undefined, retryAfterMs), { status: errors[code].status, headers });
}

/** Answers a close, which the hibernation API leaves to us. 1005 and 1006 mean "no code" and cannot be sent. */
export function answerClose(socket: WebSocket, code: number, reason: string): void {
	try {
		socket.close(code === 1005 || code === 1006 ? closeCodes.normal : code, reason);
	} catch {
		// We closed it first.
	}
}

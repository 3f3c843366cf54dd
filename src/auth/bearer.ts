// Reads the token of a request, and the subprotocol that a socket asks for. Must not depend on what
// a token contains.

/**
 * The request's token, unverified: from `Authorization`, else from the subprotocols, else from
 * `?token=`.
 */
export function readToken(request: Request): string | undefined {
	const bearer = /^bearer +(.*)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
	const offered = offeredProtocols(request).find((protocol) => protocol.startsWith("bearer."));
	return bearer ?? offered?.slice("bearer.".length) ?? new URL(request.url).searchParams.get("token") ?? undefined;
}

/**
 * True if the response to an upgrade names `chat.v1`. It must never name the protocol that carries
 * the token.
 */
export function offersChatProtocol(request: Request): boolean {
	return offeredProtocols(request).includes("chat.v1");
}

/**
 * The protocol that the response to an upgrade names if any may be offered: the first one that is not
 * the token. Browsers close a socket whose protocols are not answered.
 */
export function chosenProtocol(request: Request): string | undefined {
	return offeredProtocols(request).find((protocol) => protocol !== "" && !protocol.startsWith("bearer."));
}

function offeredProtocols(request: Request): string[] {
	return (request.headers.get("sec-websocket-protocol") ?? "").split(",").map((protocol) => protocol.trim());
}

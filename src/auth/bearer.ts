// Where a token rides in a request, and which subprotocol a socket asks for. Knows nothing of what a token says.

/** The request's token, unverified: from `Authorization`, else the subprotocols, else `?token=`. */
export function readToken(request: Request): string | undefined {
	const bearer = /^bearer +(.*)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
	const offered = offeredProtocols(request).find((protocol) => protocol.startsWith("bearer."));
	return bearer ?? offered?.slice("bearer.".length) ?? new URL(request.url).searchParams.get("token") ?? undefined;
}

/** Whether the answer to an upgrade is to name `chat.v1`. It never names the protocol that carries the token. */
export function offersChatProtocol(request: Request): boolean {
	return offeredProtocols(request).includes("chat.v1");
}

function offeredProtocols(request: Request): string[] {
	return (request.headers.get("sec-websocket-protocol") ?? "").split(",").map((protocol) => protocol.trim());
}

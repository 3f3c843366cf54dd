// How an object answers the Worker that somebody else holds a socket. Clients never see it.

/** RFC 9110: the request was sent to one that cannot answer it. */
const misdirected = 421;
const header = "parley-relays";

/** `relays`: how many relays to choose among; 0: the conversation itself. */
export function moveTo(relays: number): Response {
	return new Response(null, { status: misdirected, headers: { [header]: String(relays) } });
}

/** How many relays the answer names; `undefined` if it is not about another object. */
export function movedTo(response: Response): number | undefined {
	if (response.status !== misdirected) return undefined;
	return Number(response.headers.get(header) ?? 0);
}

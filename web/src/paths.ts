// The paths of the page's routes. Pure.

/** `at`: the place of a message to show. */
export function pathOf(conversationId: string, at?: number): string {
	return `/c/${encodeURIComponent(conversationId)}${at === undefined ? "" : `?at=${at}`}`;
}

export type LinkedMessage = { conversationId: string; at: number | undefined };

/** The conversation, or its message, that an address of this page leads to. */
export function linkedMessage(href: string, origin: string): LinkedMessage | undefined {
	const url = URL.canParse(href) ? new URL(href) : undefined;
	const id = url?.origin === origin ? /^\/c\/([^/]+)$/.exec(url.pathname)?.[1] : undefined;
	if (!url || id === undefined) return undefined;
	const at = Number(url.searchParams.get("at"));
	return { conversationId: decoded(id), at: Number.isSafeInteger(at) && at > 0 ? at : undefined };
}

function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

/** The token of a link that adds a second device, in the page's address. */
export function deviceLinkIn(path: string, hash: string): string | undefined {
	return path === "/device" && hash.length > 1 ? hash.slice(1) : undefined;
}

/**
 * The token of an invite in the page's address. It follows the `#`, which browsers send to no server. Links
 * from before that have it in their path.
 */
export function inviteIn(path: string, hash: string): string | undefined {
	const token = path === "/invite" ? hash.slice(1) : /^\/invite\/([^/]+)$/.exec(path)?.[1];
	return token && decoded(token);
}

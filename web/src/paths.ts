// The paths of the page's routes. Pure.

/** `at`: the place of a message to show. */
export function pathOf(conversationId: string, at?: number): string {
	return `/c/${encodeURIComponent(conversationId)}${at === undefined ? "" : `?at=${at}`}`;
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
	try {
		return token && decodeURIComponent(token);
	} catch {
		return token;
	}
}

// The addresses of the page's own places. Pure.

/** `at`: the place of a message in it. */
export function pathOf(conversationId: string, at?: number): string {
	return `/c/${encodeURIComponent(conversationId)}${at === undefined ? "" : `?at=${at}`}`;
}

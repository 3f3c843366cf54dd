// The paths of the page's routes. Pure.

/** `at`: the place of a message to show. */
export function pathOf(conversationId: string, at?: number): string {
	return `/c/${encodeURIComponent(conversationId)}${at === undefined ? "" : `?at=${at}`}`;
}

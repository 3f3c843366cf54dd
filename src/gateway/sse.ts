// Encodes server-sent events. Pure. No field of an event can begin a line of its own: JSON contains
// no line breaks, and they are removed from the other fields.

/** The fields that become lines; the whole event becomes the data. */
type Encodable = { type: string; cursor?: string };

export function encodeEvent(event: Encodable): string {
	const id = event.cursor === undefined ? "" : `id: ${oneLine(event.cursor)}\n`;
	return `event: ${oneLine(event.type)}\n${id}data: ${JSON.stringify(event)}\n\n`;
}

/** Sets how many ms a client waits before it reconnects. */
export function encodeRetry(ms: number): string {
	return `retry: ${Math.ceil(ms)}\n\n`;
}

/** A comment: it shows that the connection works, and clients ignore it. */
export const signOfLife = ":\n\n";

function oneLine(text: string): string {
	return text.replace(/[\r\n\0]/g, "");
}

// Events as server-sent events. Pure. Nothing in an event begins a line of its own: JSON has no line breaks, and from what else is written they
// are taken out.

/** What the lines are made of; the rest of an event is data. */
type Told = { type: string; cursor?: string };

export function encodeEvent(event: Told): string {
	const id = event.cursor === undefined ? "" : `id: ${oneLine(event.cursor)}\n`;
	return `event: ${oneLine(event.type)}\n${id}data: ${JSON.stringify(event)}\n\n`;
}

/** After how many ms a client that is cut off is to come back. */
export function encodeRetry(ms: number): string {
	return `retry: ${Math.ceil(ms)}\n\n`;
}

/** A comment: a sign of life that no client makes anything of. */
export const signOfLife = ":\n\n";

function oneLine(text: string): string {
	return text.replace(/[\r\n\0]/g, "");
}

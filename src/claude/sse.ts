// Reads server-sent events from the body of a response. Knows no event: the Messages API repeats the type in the data.

/** UTF-16 units of one event, far more than any server sends. A server that never ends one must not fill the memory. */
const longestEvent = 4_000_000;

/**
 * Yields the data of each event, and `undefined` for bytes that complete none: pings and comments show that the server is alive.
 * Data without an empty line after it counts at the end of the body, as some servers leave that line out.
 */
export async function* readServerSentEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<string | undefined> {
	const reader = body.getReader();
	const decoder = new TextDecoder();
	// What has no line break yet, in the pieces that it came in: joining them each time would take time that grows with its square.
	let pieces: string[] = [];
	let event: string[] = [];
	// Of the pieces, and of the event so far.
	let [restLength, eventLength] = [0, 0];
	try {
		for (;;) {
			const { value, done } = await reader.read();
			const piece = decoder.decode(value, { stream: !done });
			const isBroken = done || /[\r\n]/.test(piece) || pieces.at(-1)?.endsWith("\r") === true;
			if (piece !== "") pieces.push(piece);
			restLength += piece.length;
			const events: string[] = [];
			if (isBroken) {
				// A carriage return at the end may be half of a line break.
				const lines = pieces.join("").split(/\r\n|\n|\r(?!$)/);
				const rest = done ? "" : (lines.pop() as string);
				if (done) lines.push("");
				for (const line of lines) {
					if (line.startsWith("data:")) {
						event.push(line.slice(line[5] === " " ? 6 : 5));
						eventLength += line.length;
					}
					if (line !== "" || event.length === 0) continue;
					events.push(event.join("\n"));
					[event, eventLength] = [[], 0];
				}
				[pieces, restLength] = [[rest], rest.length];
			}
			if (events.length === 0 && !done) yield undefined;
			yield* events;
			if (done) return;
			if (restLength + eventLength > longestEvent) throw new Error("An event is too long.");
		}
	} finally {
		// An aborted body cannot be cancelled any more.
		await reader.cancel().catch(() => {});
	}
}

// Fails a run in which the Workers runtime reports an exception that no test provoked.
// These reports do not name the test, so an error that a test provokes has to be recognizable by its message.

const provoked = [
	/broken on purpose/,
	// A test lets an object find tables of a newer release.
	/changed by a newer release/,
	// A sign-in or a membership ends during an export.
	/An export could not continue/,
	// A test dropped the table.
	/no such (fts5 )?table/,
	// The scripted Messages API hangs up. Miniflare's outbound worker reports the same failure again, without a stack.
	/^exception = \S+ disconnected: /,
	/^uncaught exception; source = Uncaught \(in promise\); stack = Error: Network connection lost\.$/,
	/^uncaught exception; exception = \S+ disconnected: jsg\.Error: Network connection lost\./,
];

const reports: string[] = [];

export default function setup(): () => void {
	const restore = [watch(process.stdout), watch(process.stderr)];
	return () => {
		for (const one of restore) one();
		if (reports.length > 0)
			throw new Error(`The runtime reported ${reports.length} exceptions that no test provoked; they are printed above.`);
	};
}

/** Hides provoked reports and collects the others. Returns a function that restores the stream. */
function watch(stream: NodeJS.WriteStream): () => void {
	const { write } = stream;
	stream.write = ((...args: Parameters<typeof write>) => {
		const text = String(args[0]).trimEnd();
		if (/^(?:uncaught )?exception(?:;| =)/.test(text)) {
			if (provoked.some((pattern) => pattern.test(text))) return true;
			reports.push(text);
		}
		return write.apply(stream, args);
	}) as typeof write;
	return () => {
		stream.write = write;
	};
}

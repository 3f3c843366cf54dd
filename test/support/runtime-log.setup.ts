// Fails a run of the tests inside the runtime in which the runtime reports an exception that no test provoked.
// The plugin prints these reports as they come. They name no test: an error that a test provokes says so in its words.

const provoked = [
	/broken on purpose/,
	// A test dropped the table.
	/no such table/,
	// The scripted Messages API hangs up. Requests leave the runtime through a worker of miniflare's, which reports that once more, without a stack.
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

/** Keeps provoked reports from being printed, and counts the others. Returns what ends it. */
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

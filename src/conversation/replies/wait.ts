// A wait that can be ended early.

/** Waits, but no longer than until the signal is aborted. */
export async function wait(ms: number, signal: AbortSignal): Promise<void> {
	const over = Promise.withResolvers<void>();
	const timer = setTimeout(over.resolve, ms);
	signal.addEventListener("abort", () => over.resolve());
	await over.promise;
	clearTimeout(timer);
}

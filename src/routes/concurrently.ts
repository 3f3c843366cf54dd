// Runs a task for each of many items, a few at a time and until a deadline. Must not depend on what
// the task is.

/**
 * Resolves to whether every task succeeded before the deadline, in ms from now. Never rejects.
 * After the deadline, no further task starts; tasks that are running are not waited for.
 */
export async function runConcurrently<T>(
	items: readonly T[],
	task: (item: T) => Promise<void>,
	{ atOnce, deadline }: { atOnce: number; deadline: number },
): Promise<boolean> {
	const waiting = [...items];
	let succeeded = 0;
	let isOver = false;
	const over = Promise.withResolvers<void>();
	const timer = setTimeout(over.resolve, deadline);
	const runner = async () => {
		for (let item = waiting.shift(); item !== undefined && !isOver; item = waiting.shift()) {
			try {
				await task(item);
				if (!isOver) succeeded += 1;
			} catch (error) {
				console.error("One of several tasks failed", error);
			}
		}
	};
	await Promise.race([Promise.all(Array.from({ length: atOnce }, runner)), over.promise]);
	clearTimeout(timer);
	isOver = true;
	return succeeded === items.length;
}

// One question to many, of whom not all may answer: so many at once, and no longer than one is willing to wait. Knows nothing of what is asked.

export type Answers<T> = { answers: T[] /** Whether each of them answered in time. */; isWhole: boolean };

/** Never rejects; who fails or is late has not answered. Who is late is left alone, and nobody more is asked. */
export async function askEach<T, A>(all: readonly T[], ask: (one: T) => Promise<A>, atOnce: number, patience: number): Promise<Answers<A>> {
	const answers: A[] = [];
	const waiting = [...all];
	let isOver = false;
	const over = Promise.withResolvers<void>();
	const timer = setTimeout(over.resolve, patience);
	const line = async () => {
		for (let one = waiting.shift(); one !== undefined && !isOver; one = waiting.shift()) {
			try {
				const answer = await ask(one);
				if (!isOver) answers.push(answer);
			} catch (error) {
				console.error("One of many could not be asked", error);
			}
		}
	};
	await Promise.race([Promise.all(Array.from({ length: atOnce }, line)), over.promise]);
	clearTimeout(timer);
	isOver = true;
	return { answers, isWhole: answers.length === all.length };
}

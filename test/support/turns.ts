// Counts the turns that others on the same thread have.

/** How many they have until this is done. */
export async function turnsDuring(work: Promise<unknown>): Promise<number> {
	let turns = 0;
	let isDone = false;
	const go = () => {
		turns += 1;
		if (!isDone) setTimeout(go);
	};
	go();
	await work;
	isDone = true;
	return turns;
}

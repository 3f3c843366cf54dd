// Checks the errors and warnings that the code under test logs. A test names the logs it provokes; any other log fails it.
// Expected logs are not printed, so that the output of a green run is quiet.

let allowed: RegExp[] = [];
let expected: RegExp[] = [];
let logged: string[] = [];
/** Logs that are no errors: a test may expect them, and none is unexpected. */
let notes: string[] = [];
/** Called at the next log. A promise must not be made here: the runtime ties it to the object that logs. */
let notify: () => unknown = () => {};

/** A test waits this long at its end for a log that it expects, in ms. */
const timeoutMs = 20_000;

/** Expects each of these to be logged at least once before the test ends. Call it inside the test. */
export function expectLog(...patterns: RegExp[]): void {
	expected.push(...patterns);
}

/** Allows these logs in all tests of a file, and between them. Call it outside the tests. */
export function allowLog(...patterns: RegExp[]): void {
	allowed.push(...patterns);
}

/** Call it before each file: several files may run in the same runtime, one after another. */
export function resetLog(): void {
	[allowed, expected, logged, notes] = [[], [], [], []];
}

export function record(values: unknown[], isNote = false): void {
	(isNote ? notes : logged).push(values.map(format).join(" "));
	notify();
}

/** Returns one complaint for each unexpected or missing log since the last call. */
export async function checkLog(): Promise<string[]> {
	const isMet = (pattern: RegExp) => [...logged, ...notes].some((text) => pattern.test(text));
	if (!expected.every(isMet)) {
		await new Promise<void>((resolve) => {
			setTimeout(resolve, timeoutMs);
			notify = () => expected.every(isMet) && resolve();
		});
		notify = () => {};
	}
	const isExpected = (text: string) => [...allowed, ...expected].some((pattern) => pattern.test(text));
	const complaints = [
		...expected.filter((pattern) => !isMet(pattern)).map((pattern) => `Nothing was logged that matches ${pattern}.`),
		...logged.filter((text) => !isExpected(text)).map((text) => `No test expects this log: ${text}`),
	];
	expected = [];
	logged = [];
	notes = [];
	return complaints;
}

function format(value: unknown): string {
	if (value instanceof Error) return value.stack ?? String(value);
	return typeof value === "string" ? value : JSON.stringify(value);
}

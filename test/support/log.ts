// What the code under test logs as an error or a warning. A test names the logs that it provokes; every other one fails it.
// Expected logs are not printed, so that the output of a green run is quiet.

let allowed: RegExp[] = [];
let expected: RegExp[] = [];
let logged: string[] = [];
/** Called at the next log. A promise must not be made here: the runtime ties it to the object that logs. */
let notify: () => unknown = () => {};

/** How long a test may wait at its end for a log that it expects. */
const patienceMs = 5_000;

/** Each of these is logged at least once until the test ends. To be called in the test. */
export function expectLog(...patterns: RegExp[]): void {
	expected.push(...patterns);
}

/** These may be logged by any test of a file, or between two of them. To be called outside of tests. */
export function allowLog(...patterns: RegExp[]): void {
	allowed.push(...patterns);
}

/** To be called before each file: files may run in the same runtime, one after another. */
export function resetLog(): void {
	[allowed, expected, logged] = [[], [], []];
}

export function record(values: unknown[]): void {
	logged.push(values.map(inWords).join(" "));
	notify();
}

/** Resolves with the complaints about everything that was logged since the last call. */
export async function checkLog(): Promise<string[]> {
	const isMet = (pattern: RegExp) => logged.some((text) => pattern.test(text));
	if (!expected.every(isMet)) {
		await new Promise<void>((resolve) => {
			setTimeout(resolve, patienceMs);
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
	return complaints;
}

function inWords(value: unknown): string {
	if (value instanceof Error) return value.stack ?? String(value);
	return typeof value === "string" ? value : JSON.stringify(value);
}

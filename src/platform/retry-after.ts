// Reads how long another service asks to be left alone.

/** The header Retry-After: seconds or a date, in ms. `undefined` if it says neither. */
export function readRetryAfter({ headers }: Response): number | undefined {
	const text = headers.get("retry-after");
	if (text === null) return undefined;
	const wait = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
	return Number.isFinite(wait) && wait > 0 ? wait : undefined;
}

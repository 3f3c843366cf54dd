// Numbers in sentences, so that a sentence that names a limit is made from the limit. Pure.

/** *100,000* */
export function numberText(value: number): string {
	return value.toLocaleString("en");
}

const units = { day: 24 * 3600, hour: 3600, minute: 60, second: 1 };

/** *30 days*, *15 minutes*: a number of seconds in the largest unit that divides it. */
export function durationText(seconds: number): string {
	const [unit, length] = Object.entries(units).find(([, length]) => seconds % length === 0) as [string, number];
	const count = seconds / length;
	return `${numberText(count)} ${unit}${count === 1 ? "" : "s"}`;
}

/** *60 to 31,536,000* */
export function rangeText({ min, max }: { min: number; max: number }): string {
	return `${numberText(min)} to ${numberText(max)}`;
}

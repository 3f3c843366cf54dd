// Numbers in sentences, so that a sentence that names a limit is made from the limit. Pure.

/** *100,000* */
export function numberText(value: number): string {
	return value.toLocaleString("en");
}

/** *60 to 31,536,000* */
export function rangeText({ min, max }: { min: number; max: number }): string {
	return `${numberText(min)} to ${numberText(max)}`;
}

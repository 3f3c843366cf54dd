// The arguments of a call as people read them before they allow it. Pure.

/** `name` is absent where the arguments are no object. */
export type CallArgument = { name?: string; value: string };

/** All of them, in their order. Values that are no text are shown as JSON. */
export function callArguments(input: string): CallArgument[] {
	let read: unknown;
	try {
		read = JSON.parse(input);
	} catch {
		return [{ value: visible(input) }];
	}
	if (typeof read !== "object" || read === null || Array.isArray(read)) return [{ value: shown(read) }];
	return Object.entries(read).map(([name, value]) => ({ name: visible(name), value: shown(value) }));
}

function shown(value: unknown): string {
	return visible(typeof value === "string" ? value : JSON.stringify(value, null, 2));
}

/** Signs without a shape could hide or reorder what is allowed. */
const shapeless = /\p{C}|\p{Default_Ignorable_Code_Point}|\p{Zl}|\p{Zp}/gu;
/** Line breaks, tabs, and what joins letters or chooses the form of emoji. */
const harmless = "\n\t\u200c\u200d\ufe0e\ufe0f";

/** A stranger's text, with such signs spelled out. */
export function visible(text: string): string {
	return text
		.replaceAll("\r\n", "\n")
		.replace(shapeless, (sign) => (harmless.includes(sign) ? sign : `\\u{${sign.codePointAt(0)?.toString(16)}}`));
}

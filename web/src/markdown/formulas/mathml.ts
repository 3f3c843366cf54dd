// Formulas as trees of MathML, by `temml`, within bounds. Loaded with the first formula. Pure.

import temml from "temml";

/** Styles have names as in scripts. */
export type MathElement = { tag: string; attributes: Record<string, string>; style: Record<string, string>; children: MathChild[] };
export type MathChild = MathElement | string;

/** Deeper or larger formulas would exhaust the browser's layout. */
const most = { depth: 40, elements: 2_000 };

/** Of sizes in a formula: in em, and in points. */
const maxSize: [number, number] = [20, 240];

/** What `temml` would only show in red, as it is not allowed. */
const forbidden = /\\(?:href|url|includegraphics|class|id|data|style|html(?:Class|Id|Data|Style)|ref|eqref|label)(?![a-zA-Z])/;

/** `null` if the formula cannot be drawn. */
export function mathOf(tex: string, isDisplay: boolean): MathElement | null {
	if (forbidden.test(tex)) return null;
	try {
		const tree: unknown = temml.__renderToMathMLTree(tex, {
			displayMode: isDisplay,
			wrap: isDisplay ? "none" : "tex",
			throwOnError: true,
			trust: false,
			maxSize,
			maxExpand: 200,
		});
		return read(tree, { depth: 0, count: 0 })[0] as MathElement;
	} catch {
		return null;
	}
}

/** What the library makes: an element, a text, or elements in a row. */
type Made = {
	type?: unknown;
	text?: unknown;
	attributes?: Record<string, unknown>;
	classes?: unknown[];
	style?: Record<string, unknown>;
	children?: unknown[];
};

/** Throws if it is not harmless. */
function read(node: unknown, place: { depth: number; count: number }): MathChild[] {
	const { type, text, attributes = {}, classes = [], style = {}, children = [] } = node as Made;
	if (typeof text === "string") return [text];
	place.count += 1;
	place.depth += 1;
	if (place.depth > most.depth || place.count > most.elements) throw new Error("The formula is too large.");
	const within = children.flatMap((child) => read(child, place));
	place.depth -= 1;
	if (type === undefined) return within;
	if (typeof type !== "string" || !elements.test(type)) throw new Error("The formula has another element.");
	const className = classes.filter((name) => name).join(" ");
	const taken = Object.entries({ ...attributes, ...(className !== "" && { class: className }) }).filter(([name]) => harmless.test(name));
	return [{ tag: type, attributes: strings(taken), style: strings(Object.entries(style)), children: within }];
}

const elements = /^(?:math|m[a-z]+|none|semantics|annotation)$/;
const harmless = /^(?!on|href|src|id$|style$)[a-z-]+$/;

function strings(given: [name: string, value: unknown][]): Record<string, string> {
	return Object.fromEntries(given.map(([name, value]) => [name, bounded(String(value))]));
}

/** The library does not bound negative sizes. */
function bounded(value: string): string {
	for (const [, size, unit] of value.matchAll(/(-?[\d.]+)(em|ex|pt|px)/g))
		if (Math.abs(Number(size)) > (unit === "em" || unit === "ex" ? 2 * maxSize[0] : 2 * maxSize[1]))
			throw new Error("The formula is too large.");
	return value;
}

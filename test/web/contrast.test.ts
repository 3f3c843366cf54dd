// Computes the WCAG contrast of the colours in tokens.css: a browser cannot always tell what lies behind a text.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

type Colour = [red: number, green: number, blue: number, alpha: number];

const css = readFileSync(join(import.meta.dirname, "../../web/src/tokens.css"), "utf8");

/** By name, for day and night. */
const tokens = new Map(
	[...css.matchAll(/--([\w-]+): light-dark\((#\w+|rgb\([^)]+\)), (#\w+|rgb\([^)]+\))\);/g)].map(([, name = "", light = "", dark = ""]) => [
		name,
		{ light: colourOf(light), dark: colourOf(dark) },
	]),
);

function colourOf(text: string): Colour {
	if (text.startsWith("#")) {
		const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => Number.parseInt(text.slice(at, at + 2), 16));
		return [red, green, blue, 1];
	}
	const [red = 0, green = 0, blue = 0, alpha = 100] = (text.match(/[\d.]+/g) ?? []).map(Number);
	return [red, green, blue, alpha / 100];
}

/** One over another that nothing shines through. */
function over([red, green, blue, alpha]: Colour, [r, g, b]: Colour): Colour {
	const mix = (upper: number, lower: number) => upper * alpha + lower * (1 - alpha);
	return [mix(red, r), mix(green, g), mix(blue, b), 1];
}

function luminance([red, green, blue]: Colour): number {
	const [r = 0, g = 0, b = 0] = [red, green, blue].map((value) => {
		const part = value / 255;
		return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
	});
	return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: Colour, other: Colour): number {
	const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
	return (lighter + 0.05) / (darker + 0.05);
}

const hues = Array.from({ length: 8 }, (_, index) => `hue-${index}`);

/** Text colours of normal size, with the backgrounds they appear on. Several names in one string are layers, topmost first. */
const texts: [ink: string, grounds: string[]][] = [
	["ink", ["found", "paper", "raised", "tint", "tint-strong", "own", "claude-tint", "problem-tint"]],
	["ink-soft", ["paper", "raised", "tint", "tint-strong", "own"]],
	["act", ["paper", "raised", "tint", "tint-strong"]],
	["act-strong", ["paper", "raised", "tint", "own", "mention paper", "mention tint", "mention own"]],
	["on-act", ["act", "act-strong"]],
	["claude", ["paper", "raised", "claude-tint", "mention paper", "mention own", "mention tint"]],
	["on-claude", ["claude"]],
	["problem", ["paper", "raised", "tint", "own", "problem-tint"]],
	["on-problem", ["problem"]],
	["ink", ["mention paper", "mention tint", "mention own", "mention raised"]],
	["paper", ["ink-soft"]],
	...hues.map((hue): [string, string[]] => [hue, ["paper", "raised", "tint-strong", "mention paper", "mention tint", "mention own"]]),
];

/** Shapes that must be recognizable: edges of fields and buttons, status lamps and the focus ring. */
const shapes: [shape: string, grounds: string[]][] = [
	["edge", ["paper", "raised", "tint"]],
	["act", ["paper", "raised", "tint", "own", "claude-tint"]],
	["good", ["raised"]],
	["uneasy", ["raised"]],
	["problem", ["raised"]],
	["claude", ["paper", "claude-tint"]],
];

const pairs = (of: [string, string[]][], least: number) =>
	of.flatMap(([upper, grounds]) =>
		grounds.flatMap((ground) => (["light", "dark"] as const).map((theme) => [upper, ground, theme, least] as const)),
	);

describe("the colour tokens", () => {
	it.each([...pairs(texts, 4.5), ...pairs(shapes, 3)])(
		"%s on %s in %s theme have a contrast of at least %d:1",
		(upper, ground, theme, least) => {
			const colour = (name: string) => {
				const token = tokens.get(name);
				if (!token) throw new Error(`There is no colour ${name}`);
				return token[theme];
			};
			const [top = "", ...below] = ground.split(" ");
			const lower = below.reduce((upper, name) => over(upper, colour(name)), colour(top));
			expect(contrast(over(colour(upper), lower), lower)).toBeGreaterThanOrEqual(least);
		},
	);

	it("cover every colour that is used", () => {
		const used = new Set([...texts, ...shapes].flatMap(([upper, grounds]) => [upper, ...grounds.flatMap((ground) => ground.split(" "))]));
		expect([...tokens.keys()].filter((name) => !used.has(name))).toEqual(["line"]);
	});
});

// Draws a formula, and copies it as it was written. Loaded with the first formula.

import { createElement, type ReactNode, useMemo } from "react";
import "temml/dist/Temml-Local.css";
import { reachable } from "../../browser.ts";
import markdown from "../Markdown.module.css";
import { copyFormulas } from "./copyFormulas.ts";
import styles from "./DrawnFormula.module.css";
import { type MathChild, mathOf } from "./mathml.ts";

document.addEventListener("copy", (event) => copyFormulas(event, { formula: styles.drawn, unselectable: markdown.where }));

/** `source`: with its delimiters. */
export type FormulaProps = { tex: string; source: string; isDisplay: boolean };

/** `written`: shown if the formula cannot be drawn. */
export function DrawnFormula({ tex, source, isDisplay, written }: FormulaProps & { written: ReactNode }) {
	const math = useMemo(() => mathOf(tex, isDisplay), [tex, isDisplay]);
	if (!math) return written;
	return (
		<span ref={isDisplay ? reachable : undefined} className={styles.drawn} dir="ltr" data-display={isDisplay} data-source={source}>
			{draw({ ...math, attributes: { ...math.attributes, "aria-label": tex } })}
		</span>
	);
}

function draw(node: MathChild): ReactNode {
	if (typeof node === "string") return node;
	const { tag, attributes, style, children } = node;
	return createElement(tag, { ...attributes, ...(Object.keys(style).length > 0 && { style }) }, ...children.map(draw));
}

// A formula in a text. What draws it is loaded with the first one; until then, and if it cannot be drawn, it is shown as it is written.

import { memo } from "react";
import { useLazy } from "../../controls/useLazy.ts";
import styles from "../Markdown.module.css";
import type { FormulaProps } from "./DrawnFormula.tsx";

type Drawing = typeof import("./DrawnFormula.tsx");
/** Kept for formulas that return to the page, which are then drawn at once. */
let known: Drawing | undefined;
const load = async (): Promise<Drawing> => {
	known = await import("./DrawnFormula.tsx");
	return known;
};

export const Formula = memo(({ tex, source, isDisplay }: FormulaProps) => {
	const drawing = useLazy(load, true) ?? known;
	const written = (
		<code className={styles.formula} data-display={isDisplay} dir="ltr">
			{source}
		</code>
	);
	return drawing ? <drawing.DrawnFormula tex={tex} source={source} isDisplay={isDisplay} written={written} /> : written;
});

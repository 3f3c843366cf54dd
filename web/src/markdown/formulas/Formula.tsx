// A formula in a text. What draws it is loaded with the first one; until then, and if it cannot be drawn, it is shown as it is written.

import { memo } from "react";
import { keptParts } from "../../controls/useLazy.ts";
import styles from "../Markdown.module.css";
import type { FormulaProps } from "./DrawnFormula.tsx";

const useDrawing = keptParts(() => import("./DrawnFormula.tsx"));

export const Formula = memo(({ tex, source, isDisplay }: FormulaProps) => {
	const drawing = useDrawing(true);
	const written = (
		<code className={styles.formula} data-display={isDisplay} dir="ltr">
			{source}
		</code>
	);
	return drawing ? <drawing.DrawnFormula tex={tex} source={source} isDisplay={isDisplay} written={written} /> : written;
});

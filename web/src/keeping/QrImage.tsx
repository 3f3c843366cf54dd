// A text as a QR code on the page: dark on light in every theme, with the margin that readers need.

import styles from "./QrImage.module.css";
import { qrCodeOf } from "./qrCode.ts";

const margin = 4;

/** Nothing, if the text is too long for one. */
export function QrImage({ text, label }: { text: string; label: string }) {
	const code = qrCodeOf(text);
	if (!code) return null;
	const size = code.length + 2 * margin;
	const path = code.flatMap((line, row) =>
		line.flatMap((isDark, column) => (isDark ? [`M${column + margin} ${row + margin}h1v1h-1z`] : [])),
	);
	return (
		<svg className={styles.code} viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shapeRendering="crispEdges">
			<path d={path.join("")} />
		</svg>
	);
}

// What the page and the frame that draws diagrams say to each other, and what the page accepts of it. Pure.

/** Colours as `#rrggbb`. */
export type Palette = {
	isDark: boolean;
	font: string;
	paper: string;
	raised: string;
	tint: string;
	line: string;
	edge: string;
	ink: string;
	inkSoft: string;
	act: string;
	own: string;
	claude: string;
	claudeTint: string;
};

export type Order = { id: number; source: string; palette: Palette };

/** `svg`: stands alone, as the file of a picture. */
export type Answer =
	| { type: "ready" }
	| { type: "drawn"; id: number; svg: string; width: number; height: number }
	| { type: "failed"; id: number };

/** A hostile text must not keep the page busy. In UTF-16 units, edges, and px. */
export const most = { source: 20_000, edges: 300, svg: 2_000_000, side: 20_000 };

/** `null` for anything else than an answer: a diagram may have found a way to speak from its frame. */
export function readAnswer(data: unknown): Answer | null {
	if (typeof data !== "object" || data === null) return null;
	const { type, id, svg, width, height } = data as Record<string, unknown>;
	if (type === "ready") return { type };
	if (typeof id !== "number") return null;
	if (type === "failed") return { type, id };
	if (type !== "drawn" || !isSide(width) || !isSide(height) || typeof svg !== "string") return null;
	return isPicture(svg) ? { type, id, svg, width, height } : { type: "failed", id };
}

function isSide(value: unknown): value is number {
	return typeof value === "number" && value >= 1 && value <= most.side;
}

/** In a picture nothing runs or loads. What only could is refused all the same, and so are entities, which grow. */
function isPicture(svg: string): boolean {
	return (
		svg.length <= most.svg &&
		svg.startsWith("<svg ") &&
		!/<(?:[!?]|(?:\w+:)?(?:script|foreignObject|image|feImage|animate|set|iframe))/i.test(svg)
	);
}

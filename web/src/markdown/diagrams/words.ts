// The texts of diagrams, in English and German: they are loaded with the first diagram.

import { laterWords } from "../../languages/laterWords.ts";

export const en = {
	source: "Source",
	diagram: "Diagram",
	titled: (title: string) => `Diagram: ${title}`,
	refused: "This diagram cannot be drawn. This is its source.",
	missing: "This diagram was not drawn. This is its source.",
	draw: "Draw",
};

export type Words = typeof en;

export const de: Words = {
	source: "Quelltext",
	diagram: "Diagramm",
	titled: (title) => `Diagramm: ${title}`,
	refused: "Dieses Diagramm lässt sich nicht zeichnen. Dies ist sein Quelltext.",
	missing: "Dieses Diagramm wurde nicht gezeichnet. Dies ist sein Quelltext.",
	draw: "Zeichnen",
};

export const { useWords } = laterWords("diagrams", { en, de });

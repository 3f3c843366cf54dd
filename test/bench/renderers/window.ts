// What the page of the renderers offers to whoever measures.

/** Ours; all of the text read and drawn again each time, by the same code; and frames in which nothing is done. */
export type Renderer = "parley" | "whole" | "none";
/** In ms, of each update: in the renderer, and in the layout after it. */
export type Timed = { script: number[]; layout: number[] };
/** How many states showed bare marks, and how many were lower than the one before. */
export type Looked = { states: number; bare: number; shrunk: number };

declare global {
	interface Window {
		/** One update in each frame, the end of the text in view. */
		time(renderer: Renderer, text: string, step: number): Promise<Timed>;
		look(renderer: Renderer, text: string, step: number): Looked;
	}
}

// The interface between the renderers' page and the benchmark.

/** Our renderer; the same code rendering the whole text each time; and empty frames. */
export type Renderer = "parley" | "whole" | "none";
/** Times of each update in ms: in the renderer, and in the layout that follows. */
export type Timed = { script: number[]; layout: number[] };
/** The number of states with raw Markdown syntax, and of states lower than the one before. */
export type Looked = { states: number; bare: number; shrunk: number };

declare global {
	interface Window {
		/** Updates once a frame, with the end of the text in view. */
		time(renderer: Renderer, text: string, step: number): Promise<Timed>;
		look(renderer: Renderer, text: string, step: number): Looked;
	}
}

// The parts that few texts need, in one chunk.

export { footnotes } from "../../../src/markdown/footnotes.ts";
export { Footnotes } from "./Footnotes.tsx";
export { Outline } from "./Outline.tsx";

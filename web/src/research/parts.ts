// The parts that show what Claude looked up, in one chunk.

export * as citing from "../../../src/markdown/citing.ts";
export { Pending } from "./Calls.tsx";
export { Research } from "./Research.tsx";
export { SourceMark } from "./SourceMark.tsx";

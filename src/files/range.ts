// Reads the Range header of a request, and decides what to answer it with. Pure.

/** The bytes from `start` to `end`, both included. */
export type Range = { start: number; end: number };

/** One range or none: what cannot be read as one is answered with the whole file (RFC 9110). `beyond`: it has no byte of the file. */
export function rangeOf(header: string | null | undefined, size: number): Range | "whole" | "beyond" {
	const [, first = "", last = ""] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? "") ?? [];
	if (first === "" && last === "") return "whole";
	if (first === "") return last === "0" || size === 0 ? "beyond" : { start: Math.max(0, size - Number(last)), end: size - 1 };
	const [start, end] = [Number(first), last === "" ? size - 1 : Math.min(Number(last), size - 1)];
	if (last !== "" && Number(last) < start) return "whole";
	return start >= size ? "beyond" : { start, end };
}

/** True if the client has these bytes already. */
export function isKnown(header: string | null | undefined, etag: string): boolean {
	const known = (header ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, ""));
	return known.includes(etag) || known.includes("*");
}

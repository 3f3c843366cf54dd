// Puts the name of the deployment's assistant into texts that are written for Claude. Pure.

import { assistantName, written } from "../../../src/protocol/text/assistant-name.ts";
import { claudeMention } from "../../../src/protocol/text/claude-mention.ts";

/** Stands for Claude in what people wrote, so that a person of this name keeps it. */
const kept = "\u{e000}";

/** Every text of a catalogue, composed ones as well. */
export function inNameOf<T>(texts: T): T {
	if (typeof texts === "string") return named(texts) as T;
	if (Array.isArray(texts)) return texts.map(inNameOf) as T;
	if (typeof texts === "function") return composed(texts as unknown as (...args: unknown[]) => unknown) as T;
	if (typeof texts !== "object" || texts === null) return texts;
	return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, inNameOf(text)])) as T;
}

function composed(text: (...args: unknown[]) => unknown) {
	return (...args: unknown[]) => {
		const result = text(...args.map((arg) => replaced(arg, written, kept)));
		return typeof result === "string" ? named(result).replaceAll(kept, written) : result;
	};
}

function replaced(value: unknown, text: string, by: string): unknown {
	if (typeof value === "string") return value.replaceAll(text, by);
	return Array.isArray(value) ? value.map((one) => replaced(one, text, by)) : value;
}

function named(text: string): string {
	const name = assistantName();
	// The sentences that are shared with the server have it already.
	const plain = name.includes(written) ? text.replaceAll(name, written) : text;
	return plain.replace(/@claude|Claude/g, (word) => (word === written ? name : claudeMention()));
}

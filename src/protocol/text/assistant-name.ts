// The name and the mark of the assistant. They belong to the deployment and not to a message, so each isolate and each page keeps them. Sentences
// are written for Claude; `inName` puts another name in its place. Must not know settings.

import { isEmoji, isVisible, sanitizeLine } from "./sanitize.ts";

/** The response header that names the assistant to pages, percent-encoded: a header holds only ASCII. */
export const assistantHeader = "Parley-Assistant";
/** The same for its mark. Left out if it has none of its own. */
export const markHeader = "Parley-Assistant-Mark";

/** Stands in all sentences of ours. */
export const written = "Claude";

let name = written;
let mark: string | undefined;

export function assistantName(): string {
	return name;
}

/** Stands before the assistant's name in place of Claude's mark. */
export function assistantMark(): string | undefined {
	return mark;
}

/** Call it before sentences or names are read. */
export function nameAssistant(newName: string = written, newMark?: string): void {
	name = newName;
	mark = newMark;
}

/** One emoji, or one or two other characters that can be seen. */
export function isMark(text: string): boolean {
	const isShort = isEmoji(text) || [...text].length <= 2;
	return isShort && text.length <= 32 && isVisible(text) && !/\s/.test(text) && sanitizeLine(text) === text;
}

/** A sentence of ours, about the assistant of this deployment. It must not contain the words of people. */
export function inName(sentence: string): string {
	return name === written ? sentence : sentence.replaceAll(written, () => name);
}

/** The same for each of these sentences, whenever it is read. */
export function allInName<T extends Readonly<Record<string, string>>>(sentences: T): { readonly [K in keyof T]: string } {
	return new Proxy(sentences, { get: (all, key) => inName(Reflect.get(all, key) as string) });
}

// The name of the assistant. It belongs to the deployment and not to a message, so each isolate and each page keeps one. Sentences
// are written for Claude; `inName` puts another name in its place. Must not know settings.

/** The response header that names the assistant to pages, percent-encoded: a header holds only ASCII. */
export const assistantHeader = "Parley-Assistant";

/** Stands in all sentences of ours. */
export const written = "Claude";

let name = written;

export function assistantName(): string {
	return name;
}

/** Call it before sentences or names are read. */
export function nameAssistant(newName: string = written): void {
	name = newName;
}

/** A sentence of ours, about the assistant of this deployment. It must not contain the words of people. */
export function inName(sentence: string): string {
	return name === written ? sentence : sentence.replaceAll(written, () => name);
}

/** The same for each of these sentences, whenever it is read. */
export function allInName<T extends Readonly<Record<string, string>>>(sentences: T): { readonly [K in keyof T]: string } {
	return new Proxy(sentences, { get: (all, key) => inName(Reflect.get(all, key) as string) });
}

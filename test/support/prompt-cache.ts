// A prompt cache that reads and writes as the Messages API documents it (docs.anthropic.com, prompt caching): prefixes are written at
// breakpoints only, and each breakpoint finds what was written at most 20 blocks before it. Nothing expires.

type Block = { text?: string; cache_control?: unknown };
export type CachedRequest = { system?: string; tools?: object[]; messages: { content: string | Block[] }[]; cache_control?: unknown };

/** In tokens. */
export type CacheUsage = { input: number; cacheRead: number; cacheWrite: number };

/** A breakpoint looks back over so many blocks. */
const lookBack = 20;
/** A shorter prefix is not cached, in tokens. */
const shortest = 1_024;

export class PromptCache {
	/** The prefixes that were written, as text. */
	readonly #written = new Set<string>();

	/** What a request reads and writes. */
	read({ system = "", tools = [], messages, cache_control }: CachedRequest): CacheUsage {
		const blocks = messages.flatMap(({ content }) => (typeof content === "string" ? [{ text: content }] : content));
		const prefixes: string[] = [];
		let prefix = JSON.stringify([tools, system]);
		for (const { cache_control: _, ...block } of blocks) {
			prefix += JSON.stringify(block);
			prefixes.push(prefix);
		}
		const breakpoints = blocks.flatMap((block, index) => (block.cache_control === undefined ? [] : [index]));
		if (cache_control !== undefined) breakpoints.push(blocks.length - 1);
		const hit = Math.max(-1, ...breakpoints.map((at) => this.#find(prefixes, at)));
		const last = Math.max(-1, ...breakpoints);
		for (const at of breakpoints) if (tokensIn(prefixes[at]) >= shortest) this.#written.add(prefixes[at] as string);
		const [whole, read] = [tokensIn(prefixes.at(-1)), tokensIn(prefixes[hit])];
		const isWritten = tokensIn(prefixes[last]) >= shortest;
		const cacheWrite = isWritten ? tokensIn(prefixes[last]) - read : 0;
		return { input: whole - read - cacheWrite, cacheRead: read, cacheWrite };
	}

	/** The nearest written prefix that ends at a breakpoint or before it. */
	#find(prefixes: readonly string[], at: number): number {
		for (let index = at; index >= Math.max(0, at - lookBack); index--) if (this.#written.has(prefixes[index] as string)) return index;
		return -1;
	}
}

function tokensIn(text = ""): number {
	return Math.ceil(text.length / 4);
}

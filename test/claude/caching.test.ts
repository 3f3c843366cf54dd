// How much of the prompts in a conversation of several people the API reads from its cache.

import { describe, expect, inject, it } from "vitest";
import { anthropicModel } from "../../src/claude/anthropic.ts";
import type { ReplyOptions } from "../../src/conversation/ports.ts";
import { type CachedRequest, type CacheUsage, PromptCache } from "../support/prompt-cache.ts";
import { conversation, type Line } from "./requests.ts";

const baseUrl = inject("messagesApi");
const people = ["Ann", "Bob", "Cay"];
const sentence = "We could take the northern path if the weather holds, and be back before it gets dark. ";

/** Each is as long as people and Claude usually write. */
const said = (n: number): Line => [people[n % people.length] as string, `${n}: ${sentence.repeat(1 + (n % 3))}`];
const answered = (n: number): Line => ["Claude", `Answer ${n}: ${sentence.repeat(6 + (n % 5))}`];

/** Claude is asked after every `every` messages of so many. `optionsAt`: the settings of a request, by the number of messages so far. */
async function usageOf(count: number, every: number, optionsAt: (messages: number) => ReplyOptions = () => ({})): Promise<CacheUsage[]> {
	const name = `model-${crypto.randomUUID()}`;
	const model = anthropicModel({ apiKey: "key", baseUrl, model: name, maxTokens: 1_000, idleTimeout: 60_000 });
	const lines: Line[] = [];
	for (let n = 1; n <= count; n++) {
		lines.push(said(n));
		if (n % every !== 0) continue;
		const options = optionsAt(lines.length);
		const read = conversation(...lines).filter(({ seq }) => seq > (options.summary?.uptoSeq ?? 0));
		for await (const _event of model.reply(read, new AbortController().signal, options));
		lines.push(answered(n));
	}
	const log = (await (await fetch(`${baseUrl}/log`)).json()) as { requests: { body: CachedRequest & { model: string } }[] };
	const cache = new PromptCache();
	return log.requests.filter(({ body }) => body.model === name).map(({ body }) => cache.read(body));
}

function shareRead(usages: readonly CacheUsage[]): number {
	const sum = (name: keyof CacheUsage) => usages.reduce((total, usage) => total + usage[name], 0);
	return sum("cacheRead") / (sum("input") + sum("cacheRead") + sum("cacheWrite"));
}

describe("the prompt cache", () => {
	it.each([
		{ messages: 60, every: 1, least: 0.9 },
		{ messages: 60, every: 2, least: 0.85 },
		{ messages: 90, every: 18, least: 0.6 },
		{ messages: 150, every: 30, least: 0.6 },
	])(
		"gives at least $least of all prompts of $messages messages with a question after every $every",
		async ({ messages, every, least }) => {
			const usages = await usageOf(messages, every);
			expect(usages).toHaveLength(messages / every);
			expect(shareRead(usages)).toBeGreaterThanOrEqual(least);
		},
	);

	it.each([
		{ every: 1, least: 0.85 },
		{ every: 3, least: 0.75 },
	])("is written anew only where there is another summary, with a question after every $every", async ({ every, least }) => {
		// All but the newest third of 60 messages is summed up, after each 40 more.
		const summaryAt = (messages: number) => {
			const made = Math.floor((messages - 20) / 40);
			return made < 1 ? {} : { summary: { uptoSeq: made * 40, text: `${made}: ${sentence.repeat(40)}` } };
		};
		const usages = await usageOf(120, every, summaryAt);
		expect(shareRead(usages)).toBeGreaterThanOrEqual(least);
		const longest = Math.max(...usages.map(({ input, cacheRead, cacheWrite }) => input + cacheRead + cacheWrite));
		const [whole] = (await usageOf(120, every)).slice(-1).map(({ input, cacheRead, cacheWrite }) => input + cacheRead + cacheWrite);
		expect(longest).toBeLessThan((whole ?? 0) / 2);
	});

	it("is not lost when owners change the instructions", async () => {
		const by = { userId: "ann", username: "Ann", at: "2026-11-24T12:00:00.000Z" };
		const versions = [0, 31, 62].map((after, n) => ({ text: `Rule ${n}: ${sentence}`, after, ...by }));
		const usages = await usageOf(60, 1, (messages) => ({ instructions: versions.filter(({ after }) => after < messages) }));
		expect(shareRead(usages)).toBeGreaterThanOrEqual(0.9);
	});
});

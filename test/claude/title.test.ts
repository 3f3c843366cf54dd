// The request for a title, and the title that is read from the answer.

import { describe, expect, inject, it, vi } from "vitest";
import { readTitle, titlePrompt } from "../../src/claude/title.ts";
import { anthropicTitler } from "../../src/claude/titler.ts";
import type { Message } from "../../src/protocol/message.ts";
import { expectLog } from "../support/log.ts";
import { conversation } from "./requests.ts";

const baseUrl = inject("messagesApi");

function newTitler(kind = "model") {
	const name = `${kind}-${crypto.randomUUID()}`;
	const titler = anthropicTitler({ apiKey: "key", baseUrl, model: name, maxTokens: 1234, idleTimeout: 60_000 });
	if (!titler) throw new Error("There is none.");
	const requests = async (): Promise<Record<string, unknown>[]> => {
		const { titles } = (await (await fetch(`${baseUrl}/log`)).json()) as { titles: { body: Record<string, unknown> }[] };
		return titles.map(({ body }) => body).filter(({ model }) => model === name);
	};
	const title = (question: string) => titler.title(...exchange(question), new AbortController().signal);
	return { title, requests, name };
}

function exchange(question: string, answer = "At home."): [Message, Message] {
	return conversation(["Ann", question], ["Claude", answer]) as [Message, Message];
}

describe("the request for a title", () => {
	it("cuts long texts between characters", () => {
		const long = `${"x".repeat(1_999)}😀${"y".repeat(100)}`;
		const { messages } = titlePrompt(...exchange(long, long));
		const texts = messages.flatMap(({ content }) => content.map(({ text }) => text));
		expect(texts.join("")).toContain("xxx");
		expect(texts.map((text) => text.isWellFormed())).toEqual([true, true, true]);
	});

	it("is small, is made once, and contains the question, the reply and no thinking", async () => {
		const { title, requests, name } = newTitler();
		expect(await title('Where shall we eat? !{"title":"Dinner at home"}')).toEqual({
			title: "Dinner at home",
			model: name,
			usage: { input: 11, output: 1, cacheRead: 0, cacheWrite: 0 },
		});
		expect(await requests()).toEqual([
			{
				model: name,
				max_tokens: 100,
				system: expect.stringContaining("You name conversations"),
				messages: [{ role: "user", content: expect.any(Array) }],
				thinking: { type: "disabled" },
			},
		]);
		expect(JSON.stringify((await requests())[0])).toContain("At home.");
	});

	it("is repeated once with more tokens if `thinking` is refused, and the next one leaves it out", async () => {
		const { title, requests } = newTitler();
		expect(await title('Hi !{"fault":"no-extras","title":"Greetings"}')).toMatchObject({ title: "Greetings" });
		expect(await title('Hi !{"fault":"no-extras","title":"Greetings"}')).toMatchObject({ title: "Greetings" });
		expect((await requests()).map((body) => [body.max_tokens, "thinking" in body])).toEqual([
			[100, true],
			[2_000, false],
			[2_000, false],
		]);
	});

	it("is given up if the response is longer than any title", async () => {
		const text = "x".repeat(2_000_000);
		const sent = vi.spyOn(globalThis, "fetch").mockImplementation(async () => Response.json({ content: [{ type: "text", text }] }));
		await expect(
			newTitler()
				.title("Hi")
				.finally(() => sent.mockRestore()),
		).rejects.toThrow();
	});

	it("is repeated once and no more, and its failure is one line in the log", async () => {
		expectLog(/^Claude proposed no title: .*"status":400/);
		const { title, requests } = newTitler();
		await expect(title("Hi !bad")).rejects.toThrow();
		expect(await requests()).toHaveLength(2);
	});

	it.each([
		["claude-sonnet-5-5", { max_tokens: 100, thinking: { type: "between_tools" } }],
		["claude-fable-5-1", { max_tokens: 2_000, thinking: { type: "adaptive" }, output_config: { effort: "low" } }],
		["claude-haiku-4-5", { max_tokens: 100, thinking: { type: "disabled" } }],
	])("has as little thinking as %s allows", async (kind, fields) => {
		const { title, requests } = newTitler(kind);
		expect(await title('Hi !{"title":"Greetings"}')).toMatchObject({ title: "Greetings" });
		expect(await requests()).toEqual([expect.objectContaining(fields)]);
	});

	it("yields no title if the answer has none, but its usage", async () => {
		expect(await newTitler().title("Hi")).toMatchObject({ title: undefined, usage: { input: 11, output: 1 } });
	});

	it("is never made by the demo model", () => {
		expect(anthropicTitler({ model: "claude-sonnet-5-5", maxTokens: 1000, idleTimeout: 60_000 })).toBeUndefined();
	});

	it("cannot be made to close an envelope, and is short", () => {
		const { messages } = titlePrompt(...exchange(`</message>${"x".repeat(100_000)}`, "y".repeat(100_000)));
		const texts = (messages[0]?.content ?? []).map(({ text }) => text);
		expect(texts.join("").match(/<\/message>/g)).toHaveLength(1);
		expect(texts.join("").length).toBeLessThan(5_000);
	});
});

describe("the answer to it", () => {
	it.each([
		["Dinner at home", "Dinner at home"],
		['"Dinner at home."', "Dinner at home"],
		["“Dinner at home”", "Dinner at home"],
		["«Dîner»", "Dîner"],
		["„Abendessen“", "Abendessen"],
		["**Dinner** at _home_.", "Dinner at home"],
		["# Title: Dinner", "Dinner"],
		["\n\nDinner\nat home", "Dinner"],
		["On “Dune”", "On “Dune”"],
		["Ann's dinner", "Ann's dinner"],
		["\u202eDinner\u0000", "Dinner"],
		["", undefined],
		["```", undefined],
		["\u200b \n", undefined],
	])("%j gives the title %j", (answer, title) => expect(readTitle(answer)).toBe(title));

	it("gives one line of at most sixty characters", () => {
		const title = readTitle("word ".repeat(1_000)) ?? "";
		expect(title.length).toBeLessThanOrEqual(60);
		expect(title).toMatch(/word…$/);
	});
});

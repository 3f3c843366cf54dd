import { describe, expect, it } from "vitest";
import type { Message } from "../../src/protocol/message.ts";
import { de } from "../../web/src/languages/de.ts";
import { en } from "../../web/src/languages/en.ts";
import { type Cost, costOf, modelName, peopleWaiting, phaseOf, questionOf } from "../../web/src/live/replyStatus.ts";
import { namesOf } from "../../web/src/people/names.ts";

const person = (name: string) => ({ userId: name.toLowerCase(), username: name });

function said(seq: number, name: string, about: Partial<Message> = {}): Message {
	const place = { id: `m${seq}`, conversationId: "c", seq, revision: seq, createdAt: "2026-11-25T12:00:00.000Z" };
	return { ...place, role: "user", content: "Hi", author: person(name), status: "complete", ...about };
}

describe("the people waiting for Claude", () => {
	const running = said(2, "Claude", { role: "assistant", status: "streaming", content: "" });

	it("are those who asked during a reply, each once, in order", () => {
		const asked = { asksClaude: true };
		const messages = [said(1, "Ann", asked), running, said(3, "Bob", asked), said(4, "Cleo"), said(5, "Ann", asked), said(6, "Bob", asked)];
		expect(peopleWaiting(messages)).toEqual([person("Bob"), person("Ann")]);
	});

	it("do not include deleted questions, and are nobody after the reply", () => {
		const question = said(3, "Bob", { asksClaude: true });
		expect(peopleWaiting([running, { ...question, deletedAt: "2026-11-25T12:00:00.000Z" }])).toEqual([]);
		expect(peopleWaiting([{ ...running, status: "stopped" }, question])).toEqual([]);
	});
});

it("finds the question of a reply: the newest one before it of whoever asked", () => {
	const asked = { asksClaude: true };
	const reply = said(5, "Claude", { role: "assistant", askedBy: [person("Ann")] });
	const messages = [said(1, "Ann", asked), said(2, "Ann", asked), said(3, "Bob", asked), said(4, "Ann"), reply, said(6, "Ann", asked)];
	expect(questionOf(reply, messages)?.seq).toBe(2);
	expect(questionOf({ ...reply, askedBy: [] }, messages)?.seq).toBe(3);
	expect(questionOf(reply, messages.slice(4))).toBeUndefined();
});

it("tells the phase of a reply", () => {
	const reply = said(2, "Claude", { role: "assistant", status: "streaming", content: "" });
	expect(phaseOf(reply)).toBe("thinking");
	expect(phaseOf({ ...reply, reason: "overloaded" })).toBe("busy");
	expect(phaseOf({ ...reply, content: "Hel" })).toBe("answering");
	const tools = [{ name: "docs__write", input: "{}", status: "running" as const, id: "t1", asks: true }];
	expect(phaseOf({ ...reply, content: "Hel", tools })).toBe("asking");
	expect(phaseOf({ ...reply, status: "failed", reason: "overloaded" })).toBe("failed");
});

describe("the cost of a reply", () => {
	const usage = { input: 204, output: 311, cacheRead: 1_000, cacheWrite: 2 };

	it.each([
		[{ usd: 0.01234 }, "$0.012", "0,012 $"],
		[{ usd: 0.00266, about: true }, "≈ $0.0027", "≈ 0,0027 $"],
		[{ usd: 0.000046, about: true }, "≈ < $0.0001", "≈ < 0,0001 $"],
		[{ usd: 0 }, "$0.00", "0,00 $"],
		[{ usd: 1.239 }, "$1.24", "1,24 $"],
	])("of %o is %s, and %s in German", (cost, english, german) => {
		const [inEnglish, inGerman] = [en, de].map((strings) => strings.cost(costOf({ cost }) as Cost).replace(/\u00a0/g, " "));
		expect([inEnglish, inGerman]).toEqual([english, german]);
	});

	it("comes with the share of the prompt that the cache had; nearly all is not all", () => {
		const cached = (usage: Message["usage"]) => costOf({ usage, cost: { usd: 1 } })?.cached ?? Number.NaN;
		expect(en.cached(cached(usage))).toBe("83% cached");
		expect(en.cached(cached({ ...usage, cacheRead: 1e6 }))).toBe("99% cached");
		expect(cached({ ...usage, input: 0, cacheRead: 0, cacheWrite: 0 })).toBe(0);
	});

	it("is nothing where it is unknown", () => expect(costOf({ usage })).toBeUndefined());

	it.each([
		["claude-sonnet-5-5", "Claude Sonnet 5.5"],
		["claude-opus-4", "Claude Opus 4"],
		["claude-opus-4-20250514", "Claude Opus 4"],
		["claude-haiku-4-5-20251001", "Claude Haiku 4.5"],
		["claude-3-5-sonnet-20241022", "Claude 3.5 Sonnet"],
		["claude-3-opus-latest", "Claude 3 Opus"],
		["demo", "demo"],
		["claude-sonnet-5-5:free", "claude-sonnet-5-5:free"],
		["anthropic/claude-opus-4", "anthropic/claude-opus-4"],
	])("names the model %s as %s", (id, name) => {
		expect(modelName(id)).toBe(name);
	});
});

it("people have their current names, or the last one after leaving; the reader is addressed", () => {
	const nameOf = (userId: string) => (userId === "bob" ? "Robert" : undefined);
	expect(namesOf([person("Ann"), person("Bob"), person("Cleo")], { nameOf, userId: "ann" }, en)).toEqual(["you", "Robert", "Cleo"]);
});

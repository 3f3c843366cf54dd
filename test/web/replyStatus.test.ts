import { describe, expect, it } from "vitest";
import type { Message } from "../../src/protocol/message.ts";
import { en } from "../../web/src/languages/en.ts";
import { costOf, modelName, peopleWaiting, phaseOf } from "../../web/src/live/replyStatus.ts";
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

it("tells the phase of a reply", () => {
	const reply = said(2, "Claude", { role: "assistant", status: "streaming", content: "" });
	expect(phaseOf(reply)).toBe("thinking");
	expect(phaseOf({ ...reply, reason: "overloaded" })).toBe("busy");
	expect(phaseOf({ ...reply, content: "Hel" })).toBe("answering");
	expect(phaseOf({ ...reply, status: "failed", reason: "overloaded" })).toBe("failed");
});

describe("the cost of a reply", () => {
	it("is shown in one line, as far as it is known", () => {
		const usage = { input: 204, output: 311, cacheRead: 1_000, cacheWrite: 2 };
		const of = (about: Partial<Message>) => en.cost(costOf(about));
		expect(of({ model: "claude-opus-4-1-20250805", usage, elapsedMs: 4_210 })).toBe(
			"Claude Opus 4.1 · 1,206 tokens in (1,000 from the cache), 311 out · 4.2s",
		);
		expect(of({ model: "qwen3", elapsedMs: 64_400 })).toBe("qwen3 · 64s");
		expect(of({ usage: { ...usage, cacheRead: 0 } })).toBe("206 tokens in, 311 out");
		expect(of({})).toBe("");
	});

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

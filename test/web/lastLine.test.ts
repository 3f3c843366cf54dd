import { expect, it } from "vitest";
import { claude } from "../../src/protocol/person.ts";
import { en } from "../../web/src/languages/en.ts";
import { draftLineOf, lastLineOf } from "../../web/src/sidebar/lastLine.ts";
import { ann, bob } from "./fakes.ts";

const lineOf = (author: typeof ann, content: string) =>
	lastLineOf({ lastMessage: { seq: 1, author, content, createdAt: "2026-01-01T00:00:00Z" } }, ann.userId, en);

it("the last line of a conversation has its author and its text", () => {
	expect(lineOf(bob, "Hello")).toBe("Bob: Hello");
	expect(lineOf(ann, "Hello")).toBe("You: Hello");
	expect(lastLineOf({}, ann.userId, en)).toBe("No messages yet");
});

it("the last line says so if a reply failed or was stopped before its first word", () => {
	expect(lineOf(claude, "")).toBe("Claude: no reply");
});

it("the line of a draft is its text, or whom it answers while it has none", () => {
	expect(draftLineOf({ text: "half\na **thought**" }, en)).toBe("half a thought");
	expect(draftLineOf({ text: "", answered: { id: "m", username: "Bob", line: "Tea?" } }, en)).toBe("Replying to Bob");
});

// A person's private questions, as events change them.

import { expect, it } from "vitest";
import type { Aside, AsideEvent } from "../../src/protocol/claude/aside.ts";
import { receiveAside } from "../../web/src/conversation/asides/asides.ts";
import { conversationId } from "./fakes.ts";

const aside: Aside = {
	id: "a1",
	conversationId,
	clientId: "c1",
	after: 3,
	question: "What is it?",
	content: "",
	status: "streaming",
	createdAt: "2026-11-24T12:00:00.000Z",
};
const known = { conversationId, asideId: "a1" };
const source = { url: "https://one.example/", title: "One" };
const all = (events: AsideEvent[], before: Aside = aside) => events.reduce<readonly Aside[]>(receiveAside, [before]);

it("a private answer grows by thoughts, tools, text and sources", () => {
	const [grown] = all([
		{ type: "chat:aside-thought", ...known, chunk: "Hm", offset: 0 },
		{ type: "chat:aside-thought", ...known, chunk: "m.", offset: 2 },
		{ type: "chat:aside-tool", ...known, index: 0, tool: { name: "web_search", input: "", status: "running" } },
		{ type: "chat:aside-tool", ...known, index: 0, tool: { name: "web_search", input: "it", status: "done" } },
		{ type: "chat:aside-streaming", ...known, chunk: "It is it.", offset: 0 },
		{ type: "chat:aside-source", ...known, index: 0, source, citation: { start: 0, end: 9, source: 0 } },
	]);
	expect(grown).toEqual({
		...aside,
		thinking: "Hmm.",
		content: "It is it.",
		tools: [{ name: "web_search", input: "it", status: "done" }],
		sources: [source],
		citations: [{ start: 0, end: 9, source: 0 }],
	});
});

it("what is repeated, lacks its beginning, or comes after the end of a private answer changes nothing", () => {
	const begun = { ...aside, thinking: "Hmm.", content: "It" };
	const events: AsideEvent[] = [
		{ type: "chat:aside-thought", ...known, chunk: "m.", offset: 2 },
		{ type: "chat:aside-thought", ...known, chunk: "later", offset: 9 },
		{ type: "chat:aside-streaming", ...known, chunk: "later", offset: 5 },
		{ type: "chat:aside-tool", ...known, index: 2, tool: { name: "web_search", input: "", status: "running" } },
		{ type: "chat:aside-source", ...known, index: 1, source },
		{ type: "chat:aside-streaming", ...known, asideId: "another", chunk: "x", offset: 0 },
	];
	expect(all(events, begun)).toEqual([begun]);
	const ended: Aside = { ...begun, status: "complete" };
	expect(all([{ type: "chat:aside-streaming", ...known, chunk: "late", offset: 0 }], ended)).toEqual([ended]);
});

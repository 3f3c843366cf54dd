// Calls of MCP servers' tools on the page: what is shown of them, who may decide, and the switches of their servers.

import { describe, expect, it } from "vitest";
import { defaultClaudeSettings } from "../../src/protocol/claude-settings.ts";
import type { Tool } from "../../src/protocol/sources.ts";
import { partsOfToolName } from "../../src/protocol/text/tool-name.ts";
import { claudeChangeIn } from "../../web/src/conversation/dialogs/claudeChange.ts";
import type { Actor } from "../../web/src/people/permissions.ts";
import { callArguments } from "../../web/src/research/callArguments.ts";
import { isCall, mayDecide } from "../../web/src/research/decision.ts";
import { callState, de, en } from "../../web/src/research/words.ts";

describe("the arguments of a call", () => {
	it("are shown one by one, in full, and values that are no text as JSON", () => {
		expect(callArguments(JSON.stringify({ page: "One\r\nTwo", tags: ["a"], draft: false, none: null }))).toEqual([
			{ name: "page", value: "One\nTwo" },
			{ name: "tags", value: '[\n  "a"\n]' },
			{ name: "draft", value: "false" },
			{ name: "none", value: "null" },
		]);
		expect(callArguments("{}")).toEqual([]);
		expect(callArguments('["a"]')).toEqual([{ value: '[\n  "a"\n]' }]);
		expect(callArguments('{"cut')).toEqual([{ value: '{"cut' }]);
	});

	it("hide nothing: signs without a shape, and those that reorder text, are spelled out", () => {
		const hidden = "a\u202eb\u2066c\u200bd\u0000e\u{e0041}f\u3164g\u2028h\ud800";
		const spelled = "a\\u{202e}b\\u{2066}c\\u{200b}d\\u{0}e\\u{e0041}f\\u{3164}g\\u{2028}h\\u{d800}";
		expect(callArguments(JSON.stringify({ [hidden]: hidden }))).toEqual([{ name: spelled, value: spelled }]);
		const harmless = "👨‍👩‍👧 ❤️ نمی‌خواهم\n\tÄ";
		expect(callArguments(JSON.stringify({ text: harmless }))).toEqual([{ name: "text", value: harmless }]);
	});
});

it("calls are those of MCP servers' tools, and not Claude's search of the conversation", () => {
	const tool = { input: "{}", status: "done" } as const;
	expect(isCall({ ...tool, name: "docs__write", id: "t1" })).toBe(true);
	expect(isCall({ ...tool, name: "search_conversation", id: "t2" })).toBe(false);
	expect(isCall({ ...tool, name: "web_search" })).toBe(false);
});

it("the name of a tool begins with its server, and may have underscores itself", () => {
	expect(partsOfToolName("docs__write__page")).toEqual({ server: "docs", tool: "write__page" });
	expect(partsOfToolName("web_search")).toEqual({ server: "", tool: "web_search" });
});

describe("who may decide", () => {
	const actor = (role: Actor["role"], asks: Actor["asks"] = "members") => ({
		userId: "a",
		role,
		asks,
		isConnected: true,
		lastReplyId: undefined,
	});

	it.each([
		["owner", "members", "members", true],
		["owner", "owners", "owners", true],
		["member", "members", "members", true],
		["member", "members", "owners", false],
		["member", "owners", "members", false],
		["reader", "members", "members", false],
		[null, "members", "members", false],
	] as const)("%s, asked by %s, of a server for %s: %s", (role, asks, who, may) => {
		expect(mayDecide(actor(role, asks), who, true)).toBe(may);
		// A guest, where guests may not ask Claude.
		expect(mayDecide(actor(role, asks), who, false)).toBe(false);
	});
});

describe("the state of a call", () => {
	const call: Tool = { name: "docs__write", input: "{}", status: "running", id: "t1" };

	it.each<[Partial<Tool>, string | undefined, string, string]>([
		[{}, undefined, "Claude is calling this…", "Claude ruft das auf …"],
		[{}, "Ann", "Allowed by Ann. Running…", "Erlaubt von Ann. Läuft …"],
		[{ status: "done" }, "Ann", "Allowed by Ann. Done.", "Erlaubt von Ann. Fertig."],
		[{ status: "done" }, undefined, "Done.", "Fertig."],
		[{ status: "failed", error: "declined" }, "Ann", "Declined by Ann.", "Abgelehnt von Ann."],
		[{ status: "failed", error: "undecided" }, undefined, "Nobody decided in time.", "Niemand hat rechtzeitig entschieden."],
		[
			{ status: "failed", error: "bad_input" },
			"Ann",
			"Allowed by Ann. Failed: The tool did not accept the call.",
			"Erlaubt von Ann. Fehlgeschlagen: Das Werkzeug hat den Aufruf nicht angenommen.",
		],
		[
			{ status: "failed", error: "of a newer server" },
			undefined,
			"Failed: The tool's server could not be reached.",
			"Fehlgeschlagen: Der Server des Werkzeugs war nicht erreichbar.",
		],
	])("%o by %s is told in words", (about, by, english, german) => {
		expect([en, de].map((words) => callState({ ...call, ...about }, by, words))).toEqual([english, german]);
	});
});

describe("the switches of servers", () => {
	const before = { ...defaultClaudeSettings, tools: { webSearch: true, webFetch: false, mcp: ["docs", "vault"] } };
	const form = (fields: Record<string, string | string[]>) => {
		const data = new FormData();
		for (const [name, value] of Object.entries({ asks: "members", webSearch: "on", ...fields }))
			for (const one of [value].flat()) data.append(name, one);
		return data;
	};

	it("change nothing while the form does not show them", () => {
		expect(claudeChangeIn(form({}), before)).toEqual({});
		expect(claudeChangeIn(form({ webFetch: "on" }), before)).toEqual({ tools: { webFetch: true } });
	});

	it("change only what differs, in any order, and can all be off", () => {
		const change = (...mcp: string[]) => claudeChangeIn(form({ mcpKnown: "", mcp }), before);
		expect(change("vault", "docs")).toEqual({});
		expect(change("docs")).toEqual({ tools: { mcp: ["docs"] } });
		expect(change()).toEqual({ tools: { mcp: [] } });
		expect(claudeChangeIn(form({ mcpKnown: "" }), { ...before, tools: { webSearch: true, webFetch: false } })).toEqual({});
	});
});

// The models that a deployment offers, from its settings and from what its server lists.

import { describe, expect, inject, it, vi } from "vitest";
import { capabilitiesOf } from "../../src/claude/capabilities.ts";
import { beyond, offeredModels, readList } from "../../src/claude/models.ts";

const baseUrl = inject("messagesApi");
const settings = { baseUrl, model: "scripted", maxTokens: 100, idleTimeout: 1_000 };

it("are the default and those that the server lists, without deprecated and odd ones", async () => {
	expect(await offeredModels(settings)).toEqual({
		isComplete: true,
		models: [
			{ id: "scripted", name: "Scripted", isDefault: true },
			{
				id: "claude-opus-5-5",
				name: "Claude Opus 5.5",
				isDefault: false,
				capabilities: { efforts: ["low", "medium", "high"], webSearch: true, images: true, documents: true, contextTokens: 1_000_000 },
			},
			{
				id: "claude-haiku-4-5-plain",
				name: "Claude Plain",
				isDefault: false,
				capabilities: { efforts: [], webSearch: false, images: true, documents: true, contextTokens: 1_000_000 },
			},
		],
	});
});

it("are those that the settings name, also deprecated ones, with what the server knows of them", async () => {
	const { models } = await offeredModels({
		...settings,
		model: "claude-haiku-5-5",
		models: ["claude-opus-4-1-20250805", "claude-haiku-5-5"],
	});
	expect(models).toEqual([
		{ id: "claude-haiku-5-5", name: "Claude Haiku 5.5", isDefault: true },
		{ id: "claude-opus-4-1-20250805", name: "Claude Opus 4.1", isDefault: false },
	]);
});

it("are the default alone while the server gives no list, which is known to lack others", async () => {
	const logged = vi.spyOn(console, "error").mockImplementation(() => {});
	const { models, isComplete } = await offeredModels({ ...settings, baseUrl: `${baseUrl}/nowhere` });
	expect([models.map(({ id }) => id), isComplete]).toEqual([["scripted"], false]);
	expect(logged.mock.calls).toEqual([["The list of models could not be read", "NotFoundError"]]);
	logged.mockRestore();
});

it("are the demo model alone without a key and a server", async () => {
	const { models } = await offeredModels({ ...settings, baseUrl: undefined } as never);
	expect(models).toEqual([{ id: "demo", name: "Demo model", isDefault: true, capabilities: expect.objectContaining({ efforts: [] }) }]);
});

describe("capabilities", () => {
	const listed = { efforts: ["low" as const], contextTokens: 5_000 };

	it("of Anthropic's models are known without a list, also by a dated id, and the list is right where it says more", () => {
		const known = { webSearch: true, webFetch: true, images: true, documents: true };
		expect(capabilitiesOf("claude-opus-4-5-20251101", undefined, true)).toEqual({ ...known, efforts: ["low", "medium", "high"] });
		expect(capabilitiesOf("claude-opus-4-5", listed, true)).toEqual({ ...known, ...listed });
		expect(capabilitiesOf("claude-haiku-4-5", undefined, true)).toEqual({ ...known, efforts: [] });
		// Nothing is documented about its levels.
		expect(capabilitiesOf("claude-opus-5-5", undefined, true)).toEqual(known);
	});

	it("of another server's models are those that it lists, whatever they are called", () => {
		expect(capabilitiesOf("claude-opus-4-5", undefined, false)).toBeUndefined();
		expect(capabilitiesOf("qwen3", listed, false)).toEqual(listed);
		expect(capabilitiesOf("toString", undefined, true)).toBeUndefined();
	});

	it.each([
		[{ effort: "max" }, /^Opus has no effort `max`. It has: low, high.$/],
		[{ effort: "high" }, undefined],
		[{ effort: null }, undefined],
		[{ tools: { webSearch: true } }, /cannot search the web/],
		[{ tools: { webSearch: false } }, undefined],
		[{ tools: { webFetch: true } }, undefined],
	] as const)("refuse what the model cannot do: %j", (change, sentence) => {
		const model = {
			id: "opus",
			name: "Opus",
			isDefault: true,
			capabilities: { efforts: ["low" as const, "high" as const], webSearch: false },
		};
		const found = beyond(model, change);
		expect(found).toEqual(sentence ? expect.stringMatching(sentence) : undefined);
		expect(beyond({ ...model, capabilities: undefined }, change)).toBeUndefined();
	});
});

it.each([
	[{ object: "list", data: [{ id: "qwen3:8b", object: "model", owned_by: "library" }] }, ["qwen3:8b"]],
	[{ data: [{ id: "x".repeat(200) }, { id: 5 }, "name", { id: "fine", display_name: null, capabilities: null }] }, ["fine"]],
])("are read from what other servers list: %j", (page, ids) => {
	expect(readList(page).map(({ id }) => id)).toEqual(ids);
});

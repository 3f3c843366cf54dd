// The models that a deployment offers, from its settings and from what its server lists.

import { expect, inject, it, vi } from "vitest";
import { offeredModels, readList } from "../../src/claude/models.ts";

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
				capabilities: { efforts: ["low", "medium", "high"], webSearch: true, contextTokens: 1_000_000 },
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
	expect(models).toEqual([{ id: "demo", name: "Demo model", isDefault: true }]);
});

it.each([
	[{ object: "list", data: [{ id: "qwen3:8b", object: "model", owned_by: "library" }] }, ["qwen3:8b"]],
	[{ data: [{ id: "x".repeat(200) }, { id: 5 }, "name", { id: "fine", display_name: null, capabilities: null }] }, ["fine"]],
])("are read from what other servers list: %j", (page, ids) => {
	expect(readList(page).map(({ id }) => id)).toEqual(ids);
});

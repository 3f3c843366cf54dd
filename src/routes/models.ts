// The models that conversations may choose.

import { Hono } from "hono";
import * as v from "valibot";
import { isGuest } from "../auth/tokens.ts";
import { offeredModels } from "../claude/models.ts";
import { priceOf } from "../money/prices.ts";
import { mcpServerSchema, modelsSchema, type OfferedModel } from "../protocol/claude/choices.ts";
import type { Settings } from "../settings.ts";
import type { App } from "./http.ts";
import { examples } from "./openapi/examples.ts";
import { describe } from "./operation.ts";

export const models = new Hono<App>();

describe("GET /models", {
	tag: "Conversations",
	summary: "List models",
	description:
		"Lists the models that conversations may choose, the deployment's default first, with their prices and abilities where these are known. The list of Claude's server is asked for once an hour. `mcp` lists the MCP servers whose tools conversations may use. `mayAsk` says whether the deployment lets the caller ask Claude: some let no guests.",
	access: "token",
	programs: "read",
	answers: {
		200: {
			schema: v.object({ models: modelsSchema, mcp: v.optional(v.array(mcpServerSchema)), mayAsk: v.boolean() }),
			example: { models: [examples.model], mayAsk: true },
		},
	},
});
models.get("/models", async (c) => {
	const settings = c.get("settings");
	const { models } = await offeredModels(settings.claude);
	const mayAsk = settings.guestClaude || !isGuest(c.get("identity"));
	const mcp = settings.mcp.map(({ name, asks }) => ({ name, asks }));
	return c.json({ models: models.map((model) => ({ ...model, ...priced(model, settings) })), ...(mcp.length > 0 && { mcp }), mayAsk });
});

/** In dollars per million tokens. */
function priced({ id }: OfferedModel, settings: Settings) {
	const price = priceOf(id, Date.now(), settings);
	if (!price) return {};
	const { input, output, cacheRead, cacheWrite } = price;
	const dollars = (microUsd: number) => microUsd / 1e6;
	return {
		price: { input: dollars(input), output: dollars(output), cacheRead: dollars(cacheRead), cacheWrite: dollars(cacheWrite) },
	};
}

// The models that conversations may choose.

import { Hono } from "hono";
import * as v from "valibot";
import { offeredModels } from "../claude/models.ts";
import { priceOf } from "../money/prices.ts";
import { modelsSchema, type OfferedModel } from "../protocol/claude-settings.ts";
import type { Settings } from "../settings.ts";
import type { App } from "./http.ts";
import { examples } from "./openapi/examples.ts";
import { describe } from "./operation.ts";

export const models = new Hono<App>();

describe("GET /models", {
	tag: "Conversations",
	summary: "List models",
	description:
		"Lists the models that conversations may choose, the deployment's default first, with their prices and abilities where these are known. The list of Claude's server is asked for once an hour.",
	access: "token",
	programs: "read",
	answers: { 200: { schema: v.object({ models: modelsSchema }), example: { models: [examples.model] } } },
});
models.get("/models", async (c) => {
	const settings = c.get("settings");
	const { models } = await offeredModels(settings.claude);
	return c.json({ models: models.map((model) => ({ ...model, ...priced(model, settings) })) });
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

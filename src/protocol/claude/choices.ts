// The models and the MCP servers that conversations may choose from, on the wire. The page loads these only with its settings.

import * as v from "valibot";
import { asksSchema, effortSchema, modelIdSchema, serverNameSchema } from "../claude-settings.ts";
import { countSchema } from "../message.ts";

/** Dollars. */
const amountSchema = v.pipe(v.number(), v.minValue(0));

/** A model that the deployment offers. */
export const modelSchema = v.object({
	id: modelIdSchema,
	/** For people. */
	name: v.string(),
	isDefault: v.boolean(),
	/** In dollars per million tokens. Left out if it is unknown. */
	price: v.optional(v.object({ input: amountSchema, output: amountSchema, cacheRead: amountSchema, cacheWrite: amountSchema })),
	/** Each is left out if it is unknown. */
	capabilities: v.optional(
		v.object({
			efforts: v.optional(v.array(effortSchema)),
			webSearch: v.optional(v.boolean()),
			webFetch: v.optional(v.boolean()),
			images: v.optional(v.boolean()),
			/** PDFs. */
			documents: v.optional(v.boolean()),
			contextTokens: v.optional(countSchema),
		}),
	),
});

/** An MCP server of the deployment. `asks`: who may allow calls that are not read-only. */
export const mcpServerSchema = v.object({ name: serverNameSchema, asks: asksSchema });

/** A tool of an MCP server. Calls of one that is not `readOnly` wait until somebody allows them. */
export const mcpToolSchema = v.object({ name: v.string(), description: v.string(), readOnly: v.boolean() });

/** `tools` is left out if the server cannot be reached. */
export const mcpServersSchema = v.object({
	servers: v.array(v.object({ ...mcpServerSchema.entries, tools: v.optional(v.array(mcpToolSchema)) })),
});

export const modelsSchema = v.array(modelSchema);

export type McpServerInfo = v.InferOutput<typeof mcpServerSchema>;
export type McpTools = v.InferOutput<typeof mcpServersSchema>["servers"];
export type OfferedModel = v.InferOutput<typeof modelSchema>;

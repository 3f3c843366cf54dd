// The settings of a conversation that concern Claude: the model and its effort, the instructions, who may ask, tools and the
// budget; on the wire.

import * as v from "valibot";
import { limits } from "./limits.ts";
import { countSchema } from "./message.ts";
import { idSchema, idSchemaOf, personSchema } from "./person.ts";
import { sanitize } from "./text/sanitize.ts";

export const modelIdSchema = idSchemaOf(limits.modelName);
export const effortSchema = v.picklist(["low", "medium", "high", "xhigh", "max"]);
export const asksSchema = v.picklist(["members", "owners"]);
/** The name of an MCP server. It has no underscore: two of them separate it from the name of a tool. */
export const serverNameSchema = v.pipe(v.string(), v.regex(/^[a-z\d-]{1,20}$/));
const serversSchema = v.pipe(v.array(serverNameSchema), v.maxLength(limits.mcpServers));
export const toolsSchema = v.object({
	webSearch: v.optional(v.boolean(), false),
	webFetch: v.optional(v.boolean(), false),
	/** The MCP servers whose tools Claude may use. Left out if there are none. */
	mcp: v.optional(serversSchema),
});
export const budgetSchema = v.object({
	/** Dollars. */
	usd: v.pipe(v.number(), v.minValue(0), v.maxValue(limits.budgetUsd)),
	period: v.picklist(["day", "month", "total"]),
});

/** One line break has one spelling, and nothing stands around the text. */
const instructionsTextSchema = v.pipe(
	v.string(),
	v.maxLength(limits.instructions),
	v.transform((text) => sanitize(text).replace(/\r\n?/g, "\n").trim()),
);

/** The form in which a conversation carries them. A server of an earlier version leaves all of them out. */
export const claudeSettings = {
	/** `null`: the deployment's default. */
	model: v.optional(v.nullable(modelIdSchema), null),
	/** How thoroughly Claude works; `null`: as the model does by itself. */
	effort: v.optional(v.nullable(effortSchema), null),
	/** Read by Claude before every reply. Empty if there are none. */
	instructions: v.optional(v.string(), ""),
	/** The owner who set or removed the instructions last, and when (ISO 8601, UTC). */
	instructionsBy: v.optional(v.object({ ...personSchema.entries, at: v.string() })),
	/** The people who may ask Claude. */
	asks: v.optional(asksSchema, "members"),
	/** The tools that Claude may use. */
	tools: v.optional(toolsSchema, { webSearch: false, webFetch: false }),
	/** The budget of the conversation. */
	budget: v.optional(v.nullable(budgetSchema), null),
};

/** A change of them: what is left out stays, also each of the tools. */
export const claudeChange = {
	model: v.optional(v.nullable(modelIdSchema)),
	effort: v.optional(v.nullable(effortSchema)),
	instructions: v.optional(instructionsTextSchema),
	asks: v.optional(asksSchema),
	tools: v.optional(v.object({ webSearch: v.optional(v.boolean()), webFetch: v.optional(v.boolean()), mcp: v.optional(serversSchema) })),
	budget: v.optional(v.nullable(budgetSchema)),
};

/** Instructions as they were set at a place of the log: they hold for replies to what comes after it. */
export const instructionsVersionSchema = v.object({
	text: v.pipe(v.string(), v.maxLength(limits.instructions)),
	/** The `seq` of the last message before them. */
	after: countSchema,
	userId: idSchema,
	username: v.string(),
	/** ISO 8601, UTC. */
	at: v.string(),
});

const settingsSchema = v.object(claudeSettings);
const changeSchema = v.object(claudeChange);

export type ClaudeSettings = v.InferOutput<typeof settingsSchema>;
export type ClaudeChange = v.InferOutput<typeof changeSchema>;
export type InstructionsVersion = v.InferOutput<typeof instructionsVersionSchema>;
export type Effort = v.InferOutput<typeof effortSchema>;
export type Tools = v.InferOutput<typeof toolsSchema>;
export type Budget = v.InferOutput<typeof budgetSchema>;

/** The settings of a conversation of which nobody changed any. */
export const defaultClaudeSettings: ClaudeSettings = v.parse(settingsSchema, {});

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
export const toolsSchema = v.object({ webSearch: v.optional(v.boolean(), false), webFetch: v.optional(v.boolean(), false) });
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

/** As a conversation carries them. A server of an earlier version leaves all of them out. */
export const claudeSettings = {
	/** `null`: the deployment's default. */
	model: v.optional(v.nullable(modelIdSchema), null),
	/** How thoroughly Claude works; `null`: as the model does by itself. */
	effort: v.optional(v.nullable(effortSchema), null),
	/** Read by Claude before every reply. Empty if there are none. */
	instructions: v.optional(v.string(), ""),
	/** The owner who set or removed the instructions last, and when (ISO 8601, UTC). */
	instructionsBy: v.optional(v.object({ ...personSchema.entries, at: v.string() })),
	/** Who may ask Claude. */
	asks: v.optional(asksSchema, "members"),
	/** The tools that Claude may use. */
	tools: v.optional(toolsSchema, { webSearch: false, webFetch: false }),
	/** What Claude may spend in the conversation. */
	budget: v.optional(v.nullable(budgetSchema), null),
};

/** A change of them: what is left out stays, also each of the tools. */
export const claudeChange = {
	model: v.optional(v.nullable(modelIdSchema)),
	effort: v.optional(v.nullable(effortSchema)),
	instructions: v.optional(instructionsTextSchema),
	asks: v.optional(asksSchema),
	tools: v.optional(v.object({ webSearch: v.optional(v.boolean()), webFetch: v.optional(v.boolean()) })),
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
			images: v.optional(v.boolean()),
			contextTokens: v.optional(countSchema),
		}),
	),
});

export const modelsSchema = v.array(modelSchema);

export type OfferedModel = v.InferOutput<typeof modelSchema>;

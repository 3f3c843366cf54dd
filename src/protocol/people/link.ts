// What an invite allows the people who come by it, and what one of them may still do, on the wire.

import * as v from "valibot";
import { countSchema } from "../message.ts";

/** What an invite may allow the people who come by it, all together. Memberships last at most ten years. */
export const linkLimits = {
	questions: { min: 0, max: 10_000 },
	usd: { min: 0, max: 10_000 },
	seconds: { min: 60, max: 10 * 366 * 24 * 3600 },
};
const { questions, usd } = linkLimits;

const usdSchema = v.pipe(v.number(), v.minValue(usd.min), v.maxValue(usd.max));

/** What is left out is not limited. Everybody who comes by the link shares the questions and the money. */
export const allowsSchema = v.object({
	/** How often they may ask Claude; 0: never. */
	questions: v.optional(v.pipe(v.number(), v.integer(), v.minValue(questions.min), v.maxValue(questions.max))),
	/** What their questions may cost, in dollars. */
	usd: v.optional(usdSchema),
	/** When their membership ends. ISO 8601. */
	until: v.optional(v.pipe(v.string(), v.isoTimestamp())),
	/** `new`: they see only what is said after they have joined. */
	history: v.optional(v.picklist(["all", "new"])),
});

/** What the people who came by a link have used. */
export const usedSchema = v.object({ people: countSchema, questions: countSchema, usd: v.number() });

/** What a member may who came by a link that limits them. What is left out is not limited. */
export const maySchema = v.object({
	/** Questions to Claude that are left to everybody who came by the link. */
	questionsLeft: v.optional(countSchema),
	/** What is left for the answers, in dollars. */
	usdLeft: v.optional(v.number()),
	/** When the membership ends. ISO 8601, UTC. */
	until: v.optional(v.string()),
	/** The `seq` of the first message that they may see. */
	fromSeq: v.optional(countSchema),
});

export type Allows = v.InferOutput<typeof allowsSchema>;
export type Used = v.InferOutput<typeof usedSchema>;
export type May = v.InferOutput<typeof maySchema>;

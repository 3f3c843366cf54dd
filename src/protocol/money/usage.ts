// The cost of Claude, in responses.

import * as v from "valibot";
import { countSchema } from "../message.ts";
import { idSchema } from "../person.ts";

export const periodSchema = v.picklist(["day", "month", "total"]);

export const usageSchema = v.object({
	/** Dollars. */
	usd: v.number(),
	/** Reserved for replies that run now. */
	reservedUsd: v.number(),
	replies: countSchema,
	tokens: v.object({ input: countSchema, output: countSchema, cacheRead: countSchema, cacheWrite: countSchema }),
	searches: countSchema,
	/** The share of the prompts that was read from the cache, from 0 to 1. */
	cacheHit: v.number(),
	/** The budget that is the first to be used up. */
	budget: v.nullable(
		v.object({
			usd: v.number(),
			period: periodSchema,
			leftUsd: v.number(),
			resetsAt: v.optional(v.string()),
			setBy: v.optional(v.picklist(["administrator"])),
		}),
	),
	/** Those who have paid, the most first. */
	people: v.array(v.object({ userId: idSchema, username: v.string(), usd: v.number(), replies: countSchema })),
	/** The days on which anything was spent, oldest first. */
	days: v.array(v.object({ date: v.string(), usd: v.number(), replies: countSchema })),
});
export type UsageReport = v.InferOutput<typeof usageSchema>;

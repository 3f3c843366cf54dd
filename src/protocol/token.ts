// Personal tokens on the wire.

import * as v from "valibot";
import { limits } from "./limits.ts";
import { idSchema, usernameSchema } from "./person.ts";

export const tokenSchema = v.object({
	id: idSchema,
	name: v.string(),
	/** ISO 8601, UTC. */
	createdAt: v.string(),
	expiresAt: v.string(),
	/** Exact to the hour. */
	lastUsedAt: v.optional(v.string()),
});

/** The request for a new token. People see its name behind its owner's. */
export const newTokenSchema = v.object({
	name: usernameSchema,
	expiresInSeconds: v.optional(
		v.pipe(v.number(), v.integer(), v.minValue(limits.token.seconds.min), v.maxValue(limits.token.seconds.max)),
		limits.token.seconds.default,
	),
});

export type PersonalToken = v.InferOutput<typeof tokenSchema>;

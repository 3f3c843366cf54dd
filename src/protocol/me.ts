// The events of `GET /api/me/socket`: a person's list of conversations and their settings. Clients
// send nothing but the text `ping`.

import * as v from "valibot";
import { listEntrySchema } from "./conversation.ts";
import { limits } from "./limits.ts";
import { idSchema } from "./person.ts";

const nameSchema = v.pipe(v.string(), v.regex(new RegExp(`^[a-zA-Z]{1,${limits.settingName}}$`)));
const valueSchema = v.union([v.pipe(v.string(), v.maxLength(limits.setting)), v.boolean(), v.pipe(v.number(), v.finite())]);

/** A person's settings for all their devices: small values with names that the client chooses. */
export const settingsSchema = v.pipe(v.record(nameSchema, valueSchema), v.maxEntries(limits.settings));

/** Changes to some settings; null removes one. */
export const settingsChangeSchema = v.pipe(v.record(nameSchema, v.nullable(valueSchema)), v.maxEntries(limits.settings));

export const meEvents = {
	/**
	 * The first event: pinned conversations, then the newest. With `hasMore`, `GET
	 * /api/conversations?before=` returns the rest.
	 */
	"me:conversations": v.object({
		type: v.literal("me:conversations"),
		conversations: v.array(listEntrySchema),
		hasMore: v.boolean(),
		settings: settingsSchema,
	}),
	/** A conversation is new in the list or has changed. */
	"me:conversation": v.object({ type: v.literal("me:conversation"), conversation: listEntrySchema }),
	"me:removed": v.object({ type: v.literal("me:removed"), conversationId: idSchema }),
	"me:settings": v.object({ type: v.literal("me:settings"), settings: settingsSchema }),
} as const;

export type MeEvent = { [K in keyof typeof meEvents]: v.InferOutput<(typeof meEvents)[K]> }[keyof typeof meEvents];
export type PersonalSettings = v.InferOutput<typeof settingsSchema>;
export type SettingsChange = v.InferOutput<typeof settingsChangeSchema>;

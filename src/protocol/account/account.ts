// What a person's account consists of besides their name: passkeys, recovery codes, devices, and the log of changes to it.

import * as v from "valibot";

/** A device in names that people know it by. */
export const deviceSchema = v.object({ browser: v.optional(v.string()), system: v.optional(v.string()) });
export type Device = v.InferOutput<typeof deviceSchema>;

export const passkeySchema = v.object({
	id: v.string(),
	name: v.string(),
	createdAt: v.string(),
	lastUsedAt: v.optional(v.string()),
});
export type Passkey = v.InferOutput<typeof passkeySchema>;

/** A device on which the person is signed in, by its session. */
export const signedInDeviceSchema = v.object({ id: v.string(), device: deviceSchema, lastSeenAt: v.string(), isCurrent: v.boolean() });
export type SignedInDevice = v.InferOutput<typeof signedInDeviceSchema>;

/** An identity at a provider by which the person comes in. `provider`: its name. `name`: the person's, as the provider has it. */
export const identitySchema = v.object({
	id: v.string(),
	provider: v.string(),
	name: v.string(),
	joinedAt: v.string(),
	lastUsedAt: v.string(),
});
export type Identity = v.InferOutput<typeof identitySchema>;

/** The names are stored: never rename one. */
export const accountActs = [
	"passkey_added",
	"passkey_renamed",
	"passkey_removed",
	"passkey_refused",
	"recovery_codes_made",
	"recovery_code_used",
	"device_added",
	"device_signed_out",
	"identity_joined",
	"identity_removed",
	"data_exported",
] as const;
export type AccountAct = (typeof accountActs)[number];

/** `subject`: the name of the passkey, device or provider. `device`: where it was done. */
export const accountEventSchema = v.object({
	at: v.string(),
	act: v.picklist(accountActs),
	subject: v.optional(v.string()),
	device: deviceSchema,
});
export type AccountEvent = v.InferOutput<typeof accountEventSchema>;

// The HTTP calls about keeping one's account: passkeys, recovery codes and the log of changes.

import * as v from "valibot";
import {
	accountEventSchema,
	deviceSchema,
	identitySchema,
	passkeySchema,
	signedInDeviceSchema,
} from "../../../src/protocol/account/account.ts";
import { call, type Result } from "../api.ts";

const keptSchema = v.object({ passkeys: v.array(passkeySchema), recoveryCodes: v.number() });
const identitiesSchema = v.object({ identities: v.array(identitySchema) });
/** By what somebody who came as a guest comes back. `otherDevices`: on how many they are signed in besides this one. */
export type Kept = v.InferOutput<typeof keptSchema> & v.InferOutput<typeof identitiesSchema> & { otherDevices: number };
const descriptors = v.array(v.object({ type: v.literal("public-key"), id: v.string() }));

export async function keptOf(token: string): Promise<Result<Kept>> {
	const [kept, joined, signedIn] = await Promise.all([
		call(keptSchema, "GET", "/me/passkeys", { token }),
		call(identitiesSchema, "GET", "/me/identities", { token }),
		devicesOf(token),
	]);
	if ("error" in kept) return kept;
	if ("error" in joined) return joined;
	if ("error" in signedIn) return signedIn;
	const otherDevices = signedIn.value.devices.filter(({ isCurrent }) => !isCurrent).length;
	return { value: { ...kept.value, ...joined.value, otherDevices } };
}

/** Sets the cookie of the way to the provider, whose address it returns. The way back opens the settings. */
export const beginJoin = (token: string, provider: string) =>
	call(v.object({ url: v.string() }), "POST", "/me/identities", { token, body: { provider, returnTo: "/#settings" } });

export const removeIdentity = (token: string, id: string) =>
	call(v.undefined(), "DELETE", `/me/identities/${encodeURIComponent(id)}`, { token });

export const registrationOptions = (token: string) =>
	call(
		v.looseObject({ challenge: v.string(), user: v.looseObject({ id: v.string() }), excludeCredentials: descriptors }),
		"POST",
		"/auth/passkey/register/options",
		{ token },
	);

export const addPasskey = (token: string, response: object) =>
	call(v.object({ passkey: passkeySchema, recoveryCodes: v.optional(v.array(v.string())) }), "POST", "/auth/passkey/register/verify", {
		token,
		body: response,
	});

export const signInOptions = () =>
	call(v.looseObject({ challenge: v.string(), allowCredentials: descriptors }), "POST", "/auth/passkey/sign-in/options", {});

/** Sets the session cookie. With a token, confirms that session instead. */
export const verifyPasskey = (response: object, token?: string) =>
	call(v.object({ user: v.object({ name: v.string() }) }), "POST", "/auth/passkey/sign-in/verify", {
		body: response,
		...(token !== undefined && { token }),
	});

/** Sets the session cookie. */
export const recover = (code: string) => call(v.object({ token: v.string() }), "POST", "/auth/recover", { body: { code } });

export const renamePasskey = (token: string, id: string, name: string) =>
	call(v.object({ passkey: passkeySchema }), "PATCH", `/me/passkeys/${encodeURIComponent(id)}`, { token, body: { name } });

export const removePasskey = (token: string, id: string) =>
	call(v.undefined(), "DELETE", `/me/passkeys/${encodeURIComponent(id)}`, { token });

export const replaceCodes = (token: string) =>
	call(v.object({ recoveryCodes: v.array(v.string()) }), "POST", "/me/recovery-codes", { token });

export const eventsOf = (token: string) => call(v.object({ events: v.array(accountEventSchema) }), "GET", "/me/account-events", { token });

export const devicesOf = (token: string) => call(v.object({ devices: v.array(signedInDeviceSchema) }), "GET", "/me/devices", { token });

export const signOutThere = (token: string, id: string) =>
	call(v.undefined(), "DELETE", `/me/devices/${encodeURIComponent(id)}`, { token });

const linkSchema = v.object({ id: v.string(), url: v.string() });
export type DeviceLink = v.InferOutput<typeof linkSchema>;

export const makeDeviceLink = (token: string) => call(v.object({ link: linkSchema }), "POST", "/me/device-links", { token });

/** Who has opened the link, if anybody has. */
export const deviceLink = (token: string, id: string) =>
	call(v.object({ code: v.optional(v.string()), device: v.optional(deviceSchema) }), "GET", `/me/device-links/${id}`, { token });

export const confirmDeviceLink = (token: string, id: string) => call(v.undefined(), "POST", `/me/device-links/${id}/confirm`, { token });

export const cancelDeviceLink = (token: string, id: string) => call(v.undefined(), "DELETE", `/me/device-links/${id}`, { token });

/** On the second device. */
export const openDeviceLink = (token: string) =>
	call(v.object({ claim: v.string(), code: v.string(), username: v.string() }), "POST", "/auth/device-link/open", { body: { token } });

/** On the second device. `state`: the first one has not confirmed yet. Otherwise the session cookie is set. */
export const finishDeviceLink = (token: string, claim: string) =>
	call(v.object({ state: v.optional(v.literal("waiting")) }), "POST", "/auth/device-link/finish", { body: { token, claim } });

// What guests keep their account by: their passkeys, recovery codes, and the log of changes to both.

import { type Context, Hono } from "hono";
import * as v from "valibot";
import { deviceOf } from "../../auth/device.ts";
import { credentialIdSchema } from "../../auth/passkey/webauthn.ts";
import { accountEventSchema, passkeySchema } from "../../protocol/account/account.ts";
import { accountLimits } from "../../protocol/account/limits.ts";
import { limits } from "../../protocol/limits.ts";
import { usernameSchema } from "../../protocol/person.ts";
import { type App, bodyUpTo, readBody, refuse, respond, respondEmpty } from "../http.ts";
import { examples } from "../openapi/examples.ts";
import { describe } from "../operation.ts";
import { guestIn, makeCodes, refusing } from "./passkeys.ts";

/** Need an access token. */
export const accounts = new Hono<App>();

const confirmFirst = "The caller has not signed in or confirmed with a passkey within ten minutes.";
const unknown = "The caller has no passkey with this id.";
const nameSchema = v.object({ name: usernameSchema });

describe("GET /me/passkeys", {
	tag: "Account",
	summary: "List passkeys",
	description: "Lists the caller's passkeys, oldest first, and says how many recovery codes are left.",
	access: "person",
	answers: {
		200: {
			schema: v.object({ passkeys: v.array(passkeySchema), recoveryCodes: v.number() }),
			example: { passkeys: [examples.passkey], recoveryCodes: 8 },
		},
	},
	fields: { passkeys: "The passkeys, oldest first.", recoveryCodes: "How many recovery codes were not used." },
});
accounts.get("/me/passkeys", async (c) => c.json(await c.env.USERS.getByName(c.get("identity").userId).kept()));

describe("PATCH /me/passkeys/:passkeyId", {
	tag: "Account",
	summary: "Rename a passkey",
	description: "Gives the passkey another name, which only its owner sees.",
	access: "guest",
	body: { schema: nameSchema, example: { name: "Phone" } },
	answers: { 200: { schema: v.object({ passkey: passkeySchema }), example: { passkey: examples.passkey } } },
	refuses: { not_found: unknown, confirm_first: confirmFirst },
	fields: { passkeyId: "Id of the passkey.", name: `The name, 1 to ${limits.username} characters.`, passkey: "The passkey." },
});
accounts.patch("/me/passkeys/:passkeyId", bodyUpTo(limits.bodyBytes), (c) =>
	refusing(c, async () => {
		const asker = askerIn(c);
		const body = await readBody(c, nameSchema);
		if (!body) return refuse(c, "bad_request", `Give a name of 1 to ${limits.username} characters.`);
		const id = passkeyIdIn(c);
		if (id === undefined) return refuse(c, "not_found");
		return respond(c, await c.env.USERS.getByName(asker.userId).renamePasskey(id, body.name, asker), (renamed) => renamed);
	}),
);

describe("DELETE /me/passkeys/:passkeyId", {
	tag: "Account",
	summary: "Remove a passkey",
	description:
		"Removes the passkey: it is no longer accepted. Sessions go on. Without a passkey, recovery codes end too, and signing out on the last device is for good.",
	access: "guest",
	answers: { 204: "nothing" },
	refuses: { not_found: unknown, confirm_first: confirmFirst },
	fields: { passkeyId: "Id of the passkey." },
});
accounts.delete("/me/passkeys/:passkeyId", (c) =>
	refusing(c, async () => {
		const asker = askerIn(c);
		const id = passkeyIdIn(c);
		if (id === undefined) return refuse(c, "not_found");
		return respondEmpty(c, await c.env.USERS.getByName(asker.userId).removePasskey(id, asker));
	}),
);

describe("POST /me/recovery-codes", {
	tag: "Account",
	summary: "Replace the recovery codes",
	description: `Makes ${accountLimits.recoveryCodes} new codes, which no other response shows again. The former ones end.`,
	access: "guest",
	answers: { 201: { schema: v.object({ recoveryCodes: v.array(v.string()) }), example: { recoveryCodes: [examples.recoveryCode] } } },
	refuses: { not_found: "The caller has no passkey.", confirm_first: confirmFirst },
	fields: { recoveryCodes: "Each code signs in once, with `POST /api/auth/recover`." },
});
accounts.post("/me/recovery-codes", (c) =>
	refusing(c, async () => {
		const asker = askerIn(c);
		const codes = await makeCodes(asker.userId);
		const hashes = codes.map(({ hash }) => hash);
		const made = await c.env.USERS.getByName(asker.userId).replaceCodes(hashes, asker);
		return respond(c, made, () => ({ recoveryCodes: codes.map(({ code }) => code) }), 201);
	}),
);

describe("GET /me/account-events", {
	tag: "Account",
	summary: "List changes to how one signs in",
	description: `Lists the latest ${accountLimits.accountEvents} changes to the caller's passkeys, recovery codes and devices, newest first.`,
	access: "person",
	answers: { 200: { schema: v.object({ events: v.array(accountEventSchema) }), example: { events: [examples.accountEvent] } } },
	fields: {
		events: "The changes, newest first.",
	},
});
accounts.get("/me/account-events", async (c) => c.json({ events: await c.env.USERS.getByName(c.get("identity").userId).accountEvents() }));

function askerIn(c: Context<App>) {
	const { userId, session } = guestIn(c);
	return { userId, session, device: deviceOf(c.req.raw) };
}

function passkeyIdIn(c: Context<App>): string | undefined {
	const id = c.req.param("passkeyId");
	return v.is(credentialIdSchema, id) ? id : undefined;
}

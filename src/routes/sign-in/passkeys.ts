// Sign-in with passkeys: guests keep their account with one, and come back with it on any device. Also by a recovery code.

import { type Context, Hono } from "hono";
import { base64url } from "jose";
import * as v from "valibot";
import { readToken } from "../../auth/bearer.ts";
import { deviceOf } from "../../auth/device.ts";
import { networkOfRequest } from "../../auth/gates.ts";
import { identify } from "../../auth/identify.ts";
import { newChallenge, readChallenge, registrationPurpose, signInPurpose } from "../../auth/passkey/challenge.ts";
import { makeRecoveryCode, readRecoveryCode } from "../../auth/passkey/recovery-code.ts";
import { PasskeyRefused } from "../../auth/passkey/refusal.ts";
import { relyingPartyOf } from "../../auth/passkey/relying-party.ts";
import { provesSession } from "../../auth/passkey/session-proof.ts";
import {
	type Algorithm,
	algorithms,
	assertionSchema,
	challengeIn,
	readRegistration,
	registrationSchema,
	userIdIn,
	verifyAssertion,
} from "../../auth/passkey/webauthn.ts";
import { continueSession, firstVersion, signIn } from "../../auth/session.ts";
import { issueToken } from "../../auth/tokens.ts";
import { passkeySchema } from "../../protocol/account/account.ts";
import { accountLimits } from "../../protocol/account/limits.ts";
import { limits } from "../../protocol/limits.ts";
import { isGuestId } from "../../protocol/person.ts";
import { randomId } from "../../protocol/random-id.ts";
import { isRefusal, type Refusal } from "../../protocol/refusal.ts";
import { type App, bodyUpTo, readBody, refuse } from "../http.ts";
import { examples } from "../openapi/examples.ts";
import { describe } from "../operation.ts";
import { signedIn, signedInFields, signedInSchema } from "../session.ts";

/** Open without an access token. */
export const passkeySignIns = new Hono<App>();
/** Need an access token. */
export const passkeyRegistrations = new Hono<App>();

const optionsSchema = v.looseObject({ challenge: v.string() });
const optionsFields = { challenge: "What the passkey signs, once and within five minutes." };
const exampleChallenge = "3f1c2a9e90b7d1c4";
const ended = "The challenge was used before, or is older than five minutes.";
const noPasskeysHere = "The page has no host name, or is not loaded by https. Passkeys work at `localhost`, and not at `127.0.0.1`.";
const responseFields = { response: "The response, as `toJSON()` of the browser's credential gives it. More fields are ignored." };

describe("POST /auth/passkey/register/options", {
	tag: "Sign-in",
	summary: "Begin to add a passkey",
	description:
		"Returns options for `PublicKeyCredential.parseCreationOptionsFromJSON`. The passkey belongs to the host name of the page that asks. Guests who have a passkey must have signed in with one, or confirmed with one, within ten minutes. The first passkey is added only in the browser that has the session: the request needs its cookies and an `Origin`.",
	access: "guest",
	answers: { 200: { schema: optionsSchema, example: { challenge: exampleChallenge, rp: { id: "parley.example", name: "Parley" } } } },
	fields: optionsFields,
	refuses: {
		bad_request: noPasskeysHere,
		confirm_first: "The caller has a passkey, and has not confirmed with it within ten minutes.",
		guest_sign_in_disabled: "This deployment has guest sign-in turned off, and passkeys with it.",
		forbidden: "The caller is no guest, or the request for their first passkey has no cookie of their session.",
		too_many: `The caller already has ${accountLimits.passkeys} passkeys.`,
	},
});
passkeyRegistrations.post("/auth/passkey/register/options", (c) =>
	refusing(c, async () => {
		const { userId, username, session } = guestIn(c);
		if (!c.get("settings").guestSignIn) return refuse(c, "guest_sign_in_disabled");
		const { id } = relyingPartyOf(c.req.raw);
		const may = await c.env.USERS.getByName(userId).mayAddPasskey(session);
		if (isRefusal(may)) return refuse(c, may);
		if (may.ids.length === 0 && !(await isProven(c, userId, session))) return refuse(c, "forbidden", firstWayIn);
		return c.json({
			challenge: await newChallenge(registrationPurpose(userId, session), secretOf(c), Date.now()),
			rp: { id, name: "Parley" },
			user: { id: base64url.encode(userId), name: username, displayName: username },
			pubKeyCredParams: algorithms.map((alg) => ({ type: "public-key", alg })),
			excludeCredentials: may.ids.map((id) => ({ type: "public-key", id })),
			// Whoever comes back names nobody, and the passkey is all that they prove.
			authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
			attestation: "none",
			timeout: accountLimits.passkeyChallenge,
		});
	}),
);

const registeredSchema = v.object({ passkey: passkeySchema, recoveryCodes: v.optional(v.array(v.string())) });

describe("POST /auth/passkey/register/verify", {
	tag: "Sign-in",
	summary: "Add a passkey",
	description: `Adds the passkey that the browser has made to the guest's account. From the first one on, signing out ends only one session, and the account outlives all sessions. The first one brings ${accountLimits.recoveryCodes} recovery codes, which no other response shows again.`,
	access: "guest",
	body: { schema: registrationSchema, example: examples.registration },
	answers: { 201: { schema: registeredSchema, example: { passkey: examples.passkey, recoveryCodes: [examples.recoveryCode] } } },
	fields: {
		...responseFields,
		id: "Id of the passkey.",
		name: "The passkey's name. Without one, that of the device.",
		passkey: "The passkey.",
		recoveryCodes: "With the first passkey only. Each code signs in once.",
	},
	refuses: {
		passkey_refused: "The response does not fit: its challenge is another person's, or the device did not verify who used it.",
		passkey_expired: ended,
		origin_not_allowed: "The passkey was made on another page.",
		conflict: "The passkey was added before.",
		confirm_first: "The caller has a passkey, and has not confirmed with it within ten minutes.",
		forbidden: "The caller is no guest, or the request for their first passkey has no cookie of their session.",
		too_many: `The caller already has ${accountLimits.passkeys} passkeys.`,
	},
});
passkeyRegistrations.post("/auth/passkey/register/verify", bodyUpTo(limits.bodyBytes), (c) =>
	refusing(c, async () => {
		const { userId, username, session } = guestIn(c);
		const body = await readBody(c, registrationSchema);
		if (!body) return refuse(c, "bad_request", "Give the response of the browser as JSON, and a name if you like.");
		const challenge = await readChallenge(challengeIn(body), registrationPurpose(userId, session), secretOf(c), Date.now());
		const credential = await readRegistration(body, relyingPartyOf(c.req.raw));
		const codes = await makeCodes(userId);
		const device = deviceOf(c.req.raw);
		const name = body.name ?? ([device.browser, device.system].filter((part) => part !== undefined).join(" · ") || "Passkey");
		const hashes = codes.map(({ hash }) => hash);
		const user = c.env.USERS.getByName(userId);
		const person = { username, codes: hashes, isProven: await isProven(c, userId, session) };
		const added = await user.addPasskey({ ...credential, name }, challenge, person, { session, device });
		if (isRefusal(added)) return added.code === "forbidden" ? refuse(c, "forbidden", firstWayIn) : refuse(c, added);
		return c.json({ passkey: added.passkey, ...(added.hasCodes && { recoveryCodes: codes.map(({ code }) => code) }) }, 201);
	}),
);

describe("POST /auth/passkey/sign-in/options", {
	tag: "Sign-in",
	summary: "Begin to sign in with a passkey",
	description: "Returns options for `PublicKeyCredential.parseRequestOptionsFromJSON`. The browser offers the passkeys of this page.",
	access: "anyone",
	answers: { 200: { schema: optionsSchema, example: { challenge: exampleChallenge, rpId: "parley.example" } } },
	fields: optionsFields,
	refuses: { bad_request: noPasskeysHere, guest_sign_in_disabled: "This deployment has guest sign-in turned off." },
});
passkeySignIns.post("/auth/passkey/sign-in/options", (c) =>
	refusing(c, async () => {
		if (!c.get("settings").guestSignIn) return refuse(c, "guest_sign_in_disabled");
		const { id } = relyingPartyOf(c.req.raw);
		const challenge = await newChallenge(signInPurpose, secretOf(c), Date.now());
		return c.json({ challenge, rpId: id, allowCredentials: [], userVerification: "required", timeout: accountLimits.passkeyChallenge });
	}),
);

describe("POST /auth/passkey/sign-in/verify", {
	tag: "Sign-in",
	summary: "Sign in with a passkey",
	description:
		"Signs in the person whose passkey signed, with a session like a guest's: the response sets the session cookie. With an access token of the same person, it confirms the session of that token instead: for ten minutes, that session may change how they sign in.",
	access: "anyone",
	body: { schema: assertionSchema, example: examples.assertion },
	answers: { 200: { schema: signedInSchema, example: examples.signedIn } },
	fields: { ...signedInFields, ...responseFields, id: "Id of the passkey." },
	refuses: {
		passkey_refused: "The signature does not fit, the device did not verify who used it, its counter went back, or it is another person's.",
		passkey_unknown: "The passkey was removed, its account was erased, or it was never known here.",
		passkey_expired: ended,
		suspended: "An administrator has suspended the person.",
		origin_not_allowed: "The passkey was used on another page.",
		guest_sign_in_disabled: "This deployment has guest sign-in turned off.",
		rate_limited: "Too many people have signed in from this IP address within a minute.",
	},
});
passkeySignIns.post("/auth/passkey/sign-in/verify", bodyUpTo(limits.bodyBytes), (c) =>
	refusing(c, async () => {
		const settings = c.get("settings");
		if (!settings.guestSignIn) return refuse(c, "guest_sign_in_disabled");
		const body = await readBody(c, assertionSchema);
		if (!body) return refuse(c, "bad_request", "Give the response of the browser as JSON.");
		const challenge = await readChallenge(challengeIn(body), signInPurpose, secretOf(c), Date.now());
		const userId = userIdIn(body);
		const user = c.env.USERS.getByName(userId);
		const shown = isGuestId(userId) ? await user.showPasskey(body.id) : undefined;
		if (!shown) throw new PasskeyRefused("passkey_unknown", "it is of nobody here");
		const { id, publicKey, algorithm, counter } = shown.credential;
		const known = { id, publicKey, algorithm: algorithm as Algorithm, counter };
		const used = { id, counter: await verifyAssertion(body, known, relyingPartyOf(c.req.raw)) };
		const device = deviceOf(c.req.raw);
		const confirming = await sessionToConfirm(c, userId);
		if (confirming) {
			const { session, username, expiresAt } = confirming;
			const refusal = refusalIn(await user.acceptPasskey(used, challenge, { session, device }, true));
			if (refusal) return refuse(c, refusal);
			const issued = await issueToken({ userId, username }, settings, Date.now(), session, expiresAt);
			return c.json({ token: issued.token, expiresAt: new Date(issued.expiresAt).toISOString(), user: { id: userId, name: username } });
		}
		const signed = await signIn({ userId, username: shown.username }, settings, Date.now());
		const refusal = refusalIn(await user.acceptPasskey(used, challenge, { session: signed.sessionId, device }, false));
		return refusal ? refuse(c, refusal) : signedIn(c, signed, 200);
	}),
);

const recoverySchema = v.object({ code: v.pipe(v.string(), v.maxLength(200)) });

describe("POST /auth/recover", {
	tag: "Sign-in",
	summary: "Sign in with a recovery code",
	description: "Signs in the guest whose code it is, with a new session. The code is used up. Add a new passkey within ten minutes.",
	access: "anyone",
	body: { schema: recoverySchema, example: { code: examples.recoveryCode } },
	answers: { 200: { schema: signedInSchema, example: examples.signedIn } },
	fields: { ...signedInFields, code: "The code, in any case and with or without its dashes." },
	refuses: {
		suspended: "An administrator has suspended the person.",
		code_refused: "The code was used, was replaced by newer ones, or never existed.",
		guest_sign_in_disabled: "This deployment has guest sign-in turned off.",
		rate_limited: "Too many people have signed in from this IP address within a minute.",
	},
});
passkeySignIns.post("/auth/recover", bodyUpTo(limits.bodyBytes), async (c) => {
	const settings = c.get("settings");
	if (!settings.guestSignIn) return refuse(c, "guest_sign_in_disabled");
	const body = await readBody(c, recoverySchema);
	if (!body) return refuse(c, "bad_request", "Give the recovery code.");
	const read = await readRecoveryCode(body.code);
	if (!read) return refuse(c, "code_refused");
	const { userId, hash } = read;
	const session = randomId();
	const recovered = await c.env.USERS.getByName(userId).recover(hash, { session, device: deviceOf(c.req.raw) });
	if (isRefusal(recovered)) return refuse(c, recovered);
	const { username } = recovered;
	return signedIn(c, await continueSession({ userId, username }, { id: session, version: firstVersion }, settings, Date.now()), 200);
});

/** For whoever has no more than an access token. */
export const firstWayIn = "Do this in the browser in which you are signed in. Reload the page, and try again.";

/** The request comes from the browser that has the caller's session. */
export function isProven(c: Context<App>, userId: string, session: string): Promise<boolean> {
	return provesSession(c.req.raw, { userId, session }, c.get("settings"), Date.now());
}

/** The codes of a guest, anew. */
export function makeCodes(userId: string) {
	return Promise.all(Array.from({ length: accountLimits.recoveryCodes }, () => makeRecoveryCode(userId)));
}

/** The caller, who came as a guest. Throws `PasskeyRefused` for everybody else: their provider or issuer decides how they sign in. */
export function guestIn(c: Context<App>) {
	const identity = c.get("identity");
	if ("session" in identity && isGuestId(identity.userId)) return identity;
	throw new PasskeyRefused("forbidden", "its bearer is no guest", "Passkeys are for people who came as guests. You sign in elsewhere.");
}

/** The session that a person confirms, if the request has a token of theirs. */
async function sessionToConfirm(c: Context<App>, userId: string) {
	const token = readToken(c.req.raw);
	if (token === undefined) return undefined;
	const verified = await identify(token, c.get("settings"), c.env, networkOfRequest(c.req.raw), Date.now());
	if ("refusal" in verified) throw new PasskeyRefused(verified.refusal.code, "the token of the session to confirm is not accepted");
	const { identity } = verified;
	if (!("session" in identity) || identity.userId !== userId)
		throw new PasskeyRefused("passkey_refused", "it is another person's", "This passkey belongs to another account. Choose one of yours.");
	return identity;
}

export async function refusing(c: Context<App>, answer: () => Promise<Response>): Promise<Response> {
	try {
		return await answer();
	} catch (error) {
		if (!(error instanceof PasskeyRefused)) throw error;
		console.info(`A passkey was refused: ${error.message}`);
		return refuse(c, error.code, error.sentence);
	}
}

/** Guests sign in only where there is one: `readSettings` demands it. */
function secretOf(c: Context<App>): string {
	return c.get("settings").jwtSecret as string;
}

function refusalIn(result: object): Refusal | undefined {
	return isRefusal(result) ? result : undefined;
}

// The devices on which somebody is signed in, and the link by which a guest adds another one.

import { type Context, Hono } from "hono";
import * as v from "valibot";
import { deviceOf } from "../../auth/device.ts";
import { originForLinks } from "../../auth/origins.ts";
import { continueSession, firstVersion } from "../../auth/session.ts";
import { deviceSchema, signedInDeviceSchema } from "../../protocol/account/account.ts";
import { sha256 } from "../../protocol/hash.ts";
import { isoTime } from "../../protocol/iso-time.ts";
import { limits } from "../../protocol/limits.ts";
import { guestPrefix, idSchema, isGuestId } from "../../protocol/person.ts";
import { randomId } from "../../protocol/random-id.ts";
import { isRefusal } from "../../protocol/refusal.ts";
import { type App, bodyUpTo, readBody, refuse, respond, respondEmpty } from "../http.ts";
import { examples } from "../openapi/examples.ts";
import { describe } from "../operation.ts";
import { signedIn, signedInFields, signedInSchema } from "../session.ts";
import { firstWayIn, guestIn, isProven, refusing } from "./passkeys.ts";

/** Need an access token. */
export const devices = new Hono<App>();
/** Open without an access token. */
export const deviceLinks = new Hono<App>();

const linkEnded = "The link was used, has expired or was cancelled.";
const noGuests = "This deployment has guest sign-in turned off.";

describe("GET /me/devices", {
	tag: "Account",
	summary: "List the devices of the caller",
	description:
		"Lists the devices on which the caller is signed in here, the one that asks first. Sign-ins of the deployment's own issuer are not listed.",
	access: "person",
	answers: { 200: { schema: v.object({ devices: v.array(signedInDeviceSchema) }), example: { devices: [examples.signedInDevice] } } },
	fields: { devices: "The devices." },
});
devices.get("/me/devices", async (c) => {
	const identity = c.get("identity");
	if (!("session" in identity)) return c.json({ devices: [] });
	const asker = { session: identity.session, device: deviceOf(c.req.raw) };
	return c.json({ devices: await c.env.USERS.getByName(identity.userId).devices(asker) });
});

describe("DELETE /me/devices/:sessionId", {
	tag: "Account",
	summary: "Sign out on another device",
	description: "Ends the session of another device: its tokens are refused, and its sockets (4401) and event streams are closed.",
	access: "person",
	answers: { 204: "nothing" },
	refuses: { not_found: "The caller has no such session, or it is the one that asks. For that, use `POST /api/auth/sign-out`." },
	fields: { sessionId: "Id of the device's session." },
});
devices.delete("/me/devices/:sessionId", async (c) => {
	const identity = c.get("identity");
	const id = c.req.param("sessionId");
	if (!("session" in identity) || !v.is(idSchema, id)) return refuse(c, "not_found");
	const asker = { session: identity.session, device: deviceOf(c.req.raw) };
	return respondEmpty(c, await c.env.USERS.getByName(identity.userId).signOutThere(id, asker));
});

describe("POST /me/device-links", {
	tag: "Account",
	summary: "Make a link that adds a device",
	description:
		"Makes a link that adds one device to the guest's account, within two minutes. The former link ends. The device that opens it must be confirmed here.",
	access: "guest",
	answers: {
		201: {
			schema: v.object({ link: v.object({ id: v.string(), url: v.string(), expiresAt: v.string() }) }),
			example: { link: { id: examples.deviceLink.id, url: examples.deviceLink.url, expiresAt: "2026-11-24T12:02:00.000Z" } },
		},
	},
	fields: { link: "The link." },
	refuses: {
		confirm_first: "The caller has a passkey, and has not confirmed with it within ten minutes.",
		guest_sign_in_disabled: noGuests,
		forbidden: "The caller is no guest, or has no passkey and the request has no cookie of their session.",
	},
});
devices.post("/me/device-links", (c) =>
	refusing(c, async () => {
		const { userId, username, session } = guestIn(c);
		if (!c.get("settings").guestSignIn) return refuse(c, "guest_sign_in_disabled");
		const token = `${userId.slice(guestPrefix.length)}.${randomId()}`;
		const id = await sha256(token);
		const user = c.env.USERS.getByName(userId);
		const person = { username, isProven: await isProven(c, userId, session) };
		const made = await user.makeDeviceLink(id, person, { session, device: deviceOf(c.req.raw) });
		if (isRefusal(made) && made.code === "forbidden") return refuse(c, "forbidden", firstWayIn);
		const page = originForLinks(c.req.header("origin") ?? null, new URL(c.req.url), c.get("settings"));
		return respond(c, made, ({ expiresAt }) => ({ link: { id, url: `${page}/device#${token}`, expiresAt: isoTime(expiresAt) } }), 201);
	}),
);

const shownSchema = v.object({ state: v.picklist(["open", "opened"]), code: v.optional(v.string()), device: v.optional(deviceSchema) });

describe("GET /me/device-links/:linkId", {
	tag: "Account",
	summary: "See which device has opened a link",
	description: "Returns whether a device has opened the link, which one, and the code that both devices show.",
	access: "guest",
	answers: {
		200: { schema: shownSchema, example: { state: "opened", code: examples.deviceLink.code, device: examples.signedInDevice.device } },
	},
	fields: {
		linkId: "Id of the link.",
		state: "`open`: nobody has opened it yet.",
		code: "The code that the other device shows too.",
		device: "The device that has opened it, as far as its browser says.",
	},
	refuses: { link_expired: linkEnded },
});
devices.get("/me/device-links/:linkId", (c) =>
	refusing(c, async () => {
		const shown = await c.env.USERS.getByName(guestIn(c).userId).showDeviceLink(linkIdIn(c));
		if (!shown) return refuse(c, "link_expired");
		return c.json("isOpen" in shown ? { state: "open" } : { state: "opened", ...shown });
	}),
);

describe("POST /me/device-links/:linkId/confirm", {
	tag: "Account",
	summary: "Confirm the device that opened a link",
	description: "Lets the device in that has opened the link. Do this only if both devices show the same code.",
	access: "guest",
	answers: { 204: "nothing" },
	refuses: { link_expired: linkEnded, confirm_first: "The caller has not confirmed with their passkey within ten minutes." },
	fields: { linkId: "Id of the link." },
});
devices.post("/me/device-links/:linkId/confirm", (c) =>
	refusing(c, async () => {
		const { userId, session } = guestIn(c);
		const asker = { session, device: deviceOf(c.req.raw) };
		return respondEmpty(c, await c.env.USERS.getByName(userId).confirmDeviceLink(linkIdIn(c), asker));
	}),
);

describe("DELETE /me/device-links/:linkId", {
	tag: "Account",
	summary: "Cancel a link that adds a device",
	description: "Ends the link. Also refuses the device that has opened it, if it was not confirmed.",
	access: "guest",
	answers: { 204: "nothing" },
	fields: { linkId: "Id of the link." },
});
devices.delete("/me/device-links/:linkId", (c) =>
	refusing(c, async () => {
		await c.env.USERS.getByName(guestIn(c).userId).cancelDeviceLink(linkIdIn(c));
		return c.body(null, 204);
	}),
);

const tokenSchema = v.pipe(v.string(), v.regex(/^[\w-]{22}\.[\w-]{22}$/));
const openSchema = v.object({ token: tokenSchema });
const openedSchema = v.object({ claim: v.string(), code: v.string(), username: v.string() });

describe("POST /auth/device-link/open", {
	tag: "Sign-in",
	summary: "Open a link that adds a device",
	description: "For the second device. Only the first one that opens the link can go on, and it must be confirmed on the other device.",
	access: "anyone",
	body: { schema: openSchema, example: { token: examples.deviceLink.token } },
	answers: {
		200: { schema: openedSchema, example: { claim: examples.deviceLink.claim, code: examples.deviceLink.code, username: "Ann" } },
	},
	fields: {
		token: "The part of the link behind the `#`.",
		claim: "By this, the device proves that it opened the link.",
		code: "Four digits to show, which the other device shows too.",
		username: "The name of the person as whom the device will be signed in.",
	},
	refuses: { link_expired: linkEnded, suspended: "An administrator has suspended the person.", guest_sign_in_disabled: noGuests },
});
deviceLinks.post("/auth/device-link/open", bodyUpTo(limits.bodyBytes), async (c) => {
	if (!c.get("settings").guestSignIn) return refuse(c, "guest_sign_in_disabled");
	const body = await readBody(c, openSchema);
	const userId = body && ownerOf(body.token);
	if (!userId) return refuse(c, "link_expired");
	const claim = randomId();
	const code = String((crypto.getRandomValues(new Uint32Array(1))[0] as number) % 10_000).padStart(4, "0");
	const user = c.env.USERS.getByName(userId);
	const opened = await user.openDeviceLink(await sha256(body.token), await sha256(claim), code, deviceOf(c.req.raw));
	return respond(c, opened, ({ username }) => ({ claim, code, username }));
});

const finishSchema = v.object({ token: tokenSchema, claim: v.pipe(v.string(), v.regex(/^[\w-]{22}$/)) });

describe("POST /auth/device-link/finish", {
	tag: "Sign-in",
	summary: "Sign in by a link that was confirmed",
	description: "For the second device. Ask again every two seconds or so while the answer is 202: the other device has not confirmed yet.",
	access: "anyone",
	body: { schema: finishSchema, example: { token: examples.deviceLink.token, claim: examples.deviceLink.claim } },
	answers: {
		200: { schema: signedInSchema, example: examples.signedIn },
		202: { schema: v.object({ state: v.literal("waiting") }), example: { state: "waiting" } },
	},
	fields: {
		...signedInFields,
		token: "The part of the link behind the `#`. In the response, the access token.",
		claim: "From the response to the opening.",
		state: "Always `waiting`.",
	},
	refuses: { link_expired: linkEnded, suspended: "An administrator has suspended the person.", guest_sign_in_disabled: noGuests },
});
deviceLinks.post("/auth/device-link/finish", bodyUpTo(limits.bodyBytes), async (c) => {
	const settings = c.get("settings");
	if (!settings.guestSignIn) return refuse(c, "guest_sign_in_disabled");
	const body = await readBody(c, finishSchema);
	const userId = body && ownerOf(body.token);
	if (!userId) return refuse(c, "link_expired");
	const session = randomId();
	const asker = { session, device: deviceOf(c.req.raw) };
	const finished = await c.env.USERS.getByName(userId).finishDeviceLink(await sha256(body.token), await sha256(body.claim), asker);
	if (isRefusal(finished)) return refuse(c, finished);
	if ("isWaiting" in finished) return c.json({ state: "waiting" }, 202);
	const { username } = finished;
	return signedIn(c, await continueSession({ userId, username }, { id: session, version: firstVersion }, settings, Date.now()), 200);
});

/** The guest whom a link's token names. */
function ownerOf(token: string): string | undefined {
	const userId = guestPrefix + token.split(".")[0];
	return isGuestId(userId) ? userId : undefined;
}

function linkIdIn(c: Context<App>): string {
	return c.req.param("linkId") ?? "";
}

// Sign-in with the deployment's OpenID provider: the way there, the way back, and which ways there are.

import { type Context, Hono } from "hono";
import type { JWTPayload } from "jose";
import * as v from "valibot";
import { markOf } from "../../auth/administrators.ts";
import { deviceOf } from "../../auth/device.ts";
import { accountOf, checkDomain } from "../../auth/oidc/account.ts";
import { exchange, signInAddress } from "../../auth/oidc/exchange.ts";
import { endedFlow, type Flow, flowCookies, newFlow, pathWithin, readFlow } from "../../auth/oidc/flow.ts";
import { providerOf } from "../../auth/oidc/provider.ts";
import { quote, type Reason, SignInRefused } from "../../auth/oidc/refusal.ts";
import { isAllowedOrigin } from "../../auth/origins.ts";
import { continueSession, firstVersion, idTokenCookie, sessionCookie } from "../../auth/session.ts";
import type { ErrorCode } from "../../protocol/errors.ts";
import type { Person } from "../../protocol/person.ts";
import { randomId } from "../../protocol/random-id.ts";
import { isRefusal } from "../../protocol/refusal.ts";
import type { App } from "../http.ts";
import { describe } from "../operation.ts";
import { beginSession } from "./begin.ts";
import { refuseSignIn } from "./refusal-page.ts";

/** Open without an access token. */
export const providerSignIns = new Hono<App>();

/** There is one provider. Its id is in the address that people register there, so that it never changes. */
const providerId = "default";

const methodsSchema = v.object({
	guest: v.boolean(),
	passkey: v.boolean(),
	oidc: v.array(v.object({ id: v.string(), name: v.string() })),
	signInUrl: v.optional(v.string()),
});

describe("GET /auth/methods", {
	tag: "Sign-in",
	summary: "List the ways to sign in",
	description: "Returns how people can sign in to this deployment.",
	access: "anyone",
	answers: {
		200: { schema: methodsSchema, example: { guest: true, passkey: true, oidc: [{ id: providerId, name: "Example" }] } },
	},
	fields: {
		guest: "Whether guests can sign in, with nothing but a name.",
		passkey: "Whether guests can keep their account with a passkey, and come back with it.",
		oidc: "The OpenID providers.",
		id: "Id of the provider, for the address where the sign-in begins.",
		name: "The provider's name, for people.",
		signInUrl: "The deployment's own sign-in page, if it has one. It comes back with an access token in `#token=…`.",
	},
});
providerSignIns.get("/auth/methods", (c) => {
	const { guestSignIn, oidc, signInUrl } = c.get("settings");
	const providers = oidc ? [{ id: providerId, name: oidc.name }] : [];
	return c.json({ guest: guestSignIn, passkey: guestSignIn, oidc: providers, ...(signInUrl !== undefined && { signInUrl }) });
});

const fields = { id: "Id of the provider, from `GET /api/auth/methods`." };
const refusalPage =
	" If it is refused, the response is a web page that says why, or JSON if the request accepts JSON, and the log has the reason.";

describe("GET /auth/oidc/:id/start", {
	tag: "Sign-in",
	summary: "Begin to sign in with a provider",
	description: `For browsers. Redirects to the provider, and sets a cookie that lasts ten minutes and belongs to this one sign-in.${refusalPage}`,
	access: "anyone",
	query: v.object({ returnTo: v.optional(v.string(), "/") }),
	answers: { 302: "nothing" },
	refuses: {
		forbidden: "Another site has sent the browser here. The page that says so asks the person first.",
		not_found: "There is no such provider.",
		unavailable: "The provider cannot be reached.",
		misconfigured: "There is no provider at `OIDC_ISSUER`.",
	},
	fields: { ...fields, returnTo: "Where the browser goes after the sign-in: a path of this service." },
	example: { returnTo: "/" },
});
providerSignIns.get("/auth/oidc/:id/start", (c) =>
	refusing(c, async () => {
		providerOfId(c, c.req.param("id"));
		if (isFromElsewhere(c)) throw new SignInRefused("from_elsewhere", "another site has begun it");
		return c.redirect(String(await beginFlow(c, c.req.param("id"), c.req.query("returnTo") ?? "/")), 302);
	}),
);

/**
 * Any page may send a browser here. Where the provider asks nothing, that alone would sign its person in, in the place of a guest who
 * has no other way in; so may a mail, or a line in another program. Browsers that do not say where they come from are let through.
 */
function isFromElsewhere(c: Context<App>): boolean {
	// Our page writes the address in plain letters. A message shows no link to it, but may have one in codes of letters.
	if (new URL(c.req.url).pathname !== c.req.path) return true;
	const site = c.req.header("sec-fetch-site");
	if (site === undefined || site === "same-origin") return false;
	const from = URL.parse(c.req.header("referer") ?? "")?.origin;
	return from === undefined || !isAllowedOrigin(from, new URL(c.req.url), c.get("settings"));
}

describe("GET /auth/oidc/:id/callback", {
	tag: "Sign-in",
	summary: "Come back from a provider",
	description: `The address to register at the provider. Sets the session cookie and redirects to the path that the sign-in began with; \`POST /api/auth/refresh\` then returns access tokens. If the sign-in began with \`POST /api/me/identities\`, the identity becomes a way into that guest's account instead. Each sign-in can come back once, and only in the browser that began it.${refusalPage}`,
	access: "anyone",
	query: v.object({
		code: v.optional(v.string()),
		state: v.optional(v.string()),
		iss: v.optional(v.string()),
		error: v.optional(v.string()),
	}),
	answers: { 302: "nothing" },
	refuses: {
		bad_request: "The sign-in was not begun in this browser, has been used or has expired; or the provider's answer does not fit it.",
		identity_taken: "The identity was to join a guest, and leads to somebody else already.",
		unauthorized: "The identity was to join a guest, whose session has ended.",
		confirm_first: "The identity was to join a guest with a passkey, who confirmed more than ten minutes ago.",
		too_many: "The identity was to join a guest, who has too many.",
		forbidden: "The person cancelled, or may not sign in here.",
		suspended: "An administrator has suspended the person.",
		not_found: "There is no such provider.",
		rate_limited: "Too many people have come back from this IP address within a minute.",
		unavailable: "The provider cannot be reached.",
		misconfigured: "The provider does not accept this deployment.",
	},
	fields: {
		...fields,
		code: "The provider's code.",
		state: "Identifies the sign-in.",
		iss: "The provider's address.",
		error: "Why the provider refused.",
	},
	example: { code: "abc", state: "def" },
});
providerSignIns.get("/auth/oidc/:id/callback", (c) =>
	refusing(c, async () => {
		const oidc = providerOfId(c, c.req.param("id"));
		const url = new URL(c.req.url);
		const state = c.req.query("state") ?? "";
		const flow = await readFlow(state, c.req.raw, secretOf(c), Date.now());
		if (!flow) throw new SignInRefused("not_begun", `this browser has no sign-in with the state ${quote(state)}`);
		// Whatever comes of it, it is over.
		c.header("Set-Cookie", endedFlow(flow.state, url), { append: true });
		const settings = c.get("settings");
		const server = await providerOf(oidc.issuer);
		const { issuer, claims, idToken } = await exchange(server, oidc, flow, url.searchParams, redirectUriOf(url), Date.now());
		checkDomain(claims, oidc.allowedDomains);
		const person = await accountOf(issuer, claims, settings.jwtNameClaim);
		if (flow.join) await join(c, flow.join, person, claims, oidc.name);
		else {
			const begun = await beginSession(c, person, claims, oidc.name);
			if ("code" in begun) throw new SignInRefused("suspended", "the person is suspended");
			c.header("Set-Cookie", sessionCookie(begun.session, url), { append: true });
		}
		for (const cookie of idTokenCookie(idToken, url)) c.header("Set-Cookie", cookie, { append: true });
		return c.redirect(flow.returnTo, 302);
	}),
);

/** The identity becomes a way into the guest's person. Unless a passkey has proved who they are, they go on in another session. */
async function join(c: Context<App>, { userId, session }: NonNullable<Flow["join"]>, person: Person, claims: JWTPayload, provider: string) {
	const identity = { id: person.userId, provider, name: person.username, mark: markOf(claims, c.get("settings")) };
	const joined = await c.env.USERS.getByName(userId).join(identity, { session, device: deviceOf(c.req.raw) }, randomId());
	if (isRefusal(joined)) throw new SignInRefused(joinReasons[joined.code] ?? "failed", `the identity is not joined: ${joined.code}`);
	if (joined.session === session) return;
	const next = { id: joined.session, version: firstVersion };
	const { session: value } = await continueSession({ userId, username: person.username }, next, c.get("settings"), Date.now());
	c.header("Set-Cookie", sessionCookie(value, new URL(c.req.url)), { append: true });
}

const joinReasons: { readonly [code in ErrorCode]?: Reason } = {
	identity_taken: "taken",
	unauthorized: "join_ended",
	suspended: "suspended",
	confirm_first: "confirm_first",
	too_many: "too_many",
};

/** Where a sign-in at the provider begins. Its cookies go into the response. */
export async function beginFlow(c: Context<App>, providerId: string, returnTo: string, join?: Flow["join"]): Promise<URL> {
	const oidc = providerOfId(c, providerId);
	const url = new URL(c.req.url);
	const path = pathWithin(returnTo, url);
	if (path === undefined) throw new SignInRefused("bad_return", "its returnTo is no path of this service");
	const server = await providerOf(oidc.issuer);
	const flow = newFlow(path, join);
	for (const cookie of await flowCookies(flow, c.req.raw, secretOf(c), Date.now())) c.header("Set-Cookie", cookie, { append: true });
	return signInAddress(server, oidc, flow, redirectUriOf(url));
}

function providerOfId(c: Context<App>, id: string | undefined) {
	const { oidc } = c.get("settings");
	if (!oidc || id !== providerId) throw new SignInRefused("no_provider", "there is no such provider");
	return oidc;
}

/** `readSettings` demands it where there is a provider. */
function secretOf(c: Context<App>): string {
	return c.get("settings").jwtSecret as string;
}

function redirectUriOf(url: URL): string {
	return `${url.origin}/api/auth/oidc/${providerId}/callback`;
}

export async function refusing(c: Context<App>, answer: () => Promise<Response>): Promise<Response> {
	try {
		return await answer();
	} catch (error) {
		if (error instanceof SignInRefused) return refuseSignIn(c, error);
		throw error;
	}
}

// Sign-in with the deployment's OpenID provider: the way there, the way back, and which ways there are.

import { type Context, Hono } from "hono";
import * as v from "valibot";
import { accountOf, checkDomain } from "../../auth/oidc/account.ts";
import { exchange, signInAddress } from "../../auth/oidc/exchange.ts";
import { endedFlow, flowCookies, newFlow, pathWithin, readFlow } from "../../auth/oidc/flow.ts";
import { providerOf } from "../../auth/oidc/provider.ts";
import { quote, SignInRefused } from "../../auth/oidc/refusal.ts";
import { idTokenCookie, sessionCookie } from "../../auth/session.ts";
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
		200: { schema: methodsSchema, example: { guest: true, passkey: false, oidc: [{ id: providerId, name: "Example" }] } },
	},
	fields: {
		guest: "Whether guests can sign in, with nothing but a name.",
		passkey: "Whether passkeys are accepted. `false` for now.",
		oidc: "The OpenID providers.",
		id: "Id of the provider, for the address where the sign-in begins.",
		name: "The provider's name, for people.",
		signInUrl: "The deployment's own sign-in page, if it has one. It comes back with an access token in `#token=…`.",
	},
});
providerSignIns.get("/auth/methods", (c) => {
	const { guestSignIn, oidc, signInUrl } = c.get("settings");
	const providers = oidc ? [{ id: providerId, name: oidc.name }] : [];
	return c.json({ guest: guestSignIn, passkey: false, oidc: providers, ...(signInUrl !== undefined && { signInUrl }) });
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
		not_found: "There is no such provider.",
		unavailable: "The provider cannot be reached.",
		misconfigured: "There is no provider at `OIDC_ISSUER`.",
	},
	fields: { ...fields, returnTo: "Where the browser goes after the sign-in: a path of this service." },
	example: { returnTo: "/" },
});
providerSignIns.get("/auth/oidc/:id/start", (c) =>
	refusing(c, async () => {
		const oidc = providerIn(c);
		const url = new URL(c.req.url);
		const returnTo = pathWithin(c.req.query("returnTo") ?? "/", url);
		if (returnTo === undefined) throw new SignInRefused("bad_return", "its returnTo is no path of this service");
		const server = await providerOf(oidc.issuer);
		const flow = newFlow(returnTo);
		for (const cookie of await flowCookies(flow, c.req.raw, secretOf(c), Date.now())) c.header("Set-Cookie", cookie, { append: true });
		return c.redirect(String(await signInAddress(server, oidc, flow, redirectUriOf(url))), 302);
	}),
);

describe("GET /auth/oidc/:id/callback", {
	tag: "Sign-in",
	summary: "Come back from a provider",
	description: `The address to register at the provider. Sets the session cookie and redirects to the path that the sign-in began with; \`POST /api/auth/refresh\` then returns access tokens. Each sign-in can come back once, and only in the browser that began it.${refusalPage}`,
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
		forbidden: "The person cancelled, or may not sign in here.",
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
		const oidc = providerIn(c);
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
		const { session } = await beginSession(c, await accountOf(issuer, claims, settings.jwtNameClaim));
		c.header("Set-Cookie", sessionCookie(session, url), { append: true });
		for (const cookie of idTokenCookie(idToken, url)) c.header("Set-Cookie", cookie, { append: true });
		return c.redirect(flow.returnTo, 302);
	}),
);

function providerIn(c: Context<App>) {
	const { oidc } = c.get("settings");
	if (!oidc || c.req.param("id") !== providerId) throw new SignInRefused("no_provider", "there is no such provider");
	return oidc;
}

/** `readSettings` demands it where there is a provider. */
function secretOf(c: Context<App>): string {
	return c.get("settings").jwtSecret as string;
}

function redirectUriOf(url: URL): string {
	return `${url.origin}/api/auth/oidc/${providerId}/callback`;
}

async function refusing(c: Context<App>, answer: () => Promise<Response>): Promise<Response> {
	try {
		return await answer();
	} catch (error) {
		if (error instanceof SignInRefused) return refuseSignIn(c, error);
		throw error;
	}
}

// Sign-in with an OpenID provider, from its begin to the end of the session, and what is refused on the way.

import { env, exports } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { startClock, stopClock } from "../support/clock.ts";
import { allowLog, expectLog } from "../support/log.ts";
import { Browser, provider, providerSettings, useProvider } from "../support/provider-browser.ts";
import { withSettings } from "../support/settings.ts";
import { Client, call, newConversation, origin, tokenOf } from "../support/socket.ts";

withSettings(providerSettings);
allowLog(/A sign-in with the provider was refused/, /A session cookie was refused/, /A token was refused/);
beforeEach(() => useProvider());

const ada = { sub: "248289761001", name: "Ada Lovelace", email: "ada@example.com", email_verified: true };

async function expectPage(response: Response, status: number, words: RegExp): Promise<void> {
	expect([response.status, response.headers.get("content-type")]).toEqual([status, "text/html; charset=UTF-8"]);
	expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
	expect(await response.text()).toMatch(words);
}

describe("somebody who signs in with the provider", () => {
	it("is named in the methods, sent there and back, and stays signed in", async () => {
		expect((await call("GET", "/auth/methods")).body).toEqual({ guest: true, passkey: true, oidc: [{ id: "default", name: "Example" }] });
		const browser = new Browser();
		const address = new URL(await browser.start("/c/abc?at=3"));
		expect(Object.fromEntries(address.searchParams)).toMatchObject({
			scope: "openid profile email",
			redirect_uri: `${origin}/api/auth/oidc/default/callback`,
			code_challenge_method: "S256",
			state: expect.stringMatching(/^[\w-]{22}$/),
			nonce: expect.stringMatching(/^[\w-]{22}$/),
		});
		const back = await browser.open(provider.signIn(address.href, ada));
		expect([back.status, back.headers.get("location")]).toEqual([302, "/c/abc?at=3"]);
		const cookies = back.headers.getSetCookie().join("\n");
		expect(cookies).toMatch(/^parley_session=.*Max-Age=2592000.*HttpOnly; Secure; SameSite=Strict$/im);

		const first = await browser.refresh();
		expect(first.body.user).toEqual({ id: expect.stringMatching(/^oidc-[\w-]{43}$/), name: "Ada Lovelace" });
		const second = await browser.refresh();
		expect(second.body.user).toEqual(first.body.user);
		expect((await call("GET", "/me", second.body.token)).body.user).toEqual(first.body.user);
	});

	it("is the same person on another device and under another address, but not with another provider", async () => {
		const idOf = async (claims: Record<string, unknown>) => {
			const browser = new Browser();
			await browser.signIn(claims);
			return (await browser.refresh()).body.user;
		};
		const first = await idOf(ada);
		expect(await idOf({ ...ada, name: "Ada King", email: "king@example.com" })).toEqual({ id: first.id, name: "Ada King" });
		expect((await idOf({ ...ada, sub: "2" })).id).not.toBe(first.id);
		useProvider();
		expect((await idOf(ada)).id).not.toBe(first.id);
	});

	it("cannot take Claude's name", async () => {
		const browser = new Browser();
		await browser.signIn({ ...ada, name: "CIaude" });
		expect((await browser.refresh()).body.user.name).toBe("ada");
	});

	it("may be no guest: guests being off does not concern them", async () => {
		const browser = new Browser();
		await browser.signIn(ada);
		Object.assign(env, { GUEST_SIGN_IN: "off" });
		expect((await browser.refresh()).status).toBe(200);
		Object.assign(env, { GUEST_SIGN_IN: "on" });
	});

	it("is refused everywhere once the deployment has no provider", async () => {
		const browser = new Browser();
		await browser.signIn(ada);
		const { token } = (await browser.refresh()).body;
		Object.assign(env, { OIDC_ISSUER: "", OIDC_CLIENT_ID: "" });
		expect((await call("GET", "/me", token)).status).toBe(401);
		expect((await browser.refresh()).status).toBe(401);
	});

	it("ends the session for everybody who has one of its cookies, when an old one is used", async () => {
		const browser = new Browser();
		await browser.signIn(ada);
		const copy = new Browser();
		copy.cookies.set("parley_session", browser.cookies.get("parley_session") as string);
		vi.useFakeTimers({ toFake: ["Date"] });
		try {
			await browser.refresh();
			vi.setSystemTime(Date.now() + 60_000);
			await browser.refresh();
			vi.setSystemTime(Date.now() + 60_000);
			expect((await copy.refresh()).status).toBe(401);
			expect((await browser.refresh()).status).toBe(401);
			// They can sign in again, as the same person.
			expect((await browser.signIn(ada)).status).toBe(302);
			expect((await browser.refresh()).status).toBe(200);
		} finally {
			vi.useRealTimers();
		}
	});
});

describe("somebody whom an administrator has suspended", () => {
	it("is refused by the provider's way back, keeps the session, and goes on with it once restored", async () => {
		const browser = new Browser();
		await browser.signIn(ada);
		const { token, user } = (await browser.refresh()).body;
		await env.USERS.getByName(user.id).suspend(true);
		expect((await call("GET", "/me", token)).body.error.code).toBe("suspended");
		expect((await browser.refresh()).status).toBe(403);
		await expectPage(await browser.signIn(ada), 403, /suspended your account/);
		await env.USERS.getByName(user.id).suspend(false);
		expect((await browser.refresh()).status).toBe(200);
		expect((await call("GET", "/me", token)).status).toBe(200);
	});
});

describe("an administrator by the provider's word", () => {
	const mayAdminister = async (claims: Record<string, unknown>) => {
		const browser = new Browser();
		await browser.signIn(claims);
		const { token } = (await browser.refresh()).body;
		return { token, status: (await call("GET", "/admin/audit", token)).status };
	};
	beforeEach(() => void Object.assign(env, { OIDC_ADMINS: "", ADMIN_CLAIM: "" }));

	it.each<[string, string, Record<string, unknown>, number]>([
		["has a verified address that is named, in whatever case", "Ada@Example.com", { ...ada, email: "ADA@example.COM" }, 200],
		["has a subject that is named", "other@example.com, 248289761001", ada, 200],
		["is nobody whose address is not verified", "ada@example.com", { ...ada, email_verified: false }, 403],
		["is nobody whose address looks the same", "kate@example.com", { ...ada, email: "\u212aate@example.com" }, 403],
		["is nobody whose subject is an address that is named", "ada@example.com", { ...ada, sub: "ada@example.com", email: undefined }, 403],
		["is nobody whose address is a subject that is named", "248289761001", { ...ada, sub: "1", email: "248289761001" }, 403],
	])("%s", async (_, named, claims, status) => {
		Object.assign(env, { OIDC_ADMINS: named });
		expect((await mayAdminister(claims)).status).toBe(status);
	});

	it("is one only as long as the settings and the latest sign-in say so", async () => {
		Object.assign(env, { OIDC_ADMINS: "ada@example.com" });
		const { token } = await mayAdminister(ada);
		Object.assign(env, { OIDC_ADMINS: "ben@example.com" });
		expect((await call("GET", "/admin/audit", token)).status).toBe(403);
		Object.assign(env, { OIDC_ADMINS: "", ADMIN_CLAIM: "groups=admins" });
		const { token: byClaim, status } = await mayAdminister({ ...ada, groups: ["staff", "admins"] });
		expect(status).toBe(200);
		expect((await mayAdminister({ ...ada, groups: ["staff"] })).status).toBe(403);
		expect((await call("GET", "/admin/audit", byClaim)).status).toBe(403);
	});
});

describe("signing out", () => {
	it("ends this session and its sockets, here and at the provider, and no other", async () => {
		const [browser, other] = [new Browser(), new Browser()];
		await browser.signIn(ada);
		await other.signIn(ada);
		const { token } = (await browser.refresh()).body;
		const theirs = (await other.refresh()).body;
		const { conversation } = (await call("POST", "/conversations", token, {})).body;
		const made = (await call("POST", "/me/tokens", token, { name: "bot" })).body.token.secret;

		const answer = await browser.open("/api/auth/sign-out", { method: "POST", headers: { authorization: `Bearer ${token}`, origin } });
		const url = new URL(((await answer.json()) as { signOutUrl: string }).signOutUrl);
		expect(url.origin + url.pathname).toBe(`${provider.issuer}/logout`);
		expect(Object.fromEntries(url.searchParams)).toEqual({
			client_id: "parley",
			post_logout_redirect_uri: `${origin}/`,
			id_token_hint: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
		});
		expect((await call("GET", "/me", token)).status).toBe(401);
		expect((await browser.refresh()).status).toBe(204);
		expect((await call("GET", "/me", theirs.token)).status).toBe(200);
		expect((await call("GET", "/me", made)).status).toBe(200);
		// The conversation is still theirs.
		const members = (await call("GET", `/conversations/${conversation.id}`, theirs.token)).body.conversation.members;
		expect(members).toEqual([{ userId: theirs.user.id, username: "Ada Lovelace", role: "owner" }]);
	});

	it("closes the sockets of the session", async () => {
		const browser = new Browser();
		await browser.signIn(ada);
		const { token, user } = (await browser.refresh()).body;
		const { conversation } = (await call("POST", "/conversations", token, {})).body;
		const response = await exports.default.fetch(`${origin}/api/conversations/${conversation.id}/socket`, {
			headers: { upgrade: "websocket", "sec-websocket-protocol": `chat.v1, bearer.${token}` },
		});
		const client = new Client(response.webSocket as WebSocket, conversation.id);
		expect(await client.next("chat:joined")).toMatchObject({ you: { userId: user.id, username: "Ada Lovelace" } });
		await browser.open("/api/auth/sign-out", { method: "POST", headers: { authorization: `Bearer ${token}` } });
		expect(await client.closed).toBe(4401);
	});

	it("works while the provider is down", async () => {
		const browser = new Browser();
		await browser.signIn(ada);
		const { token } = (await browser.refresh()).body;
		Object.assign(env, { OIDC_ISSUER: "https://down.example" });
		const answer = await browser.open("/api/auth/sign-out", { method: "POST", headers: { authorization: `Bearer ${token}` } });
		expect(answer.status).toBe(204);
		expect((await browser.refresh()).status).toBe(204);
	});

	it("an erased person's sessions end, and they can come back with an empty account", async () => {
		const browser = new Browser();
		await browser.signIn(ada);
		const { token, user } = (await browser.refresh()).body;
		await call("POST", "/conversations", token, {});
		expect((await call("DELETE", "/me", token)).status).toBe(200);
		expect((await call("GET", "/me", token)).status).toBe(401);
		expect((await browser.refresh()).status).toBe(401);
		await browser.signIn(ada);
		const again = (await browser.refresh()).body;
		expect(again.user.id).toBe(user.id);
		expect((await call("GET", "/conversations", again.token)).body.conversations).toEqual([]);
	});
});

describe("the client authenticates", () => {
	it.each([
		["client_secret_basic", "s3cret", 1],
		["client_secret_post", "s3cret", 2],
		["none", "", 1],
	] as const)("by %s", async (authentication, secret, requests) => {
		Object.assign(env, { OIDC_CLIENT_SECRET: secret });
		provider.client = { id: "parley", secret, authentication };
		expect((await new Browser().signIn(ada)).status).toBe(302);
		expect(provider.asked.filter((path) => path === "/token")).toHaveLength(requests);
	});

	it("and a wrong secret is said to be the operator's to correct", async () => {
		Object.assign(env, { OIDC_CLIENT_SECRET: "wrong" });
		expectLog(/does not accept OIDC_CLIENT_ID or OIDC_CLIENT_SECRET/);
		await expectPage(await new Browser().signIn(ada), 500, /check its OIDC settings/);
	});
});

describe("coming back is refused", () => {
	it("a second time, with the same cookies as the first", async () => {
		expectLog(/refused the code: "invalid_grant"/);
		const browser = new Browser();
		const address = provider.signIn(await browser.start(), ada);
		const before = [...browser.cookies];
		expect((await browser.open(address)).status).toBe(302);
		await expectPage(await browser.open(address), 400, /was not begun in this browser/);
		const copy = new Browser();
		for (const [name, value] of before) copy.cookies.set(name, value);
		await expectPage(await copy.open(address), 400, /could not be completed/);
		expect((await copy.refresh()).status).toBe(204);
	});

	it("in another browser than the one that began", async () => {
		expectLog(/this browser has no sign-in with the state/);
		const address = provider.signIn(await new Browser().start(), ada);
		await expectPage(await new Browser().open(address), 400, /was not begun in this browser/);
		expect(provider.asked).not.toContain("/token");
	});

	it("with the code of another sign-in", async () => {
		const [browser, attacker] = [new Browser(), new Browser()];
		const theirs = new URL(provider.signIn(await attacker.start(), { ...ada, sub: "mallory" }));
		const address = new URL(provider.signIn(await browser.start(), ada));
		address.searchParams.set("code", theirs.searchParams.get("code") as string);
		await expectPage(await browser.open(address.href), 400, /could not be completed/);
	});

	it("after more than ten minutes", async () => {
		const browser = new Browser();
		const address = provider.signIn(await browser.start(), ada);
		vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 601_000 });
		try {
			await expectPage(await browser.open(address), 400, /longer than ten minutes/);
		} finally {
			vi.useRealTimers();
		}
	});

	it("with a state that was forged together with its cookie", async () => {
		const browser = new Browser();
		browser.cookies.set(
			"__Host-parley_sign_in_x",
			`eyJhbGciOiJub25lIn0.${btoa('{"state":"x","nonce":"n","verifier":"v","returnTo":"/"}')}.`,
		);
		await expectPage(await browser.open("/api/auth/oidc/default/callback?code=c&state=x"), 400, /was not begun/);
	});

	it.each<[string, (url: URL) => void]>([
		["from another provider", (url) => url.searchParams.set("iss", "https://evil.example")],
		["from a provider that does not name itself as it said it would", (url) => url.searchParams.delete("iss")],
		["with two codes", (url) => url.searchParams.append("code", "another")],
		["without a code", (url) => url.searchParams.delete("code")],
	])("%s", async (_, change) => {
		const browser = new Browser();
		const address = new URL(provider.signIn(await browser.start(), ada));
		change(address);
		await expectPage(await browser.open(address.href), 400, /could not be completed/);
		expect((await browser.refresh()).status).toBe(204);
	});

	it.each<[string, RegExp, (claims: Record<string, unknown>) => Record<string, unknown>]>([
		["for another audience", /answer did not fit/, (claims) => ({ ...claims, aud: "another" })],
		["for several audiences, and issued to another", /answer did not fit/, (claims) => ({ ...claims, aud: ["parley", "b"], azp: "b" })],
		["of another issuer", /answer did not fit/, (claims) => ({ ...claims, iss: "https://evil.example" })],
		["with another nonce", /answer did not fit/, (claims) => ({ ...claims, nonce: "another" })],
		["without a subject", /answer did not fit/, ({ sub: _, ...claims }) => claims],
		["that has expired by more than a clock may differ", /clock/, (claims) => ({ ...claims, exp: Math.floor(Date.now() / 1000) - 60 })],
	])("with an ID token %s", async (_, words, alter) => {
		provider.alter = alter;
		const response = await new Browser().signIn(ada);
		await expectPage(response, 400, words);
		expect(response.headers.getSetCookie().join()).not.toContain("parley_session=");
	});

	it("with an ID token that another key has signed", async () => {
		provider.signsWith = "another's";
		await expectPage(await new Browser().signIn(ada), 400, /could not be completed/);
	});

	it("and a clock that differs by less than half a minute is borne", async () => {
		provider.alter = (claims) => ({ ...claims, exp: Math.floor(Date.now() / 1000) - 20 });
		expect((await new Browser().signIn(ada)).status).toBe(302);
	});

	it("when the person cancels, in the language of the browser", async () => {
		const sentences = {
			"de-AT,en": /abgebrochen oder abgelehnt/,
			"fr-CA": /annulée ou refusée/,
			ar: /أُلغي أو رُفض/,
			es: /canceló o se rechazó/,
			"pt,fr": /cancelled or refused/,
		};
		for (const [languages, sentence] of Object.entries(sentences)) {
			const browser = new Browser();
			const { searchParams } = new URL(await browser.start());
			const path = `/api/auth/oidc/default/callback?error=access_denied&state=${searchParams.get("state")}&iss=${provider.issuer}`;
			await expectPage(await browser.open(path, { headers: { "accept-language": languages } }), 403, sentence);
		}
	});

	it.each([
		["not verified", { ...ada, email_verified: false }, /not confirmed/],
		["not said to be verified", { sub: "1", email: "ada@example.com" }, /not confirmed/],
		["of another domain", { ...ada, email: "ada@example.com.evil.example" }, /People with your e-mail address cannot/],
		["of a domain within the domain", { ...ada, email: "ada@sub.example.com" }, /People with your e-mail address cannot/],
		["with an allowed domain before the @", { ...ada, email: "example.com@evil.example" }, /People with your e-mail address cannot/],
	])("where only some domains are allowed, with an address that is %s", async (_, claims, words) => {
		Object.assign(env, { OIDC_ALLOWED_DOMAINS: "example.org, @Example.com" });
		expect((await new Browser().signIn({ ...ada, email: "Ada@EXAMPLE.com" })).status).toBe(302);
		await expectPage(await new Browser().signIn(claims), 403, words);
	});
});

describe("several tabs", () => {
	it("may sign in at once", async () => {
		const browser = new Browser();
		const [first, second] = [await browser.start("/c/one"), await browser.start("/c/two")];
		expect((await browser.open(provider.signIn(second, ada))).headers.get("location")).toBe("/c/two");
		expect((await browser.open(provider.signIn(first, ada))).headers.get("location")).toBe("/c/one");
	});

	it("leave a bounded number of cookies", async () => {
		const browser = new Browser();
		for (let n = 0; n < 30; n++) await browser.start();
		expect(browser.cookies.size).toBeLessThanOrEqual(8);
	});
});

describe("a return address", () => {
	it.each([
		"https://evil.example",
		"//evil.example",
		"/\\evil.example",
		"\\\\evil.example",
		"/\t/evil.example",
		"/.//evil.example",
		"javascript:alert(1)",
		"c/abc",
		"",
		"/c/abc d",
	])("%j is refused", async (returnTo) => {
		const response = await new Browser().open(`/api/auth/oidc/default/start?returnTo=${encodeURIComponent(returnTo)}`);
		await expectPage(response, 400, /must be a path of this service/);
	});
});

describe("a sign-in that another site begins", () => {
	const elsewhere = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };

	it("is asked about first, so that no site replaces somebody's session", async () => {
		expectLog(/another site has begun it/);
		const browser = new Browser();
		const response = await browser.open("/api/auth/oidc/default/start?returnTo=/c/a?b%26c", { headers: elsewhere });
		const page = await response.clone().text();
		await expectPage(response, 403, /Another site has sent you here/);
		expect(page).toContain('<a href="/api/auth/oidc/default/start?returnTo=/c/a?b%26c">Sign in</a>');
		expect(browser.cookies.size).toBe(0);
	});

	it("may be a link in a message, which has the address in codes of letters", async () => {
		const headers = { "sec-fetch-site": "same-origin", "sec-fetch-mode": "navigate" };
		for (const path of ["/api/%61uth/oidc/default/start", "/api/auth/oid%63/default/start", "/api/auth/oidc/%64efault/start"]) {
			expectLog(/another site has begun it/);
			const browser = new Browser();
			const response = await browser.open(`${path}?returnTo=/c/a`, { headers });
			const page = await response.clone().text();
			await expectPage(response, 403, /Another site has sent you here/);
			expect(page).toContain('<a href="/api/auth/oidc/default/start?returnTo=/c/a">Sign in</a>');
			expect(browser.cookies.size).toBe(0);
		}
	});

	it.each([
		["from another program", { "sec-fetch-site": "none" }, 403],
		["from a browser that does not say", {}, 302],
		["from our own page", { "sec-fetch-site": "same-origin" }, 302],
		["from another page of the same domain", { "sec-fetch-site": "same-site", referer: "https://blog.parley.example/" }, 403],
		["from a page of FRONTEND_URL", { ...elsewhere, referer: "https://front.example/chat" }, 302],
	])("is one only if it comes from another site: %s", async (_from, headers, status) => {
		Object.assign(env, { FRONTEND_URL: "https://front.example" });
		expect((await new Browser().open("/api/auth/oidc/default/start", { headers })).status).toBe(status);
		Object.assign(env, { FRONTEND_URL: "" });
	});
});

describe("a provider that is down", () => {
	afterEach(startClock);

	it.each<[string, () => Response]>([
		["refuses", () => new Response("down", { status: 503 })],
		[
			"cannot be reached",
			() => {
				throw new TypeError("Network connection lost.");
			},
		],
	])("and %s: 503 in words, and the others can go on", async (_, answer) => {
		// The pause before it is asked again does not end meanwhile.
		stopClock();
		provider.override = answer;
		const response = await new Browser().open("/api/auth/oidc/default/start");
		expect(response.headers.get("retry-after")).toBe("5");
		await expectPage(response, 503, /cannot be reached right now/);
		const program = await new Browser().open("/api/auth/oidc/default/start", { headers: { accept: "application/json" } });
		expect([program.status, await program.json()]).toMatchObject([503, { error: { code: "unavailable" } }]);
		// It was not asked again at once.
		expect(provider.asked).toHaveLength(1);
	});

	it("on the way back", async () => {
		const browser = new Browser();
		const address = provider.signIn(await browser.start(), ada);
		provider.override = (path) => (path === "/token" ? new Response("down", { status: 502 }) : undefined);
		const response = await browser.open(address);
		expect(response.headers.get("retry-after")).toBe("5");
		await expectPage(response, 503, /cannot be reached right now/);
	});

	it("its description is asked for once, and used while it is down", async () => {
		await new Browser().start();
		await new Browser().start();
		expect(provider.asked).toEqual(["/.well-known/openid-configuration"]);
		provider.override = () => new Response("down", { status: 503 });
		vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 2 * 3600_000 });
		try {
			await new Browser().start();
			expect(provider.asked).toHaveLength(2);
		} finally {
			vi.useRealTimers();
		}
	});

	it.each<[string, () => Response]>([
		["is another's", () => Response.json({ issuer: "https://evil.example" })],
		[
			"sends people elsewhere without https",
			() =>
				Response.json({
					issuer: provider.issuer,
					authorization_endpoint: "http://a.example",
					token_endpoint: "https://a.example",
					jwks_uri: "https://a.example",
				}),
		],
		["is no JSON", () => new Response("<html>")],
		["is not there", () => new Response("Not found", { status: 404 })],
		["is far too long", () => new Response(`{"issuer":"${"x".repeat(300_000)}"}`)],
	])("or whose description %s is not used", async (_, answer) => {
		provider.override = answer;
		await expectPage(await new Browser().open("/api/auth/oidc/default/start"), 500, /check its OIDC settings/);
	});
});

it("there is no other provider", async () => {
	await expectPage(await new Browser().open("/api/auth/oidc/other/start"), 404, /no such way to sign in/);
});

describe("a token of another issuer with the id of somebody who signs in here", () => {
	it("is refused", async () => {
		const browser = new Browser();
		await browser.signIn(ada);
		const { user } = (await browser.refresh()).body;
		expect((await call("GET", "/me", await tokenOf(user.id))).status).toBe(401);
		expect((await call("GET", "/me", await tokenOf(user.id, { parley_guest: "x" }))).status).toBe(401);
		expect((await call("GET", "/me", await tokenOf(user.id, { parley_account: "unknown" }))).status).toBe(401);
	});

	it("and everybody else goes on as before", async () => {
		expect(await newConversation("ann")).toEqual(expect.any(String));
	});
});

// Sign-in through Cloudflare Access, which stands before the deployment and signs an assertion for each request.

import { env, exports } from "cloudflare:workers";
import { beforeEach, expect, it, vi } from "vitest";
import { assertionOf, FakeProvider } from "../support/fake-provider.ts";
import { allowLog, expectLog } from "../support/log.ts";
import { withSettings } from "../support/settings.ts";
import { call, origin } from "../support/socket.ts";

const settings = { ACCESS_TEAM: "", ACCESS_AUDIENCE: "tag", GUEST_SIGN_IN: "off" };
withSettings(settings);
allowLog(/A token was refused/, /A session cookie was refused/);

let team: FakeProvider;
let certs: () => Response | undefined;
beforeEach(() => {
	team = new FakeProvider();
	certs = () => undefined;
	Object.assign(env, settings, { ACCESS_TEAM: team.issuer });
});
const fetchOutside = globalThis.fetch;
vi.spyOn(globalThis, "fetch").mockImplementation(async (...given) => {
	const url = new URL(String(given[0]));
	if (url.origin !== team.issuer) return fetchOutside(...given);
	expect(url.pathname).toBe("/cdn-cgi/access/certs");
	return certs() ?? team.answer(new Request(`${team.issuer}/keys`));
});

const claims = () => ({ iss: team.issuer, aud: ["tag"], sub: "7335d417-61da-459d-899c-0a01c76a2f94", email: "ada@example.com" });

async function refresh(assertion?: string, cookie?: string) {
	const headers = { ...(assertion && { "cf-access-jwt-assertion": assertion }), ...(cookie && { cookie: `parley_session=${cookie}` }) };
	const response = await exports.default.fetch(`${origin}/api/auth/refresh`, { method: "POST", headers });
	const session = /parley_session=([^;]+)/.exec(response.headers.get("set-cookie") ?? "")?.[1];
	const text = await response.text();
	return { status: response.status, session, body: text === "" ? {} : JSON.parse(text) };
}

it("signs in whoever Access has let through, for as long as a session lasts", async () => {
	expect((await refresh()).status).toBe(204);
	const first = await refresh(await assertionOf(claims()));
	expect(first).toMatchObject({ status: 200, body: { user: { id: expect.stringMatching(/^oidc-[\w-]{43}$/), name: "ada" } } });
	expect((await call("GET", "/me", first.body.token)).body.user).toEqual(first.body.user);
	expect((await refresh(await assertionOf(claims()), first.session)).body.user).toEqual(first.body.user);
	expect((await refresh(undefined, first.session)).status).toBe(200);
});

it("signs in whoever is there now, and ends the session of who was there before", async () => {
	const { session, body } = await refresh(await assertionOf(claims()));
	const next = await refresh(await assertionOf({ ...claims(), sub: "another", email: "ben@example.com" }), session);
	expect(next).toMatchObject({ status: 200, body: { user: { name: "ben" } } });
	expect(next.body.user.id).not.toBe(body.user.id);
	// It would notify this device of what is not for Ben.
	expect((await call("GET", "/me", body.token)).status).toBe(401);
	expect((await refresh(undefined, session)).status).toBe(401);
});

it("signs in again whose session has ended", async () => {
	const { session, body } = await refresh(await assertionOf(claims()));
	const assertion = await assertionOf(claims());
	const answer = await exports.default.fetch(`${origin}/api/auth/sign-out`, {
		method: "POST",
		headers: { authorization: `Bearer ${body.token}`, "cf-access-jwt-assertion": assertion },
	});
	expect(await answer.json()).toEqual({ signOutUrl: `${team.issuer}/cdn-cgi/access/logout` });
	expect((await call("GET", "/me", body.token)).status).toBe(401);
	expect((await refresh(undefined, session)).status).toBe(401);
	expect((await refresh(assertion, session)).body.user).toEqual(body.user);
});

it.each<[string, () => Promise<string>]>([
	["for another application", () => assertionOf({ ...claims(), aud: ["another"] })],
	["of another team", () => assertionOf({ ...claims(), iss: "https://evil.cloudflareaccess.com" })],
	["that has expired", () => assertionOf(claims(), "-1m")],
	["of a service token, which is nobody", () => assertionOf({ ...claims(), sub: "" })],
	[
		"that is not signed",
		async () => `${btoa('{"alg":"none"}').replaceAll("=", "")}.${btoa(JSON.stringify(claims())).replaceAll("=", "")}.`,
	],
	["that is no token", async () => "nonsense"],
])("refuses an assertion %s", async (_, assertion) => {
	expectLog(/A token was refused: the assertion of Cloudflare Access/);
	expect(await refresh(await assertion())).toMatchObject({ status: 401, session: undefined });
});

it("asks nobody to sign in again while the keys of Access cannot be fetched", async () => {
	expectLog(/could not be fetched/, /the keys of ACCESS_TEAM cannot be fetched/);
	certs = () => new Response("down", { status: 503 });
	expect(await refresh(await assertionOf(claims()))).toMatchObject({ status: 503, body: { error: { code: "unavailable" } } });
});

it("reads no assertion where Access is not used", async () => {
	Object.assign(env, { ACCESS_TEAM: "", ACCESS_AUDIENCE: "" });
	expect((await refresh(await assertionOf(claims()))).status).toBe(204);
});

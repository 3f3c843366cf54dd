// A deployment without JWT_SECRET signs with a secret that it makes for itself.

import { env, exports } from "cloudflare:workers";
import { expect, it } from "vitest";
import { deploymentName } from "../../src/deployment/object.ts";
import { settingsOf } from "../../src/deployment/settings.ts";
import { evict } from "../support/evict.ts";
import { expectLog } from "../support/log.ts";
import { withSettings } from "../support/settings.ts";
import { Client, call } from "../support/socket.ts";
import { SocketIoClient, url } from "../support/socketio.ts";

withSettings({ JWT_SECRET: "", GUEST_SIGN_IN: "on" });

const signIn = async (name: string) => (await call("POST", "/auth/guest", undefined, { name })).body.token as string;

async function conversationOf(token: string): Promise<string> {
	return (await call("POST", "/conversations", token, {})).body.conversation.id;
}

it("is not waited for with a request that was given up", async () => {
	// The runtime ends what a request does when its client is gone: its promises never settle.
	const signingSecret = () => new Promise<string>(() => {});
	void settingsOf({ ...env, DEPLOYMENT: { getByName: () => ({ signingSecret }) } } as unknown as Env);
	expect(await signIn("Ann")).toMatch(/^ey/);
});

it("guests sign in, and their tokens open every door", async () => {
	const token = await signIn("Ann");
	const id = await conversationOf(token);
	const ann = await Client.openBy(token, id);
	await ann.next("chat:joined");
	expect((await SocketIoClient.signedIn(token)).received.at(-1)?.packet).toMatch(/^40\{/);

	const { sid } = JSON.parse((await (await exports.default.fetch(url("polling"))).text()).slice(1));
	const session = url(`polling&sid=${sid}`);
	await exports.default.fetch(session, { method: "POST", body: `40${JSON.stringify({ token })}` });
	expect(await (await exports.default.fetch(session)).text()).toMatch(/^40\{/);
});

it("guests renew their token over an open socket, and their programs and the programs' invites are let in", async () => {
	const token = await signIn("Ann");
	const id = await conversationOf(token);
	const ann = await Client.openBy(token, id);
	await ann.next("chat:joined");
	const { secret } = (await call("POST", "/me/tokens", token, { name: "bot", scopes: ["read", "write", "manage"] })).body.token;
	expect((await call("POST", `/conversations/${id}/messages`, secret, { content: "Hello" })).status).toBe(201);
	const bot = await Client.openBy(secret, id);
	await bot.next("chat:joined");
	const { invite } = (await call("POST", `/conversations/${id}/invites`, secret, {})).body;
	expect((await call("POST", "/invites/accept", await signIn("Bob"), { token: invite.token })).status).toBe(200);
	expectLog(/A token was refused/);
	for (const renewed of [token, "forged"]) ann.send({ type: "chat:auth", token: renewed });
	await ann.next("chat:error");
	expect(ann.all("chat:error")).toHaveLength(1);
});

it("the secret is made once, whoever asks first, and stays when the object sleeps", async () => {
	const deployment = env.DEPLOYMENT.getByName(deploymentName);
	const [one, other] = await Promise.all([deployment.signingSecret(), deployment.signingSecret()]);
	expect(one).toMatch(/^[\w-]{43}$/);
	expect(other).toBe(one);
	await evict(deployment);
	expect(await deployment.signingSecret()).toBe(one);
});

it("JWT_SECRET replaces it", async () => {
	const token = await signIn("Ann");
	env.JWT_SECRET = "set by the deployer, and longer than 32 bytes";
	expectLog(/A token was refused/);
	expect((await call("GET", "/conversations", token)).status).toBe(401);
	env.JWT_SECRET = "";
	expect((await call("GET", "/conversations", token)).status).toBe(200);
});

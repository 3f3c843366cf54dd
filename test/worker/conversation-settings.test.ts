// The settings for Claude over HTTP and on the socket: who may change them, what is refused, and who sees it.

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { Store } from "../../src/conversation/store/store.ts";
import { limits } from "../../src/protocol/limits.ts";
import { evict } from "../support/evict.ts";
import { scripted, withSettings } from "../support/settings.ts";
import { Client, call, newConversation, tokenOf } from "../support/socket.ts";

withSettings({
	...scripted,
	CLAUDE_MODEL: "claude-sonnet-5-5",
	CLAUDE_MODELS: "claude-haiku-5-5, claude-opus-5-5, claude-haiku-4-5-plain",
});

const patch = async (who: string, id: string, body: unknown) => call("PATCH", `/conversations/${id}`, await tokenOf(who), body);
const conversationOf = async (who: string, id: string) => (await call("GET", `/conversations/${id}`, await tokenOf(who))).body.conversation;
const auditOf = async (id: string): Promise<string[]> =>
	(await call("GET", `/conversations/${id}/audit`, await tokenOf("ann"))).body.entries.map(
		({ action, actor }: { action: string; actor: string }) => `${action} ${actor}`,
	);

const settings = {
	model: "claude-haiku-5-5",
	effort: "xhigh",
	instructions: "Answer in French.\nBe brief.",
	asks: "owners",
	tools: { webSearch: true, webFetch: false },
	budget: { usd: 0.25, period: "day" },
};

describe("the settings for Claude", () => {
	it("are changed by an owner, reach everybody, and last", async () => {
		const id = await newConversation("ann", ["bob"]);
		const bob = await Client.join("bob", id);
		const { status, body } = await patch("ann", id, { ...settings, instructions: " Answer in French.\r\nBe brief.\u202e " });
		expect([status, body.conversation]).toEqual([
			200,
			{
				id,
				title: "",
				createdAt: expect.any(String),
				assistant: "auto",
				...settings,
				instructionsBy: { userId: "ann", username: "Ann", at: expect.any(String) },
			},
		]);
		expect((await bob.next("chat:conversation")).conversation).toEqual(body.conversation);
		await evict(env.CONVERSATIONS.getByName(id));
		expect(await conversationOf("bob", id)).toMatchObject(body.conversation);
		expect((await (await Client.join("ann", id)).joined).conversation).toEqual(body.conversation);
		expect(await auditOf(id)).toEqual(
			expect.arrayContaining(["model", "effort", "instructions", "asks", "tools", "budget"].map((name) => `${name}_changed ann`)),
		);
	});

	it("are left out of lists: instructions are long", async () => {
		const id = await newConversation("ann");
		await patch("ann", id, { title: "Plans", ...settings });
		const listed = async () =>
			(await call("GET", "/conversations", await tokenOf("ann"))).body.conversations.find((entry: { id: string }) => entry.id === id);
		await expect.poll(listed).toMatchObject({ title: "Plans" });
		for (const name of Object.keys(settings)) expect(await listed()).not.toHaveProperty(name);
	});

	it.each([
		["an unknown model", { model: "claude-imaginary-1" }, /does not offer that model/],
		["a model that is no text", { model: 5 }, /`model`/],
		["an unknown effort", { effort: "enormous" }, /`effort`/],
		["instructions that are too long", { instructions: "x".repeat(limits.instructions + 1) }, /`instructions` is a text of up to 8,000/],
		["no such askers", { asks: "nobody" }, /`asks`/],
		["a tool that is neither on nor off", { tools: { webSearch: "yes" } }, /`tools`/],
		["a negative budget", { budget: { usd: -1, period: "day" } }, /`budget`/],
		["an absurd budget", { budget: { usd: 1e9, period: "day" } }, /`budget`/],
		["a budget for no known time", { budget: { usd: 1, period: "week" } }, /`budget`/],
		["a budget without a sum", { budget: { period: "day" } }, /`budget`/],
	])("refuse %s in words, and change nothing", async (_what, wrong, words) => {
		const id = await newConversation("ann");
		const before = await conversationOf("ann", id);
		const { status, body } = await patch("ann", id, { title: "Other", instructions: "Other", ...wrong });
		expect([status, body.error.code, body.error.message]).toEqual([400, "bad_request", expect.stringMatching(words)]);
		expect(await conversationOf("ann", id)).toEqual(before);
	});

	it("are not changed by others, nor by what is the same", async () => {
		const id = await newConversation("ann", ["bob"]);
		expect((await patch("bob", id, settings)).body.error.code).toBe("forbidden");
		expect(await conversationOf("bob", id)).toMatchObject({ model: null, instructions: "", budget: null });
		await patch("ann", id, settings);
		const before = await auditOf(id);
		await patch("ann", id, settings);
		expect(await auditOf(id)).toEqual(before);
		expect((await call("GET", `/conversations/${id}/instructions`, await tokenOf("bob"))).body.versions).toHaveLength(1);
	});

	it("do not ask of a model what it cannot do, and outlast the choice of such a model", async () => {
		const id = await newConversation("ann");
		const refusalOf = async (change: object) => {
			const { status, body } = await patch("ann", id, change);
			return [status, body.error?.message];
		};
		expect(await refusalOf({ model: "claude-opus-5-5", effort: "max" })).toEqual([
			400,
			"Claude Opus 5.5 has no effort `max`. It has: low, medium, high.",
		]);
		expect((await conversationOf("ann", id)).model).toBeNull();
		await patch("ann", id, { model: "claude-opus-5-5", effort: "high", tools: { webSearch: true } });
		expect(await refusalOf({ effort: "xhigh" })).toEqual([400, expect.stringContaining("no effort `xhigh`")]);
		const { body } = await patch("ann", id, { model: "claude-haiku-4-5-plain" });
		expect(body.conversation).toMatchObject({ effort: "high", tools: { webSearch: true } });
		expect(await refusalOf({ effort: "low" })).toEqual([400, expect.stringContaining("no levels of effort")]);
		expect(await refusalOf({ tools: { webSearch: true } })).toEqual([400, "Claude Plain cannot search the web."]);
		expect((await patch("ann", id, { title: "Plans", effort: null, tools: { webSearch: false } })).status).toBe(200);
	});

	it("change one by one, and go back to their defaults", async () => {
		const id = await newConversation("ann");
		await patch("ann", id, settings);
		const { body } = await patch("ann", id, { tools: { webFetch: true } });
		expect(body.conversation).toMatchObject({ ...settings, tools: { webSearch: true, webFetch: true } });
		await patch("ann", id, { model: null, effort: null, instructions: "", budget: null });
		expect(await conversationOf("ann", id)).toMatchObject({ model: null, effort: null, instructions: "", budget: null, asks: "owners" });
	});

	it("keep the longest instructions in their longest escaping", async () => {
		const id = await newConversation("ann");
		const instructions = "\u4e2d".repeat(limits.instructions);
		const escaped = JSON.stringify({ instructions }).replaceAll("\u4e2d", "\\u4e2d");
		expect((await call("PATCH", `/conversations/${id}`, await tokenOf("ann"), escaped)).status).toBe(200);
		expect((await conversationOf("ann", id)).instructions).toBe(instructions);
	});
});

describe("the models that conversations may choose", () => {
	it("are listed with their prices for everybody with a token", async () => {
		const { status, body } = await call("GET", "/models", await tokenOf("bob"));
		expect([status, body.models]).toEqual([
			200,
			[
				expect.objectContaining({
					id: "claude-sonnet-5-5",
					name: "Claude Sonnet 5.5",
					isDefault: true,
					price: { input: 2, output: 10, cacheRead: 0.1, cacheWrite: 2.5 },
				}),
				expect.objectContaining({ id: "claude-haiku-5-5", isDefault: false }),
				expect.objectContaining({ id: "claude-opus-5-5", capabilities: expect.objectContaining({ efforts: ["low", "medium", "high"] }) }),
				expect.objectContaining({ id: "claude-haiku-4-5-plain", capabilities: expect.objectContaining({ efforts: [], webSearch: false }) }),
			],
		]);
		expect((await call("GET", "/models")).status).toBe(401);
	});
});

it("a guest is told where guests may not ask Claude at all", async () => {
	const guest = await call("POST", "/auth/guest", undefined, { name: "Gus" });
	const mayAsk = async (token: string) => (await call("GET", "/models", token)).body.mayAsk;
	Object.assign(env, { GUEST_CLAUDE: "on" });
	expect(await mayAsk(guest.body.token)).toBe(true);
	Object.assign(env, { GUEST_CLAUDE: "off" });
	expect([await mayAsk(guest.body.token), await mayAsk(await tokenOf("ann"))]).toEqual([false, true]);
});

describe("where only owners may ask Claude", () => {
	it("the response to a member's question carries why nobody replies", async () => {
		const id = await newConversation("ann", ["bob"]);
		await patch("ann", id, { asks: "owners" });
		const { status, body } = await call("POST", `/conversations/${id}/messages`, await tokenOf("bob"), { content: "@claude hello" });
		expect([status, body]).toEqual([
			201,
			{
				message: expect.objectContaining({ content: "@claude hello" }),
				notice: { code: "forbidden", error: expect.stringMatching(/owners/), messageId: body.message.id },
			},
		]);
		expect(body.message).not.toHaveProperty("asksClaude");
	});
});

describe("versions of the instructions", () => {
	it("say who set them, when and after which message, newest first, and forget an erased person", async () => {
		const [ann, bob] = [`ann-${crypto.randomUUID()}`, `bob-${crypto.randomUUID()}`];
		const id = await newConversation(ann, [bob]);
		await call("PATCH", `/conversations/${id}/members/${bob}`, await tokenOf(ann), { role: "owner" });
		await patch(ann, id, { instructions: "First", assistant: "off" });
		const client = await Client.join(bob, id);
		client.say("Hello");
		await client.next("chat:message");
		await patch(bob, id, { instructions: "Second" });
		const versions = async () => (await call("GET", `/conversations/${id}/instructions`, await tokenOf(bob))).body.versions;
		expect(await versions()).toMatchObject([
			{ text: "Second", after: 1, userId: bob },
			{ text: "First", after: 0, userId: ann },
		]);
		await call("DELETE", "/me", await tokenOf(ann));
		expect(await versions()).toMatchObject([
			{ text: "Second", userId: bob },
			{ text: "", userId: expect.stringMatching(/^erased-/), username: "Deleted person" },
		]);
	});

	it("are at most as many as are kept, and are nobody else's", async () => {
		const id = await newConversation("ann");
		await runInDurableObject(env.CONVERSATIONS.getByName(id), (_object, { storage }) => {
			const { instructions } = new Store(storage);
			const by = { after: 0, userId: "ann", username: "Ann", at: new Date().toISOString() };
			for (let n = 0; n < limits.instructionsVersions + 4; n++) instructions.add({ text: `Version ${n}`, ...by });
		});
		await patch("ann", id, { instructions: "The last" });
		const { versions } = (await call("GET", `/conversations/${id}/instructions`, await tokenOf("ann"))).body;
		expect(versions).toHaveLength(limits.instructionsVersions);
		expect(versions[0].text).toBe("The last");
		expect((await call("GET", `/conversations/${id}/instructions`, await tokenOf("eve"))).status).toBe(404);
	});
});

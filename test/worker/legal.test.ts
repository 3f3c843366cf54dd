// Legal requests: two administrators together delete a conversation, get a copy of it, or erase a person, and nobody alone.

import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import "../../src/worker.ts";
import { directoryName } from "../../src/protocol/admin/records.ts";
import { evict } from "../support/evict.ts";
import { withSettings } from "../support/settings.ts";
import { Client, call, newConversation, origin, tokenOf } from "../support/socket.ts";

withSettings({ ADMIN_USERS: "root, second, third" });

const as = async (who: string, method: string, path: string, body?: unknown) => call(method, path, await tokenOf(who), body);
const ask = async (id: string, kind: string, who = "root") =>
	as(who, "POST", `/admin/conversations/${id}/requests`, { kind, reason: "Order 12" });
const confirm = (requestId: string, who = "second") => as(who, "POST", `/admin/requests/${requestId}/confirm`);
const codeOf = ({ status, body }: Awaited<ReturnType<typeof call>>) => body?.error?.code ?? status;
const copyOf = async (requestId: string, who = "root") => {
	const headers = { authorization: `Bearer ${await tokenOf(who)}` };
	const response = await exports.default.fetch(`${origin}/api/admin/requests/${requestId}/export`, { headers });
	return { status: response.status, text: new TextDecoder().decode(await response.arrayBuffer()) };
};
const inDirectory = (statement: string) =>
	runInDurableObject(env.DIRECTORY.getByName(directoryName) as unknown as DurableObjectStub<undefined>, (_object, { storage }) =>
		storage.sql.exec(statement).toArray(),
	);

async function conversation(): Promise<string> {
	const id = await newConversation("ann", ["ben"]);
	await as("ann", "POST", `/conversations/${id}/messages`, { content: "SAID-BY-ANN" });
	return id;
}

describe("a deletion", () => {
	it("waits for another administrator, and is then done for everybody", async () => {
		const id = await conversation();
		const socket = await Client.join("ben", id);
		const { request } = (await ask(id, "delete")).body;
		expect(request).toMatchObject({ kind: "delete", conversationId: id, reason: "Order 12", by: "root", confirmed: null });
		expect((await as("ann", "GET", `/conversations/${id}`)).status).toBe(200);
		expect(codeOf(await confirm(request.requestId, "root"))).toBe("forbidden");
		expect(codeOf(await confirm(request.requestId, "ann"))).toBe("forbidden");
		expect((await as("ann", "GET", `/conversations/${id}`)).status).toBe(200);
		expect((await confirm(request.requestId)).body.request.confirmed).toMatchObject({ by: "second" });
		expect(await socket.closed).toBe(4404);
		expect((await as("ann", "GET", `/conversations/${id}`)).status).toBe(404);
		const acts = (await as("root", "GET", "/admin/audit?limit=2")).body.acts as { action: string; actor: string; subject: string }[];
		expect(acts.map(({ action, actor, subject }) => [action, actor, subject])).toEqual([
			["confirmed", "second", id],
			["requested", "root", id],
		]);
	});

	it("is not done once its day is over, or by a request of somebody who is suspended", async () => {
		const [one, two] = [await conversation(), await conversation()];
		const late = (await ask(one, "delete")).body.request.requestId;
		await inDirectory(`UPDATE requests SET at = at - ${25 * 3600_000} WHERE id = '${late}'`);
		expect(codeOf(await confirm(late))).toBe("not_found");
		const { requestId } = (await ask(two, "delete", "third")).body.request;
		await as("root", "POST", "/admin/people/third/suspend");
		expect(codeOf(await confirm(requestId))).toBe("suspended");
		await as("root", "POST", "/admin/people/third/restore");
		for (const id of [one, two]) expect((await as("ann", "GET", `/conversations/${id}`)).status).toBe(200);
	});
});

describe("an erasure", () => {
	const request = (userId: string, who = "root") =>
		as(who, "POST", `/admin/people/${userId}/requests`, { kind: "erase", reason: "Letter" });

	it("waits for another administrator, and erases the person everywhere", async () => {
		const id = await conversation();
		const userId = `p-${crypto.randomUUID()}`;
		const { invite } = (await as("ann", "POST", `/conversations/${id}/invites`, {})).body;
		await as(userId, "POST", "/invites/accept", { token: invite.token });
		await as(userId, "POST", `/conversations/${id}/messages`, { content: "SAID-BY-THEM" });
		const { requestId } = (await request(userId)).body.request;
		expect((await as("second", "GET", "/admin/requests")).body.requests).toContainEqual(
			expect.objectContaining({ requestId, kind: "erase", userId, confirmed: null }),
		);
		expect(codeOf(await confirm(requestId, "root"))).toBe("forbidden");
		expect((await confirm(requestId)).body.request).toMatchObject({ userId, confirmed: { by: "second" } });
		const { messages } = (await as("ann", "GET", `/conversations/${id}/messages`)).body;
		expect(JSON.stringify(messages)).toContain("SAID-BY-ANN");
		expect(JSON.stringify(messages)).not.toContain("SAID-BY-THEM");
		expect((await as("ann", "GET", `/conversations/${id}/members`)).body.members).toHaveLength(2);
		expect((await as(userId, "GET", "/conversations")).body.conversations).toEqual([]);
	});

	it("cannot be requested for oneself or nobody, or be fetched as a copy", async () => {
		expect(codeOf(await request("root"))).toBe("forbidden");
		expect(codeOf(await request("claude"))).toBe("not_found");
		expect(codeOf(await as("root", "POST", "/admin/people/ben/requests", { kind: "delete", reason: "x" }))).toBe("bad_request");
		const { requestId } = (await request("nobody-at-all")).body.request;
		await confirm(requestId);
		expect((await copyOf(requestId)).status).toBe(404);
	});
});

describe("the end of a legal hold", () => {
	const someone = () => `p-${crypto.randomUUID()}`;
	const stubOf = (id: string) => env.CONVERSATIONS.getByName(id) as unknown as DurableObjectStub<undefined>;
	const stored = (id: string, query: string) => runInDurableObject(stubOf(id), (_object, { storage }) => storage.sql.exec(query).toArray());
	const say = async (who: string, id: string, content: string) =>
		(await as(who, "POST", `/conversations/${id}/messages`, { content })).body.message;
	const contentsOf = async (who: string, id: string) =>
		((await as(who, "GET", `/conversations/${id}/messages`)).body.messages as { content: string }[]).map(({ content }) => content);
	const legal = async (id: string, kind: string) => codeOf(await confirm((await ask(id, kind)).body.request.requestId));
	const invite = async (owner: string, id: string, who: string) => {
		const { token } = (await as(owner, "POST", `/conversations/${id}/invites`, {})).body.invite;
		expect((await as(who, "POST", "/invites/accept", { token })).status).toBe(200);
	};
	const quiet = async (owner: string, others: string[] = []) => {
		const id = await newConversation(owner, others);
		await as(owner, "PATCH", `/conversations/${id}`, { assistant: "off" });
		return id;
	};

	it("deletes what erased people said, and no word of anybody else or of a membership since", async () => {
		const [ann, ben, cat, dan] = [someone(), someone(), someone(), someone()] as const;
		const id = await quiet(ann, [ben, cat, dan]);
		const { seq } = await say(ben, id, "OLD");
		await say(ann, id, "ANN");
		await stored(
			id,
			`INSERT INTO asides (id, user_id, after, question, content, status, created_at) VALUES ('a-1', '${ben}', 1, 'OLD', '', 'complete', 0)`,
		);
		await legal(id, "hold");
		for (const who of [ben, cat, dan]) expect((await as(who, "DELETE", "/me")).status).toBe(200);
		// A fork would keep what the end of the hold deletes.
		expect(codeOf(await as(ann, "POST", `/conversations/${id}/fork`, { upTo: seq }))).toBe("held");
		await invite(ann, id, ben);
		await as(ann, "PATCH", `/conversations/${id}/members/${ben}`, { role: "owner" });
		await as(ben, "PATCH", `/conversations/${id}`, { title: "NEW TITLE", instructions: "NEW INSTRUCTIONS" });
		const { id: newId } = await say(ben, id, "NEW");
		await as(ann, "POST", `/conversations/${id}/messages`, { content: "ASKED", replyTo: newId });
		await legal(id, "release");
		// The alarm may ring by itself meanwhile.
		const held = async () => {
			await runDurableObjectAlarm(stubOf(id));
			return stored(id, "SELECT 1 FROM held_erasures");
		};
		await expect.poll(held).toEqual([]);
		expect(await contentsOf(ann, id)).toEqual(["", "ANN", "NEW", "ASKED"]);
		expect(await contentsOf(ben, id)).toEqual(["", "ANN", "NEW", "ASKED"]);
		expect(await stored(id, "SELECT 1 FROM asides")).toEqual([]);
		const { conversation: kept } = (await as(ann, "GET", `/conversations/${id}`)).body;
		expect(kept).toMatchObject({ title: "NEW TITLE", instructions: "NEW INSTRUCTIONS", instructionsBy: { userId: ben } });
		expect(await stored(id, `SELECT seq FROM messages WHERE author_id = '${ben}'`)).toEqual([{ seq: 3 }]);
		expect(codeOf(await as(ann, "POST", `/conversations/${id}/fork`, { upTo: seq }))).toBe(201);
	});

	it("deletes a conversation that its last member has left for good, and until then it is nobody's", async () => {
		const { token } = (await call("POST", "/auth/guest", undefined, { name: "Gus" })).body;
		const id = (await call("POST", "/conversations", token, {})).body.conversation.id as string;
		await call("PATCH", `/conversations/${id}`, token, { assistant: "off" });
		await call("POST", `/conversations/${id}/messages`, token, { content: "GUEST-WORDS" });
		await legal(id, "hold");
		expect((await call("POST", "/auth/sign-out", token)).status).toBe(204);
		const granted = await tokenOf("cat", { conversations: [id] });
		expect((await call("GET", `/conversations/${id}/messages`, granted)).status).toBe(404);
		expect(await stored(id, "SELECT content FROM messages")).toEqual([{ content: "GUEST-WORDS" }]);
		await legal(id, "release");
		await expect.poll(() => stored(id, "SELECT name FROM sqlite_master WHERE name = 'messages'")).toEqual([]);
		expect((await call("GET", `/conversations/${id}/messages`, granted)).status).toBe(404);
	});
});

it("names the person whom a request is about, and the administrators, as long as they are known", async () => {
	const [userId, admin] = [`p-${crypto.randomUUID()}`, "root"];
	const since = Date.now();
	const people = [
		{ userId, username: "Pia", since },
		{ userId: admin, username: "Rudi Root", since },
	];
	await env.DIRECTORY.getByName(directoryName).report({ people });
	const listed = async () => {
		const list = (await as("second", "GET", `/admin/people?q=${userId}`)).body.people;
		const { requests } = (await as("second", "GET", "/admin/requests")).body;
		const { acts } = (await as("second", "GET", `/admin/audit?subject=${userId}&limit=1`)).body;
		return { person: list[0], request: requests.find((one: { userId?: string }) => one.userId === userId), act: acts[0] };
	};
	await as(admin, "POST", `/admin/people/${userId}/suspend`);
	const { requestId } = (await as(admin, "POST", `/admin/people/${userId}/requests`, { kind: "erase", reason: "Letter" })).body.request;
	expect(await listed()).toMatchObject({
		person: { suspended: { by: admin, byName: "Rudi Root" } },
		request: { username: "Pia", by: admin, byName: "Rudi Root" },
		act: { action: "requested", actorName: "Rudi Root", subjectName: "Pia" },
	});
	await confirm(requestId);
	const { request, act } = await listed();
	expect(request).toMatchObject({ userId, byName: "Rudi Root", confirmed: { by: "second" } });
	expect([request, act].flatMap(Object.keys)).not.toEqual(expect.arrayContaining([expect.stringMatching(/^(username|subjectName)$/)]));
});

describe("a conversation that its last member has left for good during a hold", () => {
	it("is nobody's also after a release has written its settings that does not know so", async () => {
		const { token } = (await call("POST", "/auth/guest", undefined, { name: "Gus" })).body;
		const id = (await call("POST", "/conversations", token, {})).body.conversation.id as string;
		await call("PATCH", `/conversations/${id}`, token, { assistant: "off" });
		await confirm((await ask(id, "hold")).body.request.requestId);
		expect((await call("POST", "/auth/sign-out", token)).status).toBe(204);
		const stub = env.CONVERSATIONS.getByName(id) as unknown as DurableObjectStub<undefined>;
		await runInDurableObject(
			stub,
			(_object, { storage }) =>
				void storage.sql.exec(
					"INSERT OR REPLACE INTO keeping (one, days, held_at, expired_upto) SELECT one, days, held_at, expired_upto FROM keeping",
				),
		);
		await evict(stub);
		const granted = await tokenOf("cat", { conversations: [id] });
		expect((await call("GET", `/conversations/${id}/messages`, granted)).status).toBe(404);
	});
});

describe("a request that was withdrawn", () => {
	it("cannot be confirmed; one that was confirmed cannot be withdrawn", async () => {
		const id = await conversation();
		const { requestId } = (await ask(id, "delete")).body.request;
		expect(codeOf(await as("ann", "DELETE", `/admin/requests/${requestId}`))).toBe("forbidden");
		expect((await as("second", "DELETE", `/admin/requests/${requestId}`)).status).toBe(204);
		expect(codeOf(await confirm(requestId))).toBe("not_found");
		const done = (await ask(id, "export")).body.request.requestId;
		await confirm(done);
		expect(codeOf(await as("root", "DELETE", `/admin/requests/${done}`))).toBe("not_found");
		expect((await copyOf(done)).status).toBe(200);
	});
});

describe("the acts", () => {
	it("are filtered by kind, administrator and subject, and downloaded as JSON Lines", async () => {
		const id = await conversation();
		const { requestId } = (await ask(id, "export", "third")).body.request;
		await confirm(requestId);
		const list = async (query: string) =>
			(await as("root", "GET", `/admin/audit?${query}`)).body.acts as { action: string; actor: string }[];
		expect((await list(`subject=${id}`)).map(({ action, actor }) => [action, actor])).toEqual([
			["confirmed", "second"],
			["requested", "third"],
		]);
		expect(await list(`subject=${id}&action=requested`)).toHaveLength(1);
		expect(await list(`subject=${id}&actor=root`)).toEqual([]);
		expect(codeOf(await as("root", "GET", "/admin/audit?action=nonsense"))).toBe("bad_request");
		const download = async (who: string) => {
			const headers = { authorization: `Bearer ${await tokenOf(who)}` };
			return await exports.default.fetch(`${origin}/api/admin/audit/export?subject=${id}`, { headers });
		};
		const lines = new TextDecoder()
			.decode(await (await download("root")).arrayBuffer())
			.trimEnd()
			.split("\n");
		expect(lines.map((line) => (JSON.parse(line) as { action: string }).action)).toEqual(["confirmed", "requested"]);
		expect((await download("ann")).status).toBe(403);
	});
});

describe("a copy", () => {
	it("is handed out once another administrator has confirmed it, whole, for a day, and to administrators alone", async () => {
		const id = await conversation();
		const { requestId } = (await ask(id, "export")).body.request;
		expect((await copyOf(requestId)).status).toBe(404);
		await confirm(requestId);
		const { status, text } = await copyOf(requestId);
		expect(status).toBe(200);
		const records = text
			.trimEnd()
			.split("\n")
			.map((line) => JSON.parse(line) as { type: string });
		expect(records.map(({ type }) => type)).toEqual(expect.arrayContaining(["conversation", "member", "message", "end"]));
		expect(text).toContain("SAID-BY-ANN");
		expect((await copyOf(requestId, "ann")).status).toBe(403);
		expect((await as("ann", "GET", `/conversations/${id}`)).body.conversation.members).toHaveLength(2);
		await inDirectory(`UPDATE requests SET confirmed_at = confirmed_at - ${25 * 3600_000} WHERE id = '${requestId}'`);
		expect((await copyOf(requestId)).status).toBe(404);
	});

	it("is no deletion's, and of nothing that does not exist", async () => {
		const deletion = (await ask(await conversation(), "delete")).body.request.requestId;
		expect((await copyOf(deletion)).status).toBe(404);
		const nowhere = (await ask("nowhere", "export")).body.request.requestId;
		await confirm(nowhere);
		expect((await copyOf(nowhere)).status).toBe(404);
	});
});

it.each([
	{},
	{ kind: "read", reason: "x" },
	{ kind: "delete" },
	{ kind: "delete", reason: " " },
	{ kind: "delete", reason: "x".repeat(201) },
])("a request of the form %j is refused", async (body) => {
	expect(codeOf(await as("root", "POST", "/admin/conversations/x/requests", body))).toBe("bad_request");
});

// Export and import of a conversation over HTTP: the file, the HTML page, and when an import becomes visible.

import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { issueImportToken } from "../../src/auth/import-token.ts";
import { Import } from "../../src/conversation/archive/import.ts";
import { Store } from "../../src/conversation/store/store.ts";
import {
	type ArchiveRecord,
	emptyChain,
	emptyReading,
	endRecord,
	type RecordOf,
	readRecord,
	writeRecords,
} from "../../src/protocol/archive.ts";
import { limits } from "../../src/protocol/limits.ts";
import type { Mention, Message } from "../../src/protocol/message.ts";
import { claude } from "../../src/protocol/person.ts";
import { evict } from "../support/evict.ts";
import { release, scripted, withSettings } from "../support/settings.ts";
import { Client, call, nameOf, newConversation, origin, tokenOf } from "../support/socket.ts";

const secret = env.JWT_SECRET as string;

async function download(who: string, id: string, query = ""): Promise<{ headers: Headers; status: number; text: string }> {
	const response = await exports.default.fetch(`${origin}/api/conversations/${id}/export${query}`, {
		headers: { authorization: `Bearer ${await tokenOf(who)}` },
	});
	const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(await response.arrayBuffer());
	return { headers: response.headers, status: response.status, text };
}

const linesOf = (text: string) => text.split("\n").filter((line) => line !== "");

/** The records of a complete file. */
async function recordsOf(text: string): Promise<ArchiveRecord[]> {
	let reading = emptyReading;
	const records: ArchiveRecord[] = [];
	for (const line of linesOf(text)) {
		const next = await readRecord(line, reading);
		if (!next) throw new Error(`Line ${reading.lines + 1} does not follow: ${line}`);
		reading = next.reading;
		records.push(next.record);
	}
	expect(reading.isWhole).toBe(true);
	return records;
}

async function restore(id: string, lines: string[], from = 0, options: { as?: string; token?: string } = {}) {
	const { token = await issueImportToken(id, secret), as } = options;
	const query = new URLSearchParams({ from: String(from), ...(as !== undefined && { as }) });
	return call("POST", `/import/${id}?${query}`, token, lines.join("\n"));
}

const settings = {
	model: "demo",
	effort: "low" as const,
	instructions: "Answer in French.",
	asks: "owners",
	tools: { webSearch: true, webFetch: false },
	budget: { usd: 2.5, period: "month" },
};

/** A conversation that contains one of everything. */
async function fullConversation(): Promise<string> {
	const id = await newConversation("ann", ["bob"]);
	// Another model could do these.
	const { effort, tools, ...changes } = settings;
	await call("PATCH", `/conversations/${id}`, await tokenOf("ann"), { title: "Plans <b>&</b> more", ...changes });
	await runInDurableObject(env.CONVERSATIONS.getByName(id), (_object, { storage }) => {
		const store = new Store(storage);
		store.changeSettings({ effort, tools });
		const { log } = store;
		const now = Date.parse("2026-11-24T12:00:00.000Z");
		const say = (userId: string, content: string, clientId: string, more: { replyTo?: Message; mentions?: Mention[] } = {}) =>
			log.addMessage({ author: { userId, username: nameOf(userId) }, content, clientId, asksClaude: clientId === "second", ...more }, now);
		const first = say("ann", "to be edited", "first");
		say("ann", "@bob hello", "second", { replyTo: first, mentions: [{ userId: "bob", offset: 0, length: 4 }] });
		const usage = { input: 1, output: 2, cacheRead: 3, cacheWrite: 4 };
		const failed = log.finishReply(
			log.addReply(now, [{ userId: "ann", username: "Ann" }]),
			"<i>a former answer</i>",
			{ status: "failed", reason: "interrupted" },
			{ model: "m", cost: { usd: 0.00012, about: true }, thinking: "a former thought", stoppedBy: { userId: "bob", username: "Bob" } },
		);
		const sources = [{ url: "https://one.example/?a=1&b=2", title: "<One>" }];
		const research = {
			tools: [{ name: "web_search", input: "x", status: "done" as const }],
			sources,
			citations: [{ start: 0, end: 2, source: 0 }],
		};
		const facts = { model: "m", stopReason: "end_turn", usage, cost: { usd: 0.012345 }, thinking: "a thought", ...research };
		log.finishReply(log.reopenReply(failed), "An answer", { status: "complete" }, facts);
		log.deleteMessage(say("bob", "to be deleted", "gone"), now);
		const edited = log.editMessage(first, "<script>alert(1)</script> & \"quotes\"\n\u2028two 'lines' 漢字 🎉", [], now);
		log.pinMessage(log.setReactions(edited, [{ emoji: "👍", userIds: ["bob"] }]), { userId: "bob", at: "2026-11-24T12:00:00.000Z" });
	});
	await evict(env.CONVERSATIONS.getByName(id));
	return id;
}

/** The records without what differs between deployments. */
const lasting = (records: ArchiveRecord[]) =>
	records.map((record) => (record.type === "conversation" ? { ...record, id: "", exportedAt: "" } : record));

describe("an export", () => {
	it("contains everything; readers get it, and strangers do not", async () => {
		const id = await fullConversation();
		const { invite } = (await call("POST", `/conversations/${id}/invites`, await tokenOf("ann"), { role: "reader" })).body;
		await call("POST", `/invites/${encodeURIComponent(invite.token)}/accept`, await tokenOf("rita"));
		const { headers, status, text } = await download("rita", id);
		expect(status).toBe(200);
		expect(headers.get("content-type")).toMatch(/^application\/x-ndjson/);
		expect(headers.get("content-disposition")).toMatch(/^attachment; filename="parley-\d{4}-\d\d-\d\d\.jsonl"$/);
		expect([headers.get("cache-control"), headers.get("x-content-type-options")]).toEqual(["no-store", "nosniff"]);
		const records = await recordsOf(text);
		expect(records.map(({ type }) => type)).toEqual([
			...["conversation", "member", "member", "member"],
			...["message", "message", "message", "version", "message", "end"],
		]);
		expect(records[0]).toMatchObject({ id, title: "Plans <b>&</b> more", version: 1 });
		expect(records).toContainEqual({ type: "member", userId: "bob", username: "Bob", role: "member" });
		const [first, second, reply, deleted] = records.filter((record) => record.type === "message");
		expect(first).toMatchObject({
			seq: 1,
			author: { userId: "ann" },
			clientId: "first",
			reactions: [{ emoji: "👍", userIds: ["bob"] }],
			editedAt: "2026-11-24T12:00:00.000Z",
		});
		expect(second).toMatchObject({ replyTo: first?.id, quoted: { content: first?.content }, mentions: [{ userId: "bob" }] });
		expect(second).toHaveProperty("asksClaude", true);
		const asked = { askedBy: [{ userId: "ann", username: "Ann" }], thinking: "a thought" };
		expect(reply).toMatchObject({ sources: [{ title: "<One>" }], citations: [{ end: 2 }], tools: [{ input: "x" }] });
		expect(reply).toMatchObject({ role: "assistant", versions: 1, status: "complete", ...asked });
		expect(deleted).toMatchObject({ content: "", deletedAt: "2026-11-24T12:00:00.000Z" });
		expect(records.find(({ type }) => type === "version")).toMatchObject({
			...{ seq: 3, version: 1, reason: "interrupted" },
			...{ thinking: "a former thought", stoppedBy: { userId: "bob" } },
		});
		expect((await download("eve", id)).status).toBe(404);
		expect(JSON.parse((await download("ann", id, "?format=pdf")).text).error.code).toBe("bad_request");
	});

	it("as HTML escapes all text", async () => {
		const id = await fullConversation();
		const { headers, status, text } = await download("bob", id, "?format=html");
		expect([status, headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
		expect(headers.get("content-disposition")).toMatch(/^attachment; filename="parley-.*\.html"$/);
		const policy = headers.get("content-security-policy") ?? "";
		expect(policy).toMatch(
			/^default-src 'none'; style-src 'sha256-[\w+/]{43}='; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox$/,
		);
		const [style] = /(?<=<style>)[\s\S]*(?=<\/style>)/.exec(text) as RegExpExecArray;
		const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(style)));
		expect(policy).toContain(`'sha256-${btoa(String.fromCharCode(...hash))}'`);
		const tags = new Set(Array.from(text.matchAll(/<([a-z]\w*)/g), ([, tag]) => tag));
		expect([...tags].sort()).toEqual(
			[
				"article",
				"bdi",
				"blockquote",
				"body",
				"div",
				"footer",
				"h1",
				"h2",
				"head",
				"header",
				"html",
				"li",
				"main",
				"meta",
				"ol",
				"p",
				"style",
				"time",
				"title",
			].sort(),
		);
		expect(text).toContain("&#60;script&#62;alert(1)&#60;/script&#62; &#38; &#34;quotes&#34;\n\u2028two &#39;lines&#39; 漢字 🎉");
		expect(text).toContain('dir="auto">An[1] answer</p>');
		expect(text).toMatch(
			/<h2>Instructions for Claude<\/h2>\n<p>Set by <bdi>Ann<\/bdi>, <time [^>]+>[^<]+<\/time><\/p>\n<p class="text" dir="auto">Answer in French\.<\/p>/,
		);
		expect(text).toContain("<li><bdi>&#60;One&#62;</bdi>: https://one.example/?a=1&#38;b=2</li>");
		expect(text).toContain("Plans &#60;b&#62;&#38;&#60;/b&#62; more");
		expect(text).toContain("👍 1");
		expect(text.match(/<article /g)).toHaveLength(4);
		expect(text).toContain("Deleted <time");
		expect(text).toContain("The end: 4 messages.");
	});

	it("is complete for a long conversation, and for an empty one", async () => {
		const id = await newConversation("ann");
		expect((await recordsOf((await download("ann", id)).text)).map(({ type }) => type)).toEqual(["conversation", "member", "end"]);
		const many = 2 * limits.exportPiece.messages + 1;
		await runInDurableObject(env.CONVERSATIONS.getByName(id), (_object, { storage }) => {
			const { log } = new Store(storage);
			const author = { userId: "ann", username: "Ann" };
			for (let n = 1; n <= many; n++) log.addMessage({ author, content: `${n}`, asksClaude: false }, Date.now());
			const long = "x".repeat(limits.content);
			for (let n = 0; n < 50; n++) log.addMessage({ author, content: long, asksClaude: false }, Date.now());
		});
		await evict(env.CONVERSATIONS.getByName(id));
		const records = await recordsOf((await download("ann", id)).text);
		expect(records.at(-1)).toMatchObject({ messages: many + 50 });
	});
});

describe("an import", () => {
	it("creates the same conversation under another id and lineage", async () => {
		const from = await fullConversation();
		const { text } = await download("ann", from);
		const id = crypto.randomUUID();
		const lines = linesOf(text);
		const { status, body } = await restore(id, lines);
		expect([status, body]).toEqual([
			200,
			{
				taken: lines.length,
				conversation: {
					id,
					title: "Plans <b>&</b> more",
					createdAt: expect.any(String),
					assistant: "auto",
					...settings,
					instructionsBy: expect.anything(),
				},
			},
		]);
		expect(lasting(await recordsOf((await download("ann", id)).text))).toEqual(lasting(await recordsOf(text)));
		// It is like any other: searchable, listed, and open for new messages.
		const found = (await call("GET", `/conversations/${id}/search?q=alert`, await tokenOf("bob"))).body;
		expect(found.results.map(({ message }: { message: { seq: number } }) => message.seq)).toEqual([1]);
		for (const who of ["ann", "bob"])
			await expect
				.poll(async () =>
					(await call("GET", "/conversations", await tokenOf(who))).body.conversations.map((listed: { id: string }) => listed.id),
				)
				.toContain(id);
		const bob = await Client.join("bob", id);
		bob.say("We go on here");
		expect((await bob.next("chat:message")).message).toMatchObject({ seq: 5, revision: 5 });
		expect((await call("GET", `/conversations/${id}/messages`, await tokenOf("eve"))).status).toBe(404);
	});

	it("works in parts, is visible to nobody before its end, and adds no part twice", async () => {
		const lines = linesOf((await download("ann", await fullConversation())).text);
		const id = crypto.randomUUID();
		const granted = await tokenOf("ann", { conversations: ["*"] });
		const unseen = async () => {
			expect((await call("GET", `/conversations/${id}`, granted)).status).toBe(404);
			await expect(Client.open("ann", id, { claims: { conversations: ["*"] } })).rejects.toThrow("404");
		};
		expect((await restore(id, lines.slice(0, 4))).body).toEqual({ taken: 4 });
		await unseen();
		await evict(env.CONVERSATIONS.getByName(id));
		expect((await restore(id, lines.slice(4, 8), 4)).body).toEqual({ taken: 8 });
		expect((await restore(id, lines.slice(4, 8), 4)).body).toEqual({ taken: 8 });
		expect((await restore(id, lines.slice(9), 9)).body).toEqual({ taken: 8 });
		await unseen();
		const both = await Promise.all([restore(id, lines.slice(8), 8), restore(id, lines.slice(8), 8)]);
		expect(both.filter(({ status }) => status === 200)).toHaveLength(1);
		expect((await recordsOf((await download("ann", id)).text)).length).toBe(lines.length);
	});

	it("refuses an empty part and keeps what was imported", async () => {
		const lines = linesOf((await download("ann", await fullConversation())).text);
		const id = crypto.randomUUID();
		expect((await restore(id, [])).body.error.code).toBe("bad_request");
		expect((await restore(id, lines.slice(0, 4))).body).toEqual({ taken: 4 });
		expect((await restore(id, [])).body.error.code).toBe("bad_request");
		expect((await restore(id, lines.slice(4), 4)).status).toBe(200);
	});

	it("adds a part once if it comes twice at the same time", async () => {
		const lines = linesOf((await download("ann", await fullConversation())).text);
		await runInDurableObject(env.CONVERSATIONS.getByName(crypto.randomUUID()), async (_object, { storage }) => {
			const importing = new Import({
				storage,
				enter: async () => {},
				removals: { removeForEach: async () => {} },
				store: new Store(storage),
				now: () => 1,
			});
			const take = (from: number, to?: number) => importing.addLines(lines.slice(from, to).join("\n"), from, { id: "c", lineage: "new" });
			expect(await take(0, 4)).toEqual({ taken: 4 });
			expect(await Promise.all([take(4, 8), take(4, 8)])).toEqual([{ taken: 8 }, { taken: 8 }]);
			expect(await Promise.all([take(8), take(8)])).toEqual([
				{ taken: lines.length, conversation: expect.anything() },
				{ code: "conflict" },
			]);
		});
	});

	it("can begin again after it was broken off, also with another file", async () => {
		const other = linesOf((await download("ann", await fullConversation())).text);
		const room = await newConversation("ann");
		const ann = await Client.join("ann", room);
		ann.say("something short");
		await ann.next("chat:message");
		const short = linesOf((await download("ann", room)).text);
		const id = crypto.randomUUID();
		await restore(id, other.slice(0, 6));
		await evict(env.CONVERSATIONS.getByName(id));
		expect((await restore(id, short)).body.taken).toBe(short.length);
		expect(await recordsOf((await download("ann", id)).text)).toHaveLength(short.length);
		const search = async (text: string) => (await call("GET", `/conversations/${id}/search?q=${text}`, await tokenOf("ann"))).body.results;
		expect(await search("alert")).toEqual([]);
		expect(await search("short")).toHaveLength(1);
	});

	it("leaves nothing if it is abandoned", async () => {
		const lines = linesOf((await download("ann", await fullConversation())).text);
		const id = crypto.randomUUID();
		const stub = env.CONVERSATIONS.getByName(id);
		await restore(id, lines.slice(0, 6));
		const due = await runInDurableObject(stub, (_object, { storage }) => storage.getAlarm());
		expect(due).toBeGreaterThan(Date.now() + limits.importTimeout - 60_000);
		await runDurableObjectAlarm(stub);
		const tables = await runInDurableObject(stub, (_object, { storage }) =>
			storage.sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '%_cf_%' AND name NOT LIKE 'sqlite_%'").toArray(),
		);
		expect(tables).toEqual([]);
		expect((await restore(id, lines.slice(6), 6)).body).toEqual({ taken: 0 });
		// The id is free again for a person with a granting token.
		await Client.join("ann", id, { claims: { conversations: ["*"] } });
	});

	it("is refused for an existing conversation, and changes nothing", async () => {
		const id = await fullConversation();
		const before = await download("ann", id);
		const lines = linesOf(before.text);
		for (const part of [lines, lines.slice(0, 3)]) {
			const { status, body } = await restore(id, part);
			expect([status, body.error.code]).toEqual([409, "conflict"]);
		}
		expect(lasting(await recordsOf((await download("ann", id)).text))).toEqual(lasting(await recordsOf(before.text)));
	});

	it("does not bring back a deleted conversation, except under another id", async () => {
		const id = await fullConversation();
		const lines = linesOf((await download("ann", id)).text);
		await call("DELETE", `/conversations/${id}`, await tokenOf("ann"));
		expect((await restore(id, lines)).body.error.code).toBe("conflict");
		expect((await restore(crypto.randomUUID(), lines)).status).toBe(200);
	});

	it("makes the requested person an owner, whether they were a member or not", async () => {
		const lines = linesOf((await download("ann", await fullConversation())).text);
		for (const as of ["bob", "newcomer"]) {
			const id = crypto.randomUUID();
			await restore(id, lines, 0, { as });
			const { members } = (await call("GET", `/conversations/${id}`, await tokenOf(as))).body.conversation;
			expect(members).toContainEqual(expect.objectContaining({ userId: as, role: "owner" }));
		}
	});

	it("marks people who are named like Claude, but not Claude and people who were erased", async () => {
		const id = await newConversation("ann");
		await runInDurableObject(env.CONVERSATIONS.getByName(id), (_object, { storage }) => {
			const { log, members } = new Store(storage);
			for (const [userId, username] of [
				["eve", "Сlaude"],
				["gone", "Deleted person"],
			] as const) {
				members.add({ userId, username, role: "member" }, Date.now());
				log.addMessage({ author: { userId, username }, content: "Hello", asksClaude: false }, Date.now());
			}
			log.finishReply(log.addReply(Date.now(), []), "Hello", { status: "complete" }, {});
		});
		const copy = crypto.randomUUID();
		expect((await restore(copy, linesOf((await download("ann", id)).text))).status).toBe(200);
		const { messages } = (await call("GET", `/conversations/${copy}/messages`, await tokenOf("ann"))).body;
		const { members } = (await call("GET", `/conversations/${copy}`, await tokenOf("ann"))).body.conversation;
		expect(messages.map(({ author }: Message) => author.username)).toEqual(["Person Сlaude", "Deleted person", "Claude"]);
		expect(members.map(({ username }: { username: string }) => username).sort()).toEqual(["Ann", "Deleted person", "Person Сlaude"]);
	});

	describe("of a conversation in which Claude replies", () => {
		withSettings(scripted);

		it("ends that reply", async () => {
			const id = await newConversation("ann");
			const ann = await Client.join("ann", id);
			ann.say(`!{"tokens":9,"hold":"${id}"}`);
			await ann.next("chat:streaming");
			const { text } = await download("ann", id);
			expect((await recordsOf(text)).at(-2)).toMatchObject({ status: "streaming" });
			await release(id);
			const copy = crypto.randomUUID();
			await restore(copy, linesOf(text));
			expect((await call("GET", `/conversations/${copy}/messages`, await tokenOf("ann"))).body.messages.at(-1)).toMatchObject({
				status: "failed",
				reason: "interrupted",
			});
		});
	});

	it.each([
		["a line that was changed", (lines: string[]) => lines.map((line) => line.replace("two", "2"))],
		["a line missing", (lines: string[]) => lines.filter((_, n) => n !== 2)],
		["no such file", () => ["{}"]],
	])("with %s is refused and leaves nothing", async (_what, change) => {
		const lines = linesOf((await download("ann", await fullConversation())).text);
		const id = crypto.randomUUID();
		const { status, body } = await restore(id, change(lines));
		expect([status, body.error.code]).toEqual([400, "bad_request"]);
		expect((await call("GET", `/conversations/${id}`, await tokenOf("ann"))).status).toBe(404);
		expect((await restore(id, lines)).status).toBe(200);
	});

	describe("of a file that somebody made", () => {
		const at = "2026-11-24T12:00:00.000Z";
		const head = { type: "conversation", version: 1, id: "c", title: "T", assistant: "off", createdAt: at, exportedAt: at } as const;
		const member = (userId: string, username = "N") => ({ type: "member", userId, username, role: "owner" }) as const;
		const message = (seq: number, fields: Partial<RecordOf<"message">> = {}): RecordOf<"message"> => ({
			type: "message",
			id: `m${seq}-aaaa`,
			role: "user",
			content: "Hello",
			createdAt: at,
			author: { userId: "eve", username: "Eve" },
			status: "complete",
			seq,
			...fields,
		});

		/** Imports a file in one part, with somebody new as an owner. */
		async function imported(records: readonly ArchiveRecord[]) {
			const [id, owner] = [crypto.randomUUID(), `p-${crypto.randomUUID()}`];
			const { lines, chain } = await writeRecords(records, emptyChain);
			const end = await writeRecords([endRecord(chain)], chain);
			const answer = await restore(id, linesOf(lines + end.lines), 0, { as: owner });
			const read = async () => (await call("GET", `/conversations/${id}/messages`, await tokenOf(owner))).body.messages as Message[];
			return { id, owner, answer, read };
		}

		it.each<[string, ArchiveRecord[]]>([
			["a member twice", [head, member("eve"), member("eve"), message(1)]],
			["a clientId twice", [head, member("eve"), message(1, { clientId: "a" }), message(2, { clientId: "a" })]],
			["a text of 5 MB", [head, member("eve"), message(1, { content: "x".repeat(5_000_000) })]],
			["a person who is Claude", [head, member("eve"), message(1, { author: { userId: "claude", username: "Claude" } })]],
			["Claude as a member", [head, member("claude"), message(1)]],
		])("with %s is refused, and leaves nothing", async (_what, records) => {
			const { id, owner, answer } = await imported(records);
			expect([answer.status, answer.body.error.code]).toEqual([400, "bad_request"]);
			expect((await call("GET", `/conversations/${id}`, await tokenOf(owner))).status).toBe(404);
		});

		it("with a member or a clientId of an earlier part is refused", async () => {
			const id = crypto.randomUUID();
			const first = [head, member("eve"), member("bob"), message(1, { clientId: "a" })];
			const { lines, chain } = await writeRecords(first, emptyChain);
			await restore(id, linesOf(lines));
			const again = await writeRecords([message(2, { clientId: "a" })], chain);
			expect((await restore(id, linesOf(again.lines), first.length)).status).toBe(400);
			const other = await writeRecords([message(2, { clientId: "b" })], chain);
			expect((await restore(id, linesOf(other.lines), first.length)).body.taken).toBe(first.length + 1);
		});

		it("keeps nobody from sending by times that have not come yet, and shows none of them", async () => {
			const id = `p-${crypto.randomUUID()}`;
			const later = { createdAt: "9999-12-31T23:59:59.999Z", author: { userId: id, username: "N" } };
			const sent = Array.from({ length: 12 }, (_, n) => message(n + 1, later));
			const copy = await imported([{ ...head, createdAt: later.createdAt }, member(id), ...sent]);
			for (const { createdAt } of await copy.read()) expect(Date.parse(createdAt)).toBeLessThanOrEqual(Date.now());
			const said = await call("POST", `/conversations/${copy.id}/messages`, await tokenOf(id), { content: "Now" });
			// Twelve sends of just now are more than a burst.
			if (said.status === 429) expect(said.body.error.retryAfterMs).toBeLessThan(60_000);
			else expect(said.status).toBe(201);
		});

		it("stores names, titles and texts as people could have entered them", async () => {
			const odd = `\u202e${"N".repeat(1_000_000)}`;
			const copy = await imported([
				{ ...head, title: `a\u0000${"T".repeat(1_000_000)}` },
				member("eve", odd),
				message(1, { content: "\u202e\u0000 a", author: { userId: "eve", username: odd, program: { name: "\u202eClaude" } } }),
			]);
			const { conversation } = (await call("GET", `/conversations/${copy.id}`, await tokenOf(copy.owner))).body;
			expect(conversation.title).toMatch(/^aT+…$/);
			expect(conversation.title.length).toBeLessThanOrEqual(limits.title);
			const [{ content, author }] = (await copy.read()) as [Message];
			expect([content, author.program]).toEqual([" a", { name: "Person Claude" }]);
			for (const { username } of [author, ...conversation.members]) {
				expect(username.length).toBeLessThanOrEqual(limits.username);
				expect(username).not.toContain("\u202e");
			}
		});

		it("is reached by the erasure of an author who is no member", async () => {
			const bob = `p-${crypto.randomUUID()}`;
			const copy = await imported([head, member("eve"), message(1, { content: "Secret", author: { userId: bob, username: "Bob" } })]);
			expect((await call("DELETE", "/me", await tokenOf(bob))).body.erased).toMatchObject({ conversations: 1, messages: 1 });
			expect((await copy.read()).map(({ content }) => content)).toEqual([""]);
		});

		it.each<[string, (bob: { userId: string; username: string }) => Partial<RecordOf<"message">>]>([
			["stopped a reply", (bob) => ({ role: "assistant", author: claude, status: "stopped", stoppedBy: bob })],
			["pinned a message", ({ userId }) => ({ pinned: { userId, at } })],
			["is mentioned", ({ userId }) => ({ content: "@Bob?", mentions: [{ userId, offset: 0, length: 4 }] })],
			["asked", (bob) => ({ role: "assistant", author: claude, askedBy: [bob] })],
			[
				"decided about a call",
				(bob) => ({
					role: "assistant",
					author: claude,
					tools: [{ name: "docs__write", input: "{}", status: "done", id: "toolu_1", decidedBy: bob }],
				}),
			],
		])("keeps no id of an erased person who %s", async (_what, fields) => {
			const bob = { userId: `p-${crypto.randomUUID()}`, username: "Bob" };
			const copy = await imported([head, member("eve"), message(1, fields(bob))]);
			expect(JSON.stringify(await copy.read())).toContain(bob.userId);
			expect((await call("DELETE", "/me", await tokenOf(bob.userId))).status).toBe(200);
			expect(JSON.stringify(await copy.read())).not.toContain(bob.userId);
		});
	});

	it("needs its own token, which is checked before anything is read", async () => {
		const id = crypto.randomUUID();
		const lines = linesOf((await download("ann", await newConversation("ann"))).text);
		const guest = (await call("POST", "/auth/guest", undefined, { name: "Gus" })).body.token;
		const tokens = [
			undefined,
			"x",
			guest,
			await tokenOf("ann", { conversations: ["*"], aud: "parley import of a conversation", scope: "import" }),
			await tokenOf(id),
			await issueImportToken("another", secret),
			await issueImportToken(id, `another ${secret}`),
		];
		for (const token of tokens) {
			const answer = await call("POST", `/import/${id}?from=0`, token, lines.join("\n"));
			expect([answer.status, answer.body.error.code]).toEqual([401, "unauthorized"]);
			const large = await call("POST", `/import/${id}?from=0`, token, "x".repeat(limits.importBytes + 1));
			expect(large.status).toBe(401);
		}
		const token = await issueImportToken(id, secret);
		expect((await call("GET", "/me", token)).status).toBe(401);
		expect((await restore(id, ["x".repeat(limits.importBytes + 1)])).body.error.code).toBe("bad_request");
		for (const query of ["", "?from=x", "?from=-1", "?from=0&as="])
			expect((await call("POST", `/import/${id}${query}`, token, lines.join("\n"))).body.error.code).toBe("bad_request");
		expect((await restore(id, lines, 0, { token })).status).toBe(200);
	});
});

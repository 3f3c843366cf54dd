// Search over HTTP: access, results, and the rows that it reads.

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { Store } from "../../src/conversation/store/store.ts";
import { limits } from "../../src/protocol/limits.ts";
import type { SearchResult } from "../../src/protocol/search-result.ts";
import { evict } from "../support/evict.ts";
import { expectLog } from "../support/log.ts";
import { countRows } from "../support/rows.ts";
import { Client, call, newConversation, tokenOf } from "../support/socket.ts";

const get = async (who: string, path: string) => call("GET", path, await tokenOf(who));
const contents = (body: { results: SearchResult[] }) => body.results.map(({ message }) => message.content);

async function quietConversation(owner: string, others: string[] = []): Promise<string> {
	const id = await newConversation(owner, others);
	await call("PATCH", `/conversations/${id}`, await tokenOf(owner), { assistant: "off" });
	return id;
}

async function say(who: string, id: string, ...texts: string[]): Promise<void> {
	const client = await Client.join(who, id);
	for (const text of texts) {
		client.say(text, crypto.randomUUID());
		await client.next("chat:message", ({ message }) => message.content === text);
	}
	client.close();
}

/** Fills a conversation with more messages than a test could send. */
async function fill(id: string, messages: number): Promise<void> {
	await runInDurableObject(env.CONVERSATIONS.getByName(id), (_object, { storage }) => {
		const { log } = new Store(storage);
		const author = { userId: "ann", username: "Ann" };
		for (let n = log.head.seq + 1; n <= messages; n++)
			log.addMessage({ author, content: `message ${n} of many${n % 100 === 0 ? ", a hundredth" : ""}`, asksClaude: false }, Date.now());
	});
	await evict(env.CONVERSATIONS.getByName(id));
}

describe("a search in a conversation", () => {
	it("is open to members and readers, and not found by strangers", async () => {
		const id = await quietConversation("ann", ["bob"]);
		const { invite } = (await call("POST", `/conversations/${id}/invites`, await tokenOf("ann"), { role: "reader" })).body;
		await call("POST", `/invites/${encodeURIComponent(invite.token)}/accept`, await tokenOf("rita"));
		await say("bob", id, "The café is open", "Nothing else", "cafés everywhere");
		for (const who of ["ann", "bob", "rita"]) {
			const { status, body } = await get(who, `/conversations/${id}/search?q=CAFE`);
			expect([status, contents(body), body.hasMore]).toEqual([200, ["cafés everywhere", "The café is open"], false]);
			expect(body.results[1]).toMatchObject({ message: { seq: 1 }, snippet: "The café is open", highlights: [[4, 8]] });
		}
		expect((await get("eve", `/conversations/${id}/search?q=cafe`)).status).toBe(404);
		await evict(env.CONVERSATIONS.getByName(id));
		expect(contents((await get("ann", `/conversations/${id}/search?q="cafe is"`)).body)).toEqual(["The café is open"]);
	});

	it("can be limited to an author, to a time, or to both", async () => {
		const id = await quietConversation("ann", ["bob"]);
		const [start, hour] = [Date.parse("2026-11-20T08:00:00Z"), 3_600_000];
		await runInDurableObject(env.CONVERSATIONS.getByName(id), (_object, { storage }) => {
			const { log } = new Store(storage);
			for (let n = 0; n < 40; n++) {
				const userId = n % 2 ? "bob" : "ann";
				log.addMessage({ author: { userId, username: userId }, content: `needle ${n}`, asksClaude: false }, start + n * hour);
			}
		});
		await evict(env.CONVERSATIONS.getByName(id));
		const at = (n: number) => new Date(start + n * hour).toISOString();
		const found = async (query: string) =>
			contents((await get("ann", `/conversations/${id}/search?q=needle${query}`)).body).map((text) => Number(text.split(" ")[1]));
		expect(await found("&from=bob&limit=3")).toEqual([39, 37, 35]);
		expect(await found(`&from=bob&until=${at(5)}`)).toEqual([3, 1]);
		expect(await found(`&since=${at(37)}`)).toEqual([39, 38, 37]);
		expect(await found(`&since=${at(3)}&until=${at(6)}`)).toEqual([5, 4, 3]);
		expect(await found(`&since=${at(10)}&before=14`)).toEqual([12, 11, 10]);
		expect(await found(`&since=${at(40)}`)).toEqual([]);
		expect(await found(`&until=${at(0)}`)).toEqual([]);
		expect(await found("&from=nobody")).toEqual([]);
		const { body } = await get("ann", `/search?q=needle&from=bob&since=${at(36)}`);
		expect(contents(body)).toEqual(["needle 39", "needle 37"]);
	});

	it("returns pages, also of Claude's replies", async () => {
		const id = await newConversation("ann");
		const ann = await Client.join("ann", id);
		for (const text of ["needle one", "needle two"]) {
			ann.say(text);
			await ann.next("chat:complete");
		}
		const pages: string[] = [];
		let before = "";
		for (let more = true; more; ) {
			const { results, hasMore } = (await get("ann", `/conversations/${id}/search?q=needle&limit=1${before}`)).body;
			pages.push(results[0].message.role);
			before = `&before=${results[0].message.seq}`;
			more = hasMore;
		}
		expect(pages).toEqual(["assistant", "user", "assistant", "user"]);
	});

	it.each([
		"",
		"?q=",
		"?q=%20%09",
		`?q=${"x".repeat(201)}`,
		"?q=x&limit=0",
		"?q=x&limit=51",
		"?q=x&limit=x",
		"?q=x&before=-1",
		"?q=x&before=x",
		"?q=x&from=",
		`?q=x&from=${"x".repeat(limits.id + 1)}`,
		"?q=x&since=yesterday",
		"?q=x&since=2026-02-41T00:00:00Z",
		"?q=x&until=1764028800000",
	])("refuses %j", async (query) => {
		const id = await newConversation("ann");
		const { status, body } = await get("ann", `/conversations/${id}/search${query}`);
		expect([status, body.error.code]).toEqual([400, "bad_request"]);
	});

	it.each(["%22", "*", "a*b*", "NEAR(a%20b)", "x:y", "%00", "%F0%9F%8E%89", "-", "a%20AND", "%22%22%22"])(
		"finds nothing for %s",
		async (query) => {
			const id = await newConversation("ann");
			expect(await get("ann", `/conversations/${id}/search?q=${query}`)).toMatchObject({
				status: 200,
				body: { results: [], hasMore: false },
			});
		},
	);

	it("reads as many rows in a large conversation as in a small one", { timeout: 240_000 }, async () => {
		const [small, large] = [await quietConversation("ann"), await quietConversation("ann")];
		await fill(small, 3_000);
		await fill(large, 20_000);
		const rows = await countRows();
		const read = async (id: string, query: string) => {
			await get("ann", `/conversations/${id}/search?q=${encodeURIComponent(query)}`);
			return (await rows(id)).read;
		};
		// Wakes the object, so that its start is not counted.
		for (const id of [small, large]) await read(id, "absent");
		for (const query of ["message", "mess", '"of many"', "hundredth", "message hundredth", "17", "absent"]) {
			const cost = await read(small, query);
			expect([query, await read(large, query)]).toEqual([query, cost]);
			// For each result one row in the index and one in the log, and one more result to know whether there are others. Besides, the
			// words that begin with the last one are looked up.
			expect(cost).toBeLessThanOrEqual(2 * 21 + limits.search.completions + 1);
		}
		// Rows beyond a place are not read, and the place of a time is found by binary search.
		await get("ann", `/conversations/${large}/search?q=message&before=1000`);
		expect((await rows(large)).read).toBeLessThanOrEqual(2 * 21 + 2);
		const beginning = (await get("ann", `/conversations/${large}/search?q=17`)).body;
		expect([beginning.results.length, beginning.partial]).toEqual([20, true]);
		await rows(large);
		const since = encodeURIComponent(new Date(Date.now() + 60_000).toISOString());
		await get("ann", `/conversations/${large}/search?q=message&since=${since}`);
		expect((await rows(large)).read).toBeLessThanOrEqual(20);
	});
});

describe("a search in all conversations", () => {
	it("finds messages in all of one's own conversations, newest first, and in no others", async () => {
		const mine = [await quietConversation("finn"), await quietConversation("ann", ["finn"])];
		const theirs = await quietConversation("ann");
		await say("finn", mine[0] as string, "a needle");
		await say("ann", mine[1] as string, "another needle", "hay");
		await say("ann", theirs, "a secret needle");
		await say("finn", mine[0] as string, "the last needle");
		const { status, body } = await get("finn", "/search?q=needle");
		expect([status, contents(body), body.partial]).toEqual([200, ["the last needle", "another needle", "a needle"], false]);
		expect(body.results.map(({ conversationId }: { conversationId: string }) => conversationId)).toEqual([mine[0], mine[1], mine[0]]);
		expect(body.results[0]).toMatchObject({ snippet: "the last needle", highlights: [[9, 15]] });
		expect(contents((await get("finn", "/search?q=needle&limit=2")).body)).toEqual(["the last needle", "another needle"]);
		await call("DELETE", `/conversations/${mine[1]}/members/finn`, await tokenOf("ann"));
		expect(contents((await get("finn", "/search?q=needle")).body)).toEqual(["the last needle", "a needle"]);
		expect((await get("nobody", "/search?q=needle")).body).toEqual({ results: [], people: [], partial: false });
		// Their list has not been updated yet.
		const left = env.CONVERSATIONS.getByName(mine[0] as string);
		await runInDurableObject(left, (_object, { storage }) => void storage.sql.exec("DELETE FROM members"));
		await evict(left);
		expect((await get("finn", "/search?q=needle")).body).toEqual({ results: [], people: [], partial: false });
	});

	it("finds people by their names in one's own conversations, the latest first, but not oneself", async () => {
		const older = await newConversation("zora seeker", ["zoë van berg", "otto"]);
		const newer = await newConversation("zora seeker", ["zoë van berg"]);
		await newConversation("otto", ["zoë other"]);
		const found = async (query: string) => (await get("zora seeker", `/search?q=${encodeURIComponent(query)}`)).body.people;
		const zoë = { userId: "zoë van berg", username: "Zoë van berg" };
		const both = [newer, older].map((conversationId) => ({ conversationId, ...zoë }));
		expect(await found("ZO")).toEqual(both);
		expect(await found("berg zoe")).toEqual(both);
		expect(await found("ott")).toEqual([{ conversationId: older, userId: "otto", username: "Otto" }]);
		for (const nobody of ["erg", "zoe otto", "!?", "seeker"]) expect(await found(nobody)).toEqual([]);
		expect((await get("zora seeker", "/search?q=zoe&from=otto")).body.people).toEqual([]);
		expect((await get("zora seeker", `/conversations/${older}/search?q=zoe`)).body).toEqual({
			results: [],
			hasMore: false,
			partial: false,
		});
		await call("DELETE", `/conversations/${newer}/members/${encodeURIComponent(zoë.userId)}`, await tokenOf("zora seeker"));
		expect(await found("zo")).toEqual([{ conversationId: older, ...zoë }]);
	});

	it("says that it searched only the newest conversations", { timeout: 240_000 }, async () => {
		for (let n = 0; n <= limits.search.everywhere.conversations; n++) await newConversation("collector");
		expect((await get("collector", "/search?q=needle")).body).toEqual({ results: [], people: [], partial: true });
	});

	it("says that one conversation could not be searched", async () => {
		const id = await quietConversation("breaker");
		await say("breaker", await quietConversation("breaker"), "a needle");
		await say("breaker", id, "a needle");
		await runInDurableObject(env.CONVERSATIONS.getByName(id), (_object, { storage }) => void storage.sql.exec("DROP TABLE words"));
		expectLog(/no such (fts5 )?table/);
		const { body } = await get("breaker", "/search?q=needle");
		expect([contents(body), body.partial]).toEqual([["a needle"], true]);
	});

	it.each(["", "?q=", "?q=x&limit=51"])("refuses %j", async (query) => {
		expect((await get("questioner", `/search${query}`)).body.error.code).toBe("bad_request");
	});
});

describe("the history at a place", () => {
	const seqs = (body: { messages: { seq: number }[] }) => body.messages.map(({ seq }) => seq);
	const from = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, n) => first + n);

	it("continues in both directions", async () => {
		const id = await quietConversation("ann");
		await fill(id, 300);
		const page = async (query: string) => {
			const { body } = await get("ann", `/conversations/${id}/messages?${query}`);
			return [seqs(body), body.hasMore, body.hasNewer];
		};
		expect(await page("limit=3")).toEqual([[298, 299, 300], true, false]);
		expect(await page("before=4")).toEqual([[1, 2, 3], false, true]);
		expect(await page("before=1")).toEqual([[], false, true]);
		expect(await page("after=0&limit=2")).toEqual([[1, 2], false, true]);
		expect(await page("after=298")).toEqual([[299, 300], true, false]);
		expect(await page("after=300")).toEqual([[], true, false]);
		expect(await page("around=150&limit=5")).toEqual([from(148, 152), true, true]);
		expect(await page("around=150")).toEqual([from(125, 174), true, true]);
		expect(await page("around=2&limit=6")).toEqual([from(1, 6), false, true]);
		expect(await page("around=300&limit=4")).toEqual([[298, 299, 300], true, false]);
		expect(await page("around=150&limit=1")).toEqual([[150], true, true]);
		expect(await page("around=999&limit=4")).toEqual([[299, 300], true, false]);
	});

	it.each(["before=1&after=1", "after=1&around=1", "after=x", "around=-1"])("refuses %s", async (query) => {
		const id = await newConversation("ann");
		expect((await get("ann", `/conversations/${id}/messages?${query}`)).body.error.code).toBe("bad_request");
	});

	it("is empty in an empty conversation", async () => {
		const id = await newConversation("ann");
		for (const query of ["before=0", "before=9", "after=0", "after=9", "around=0", "around=9"])
			expect((await get("ann", `/conversations/${id}/messages?${query}`)).body).toEqual({ messages: [], hasMore: false, hasNewer: false });
	});
});

// A person's list and settings over HTTP.

import { describe, expect, it } from "vitest";
import { call, newConversation, tokenOf } from "../support/socket.ts";

describe("settings", () => {
	it("are merged, and null removes one", async () => {
		const token = await tokenOf("setter");
		const set = async (change: object) => (await call("PATCH", "/me/settings", token, change)).body.settings;
		expect((await call("GET", "/me/settings", token)).body).toEqual({ settings: {} });
		expect(await set({ theme: "dark", sounds: true, size: 1.5 })).toEqual({ theme: "dark", sounds: true, size: 1.5 });
		expect(await set({ theme: null, size: 2, code: "a" })).toEqual({ sounds: true, size: 2, code: "a" });
		expect((await call("GET", "/me/settings", token)).body).toEqual({ settings: { sounds: true, size: 2, code: "a" } });
	});

	it.each([{ "not a name": 1 }, { theme: "x".repeat(201) }, { theme: {} }, { theme: [1] }, "[]", "{"])("%j is refused", async (change) => {
		const answer = await call("PATCH", "/me/settings", await tokenOf("setter"), change);
		expect([answer.status, answer.body.error.code]).toEqual([400, "bad_request"]);
	});

	it("have a maximum, also over several requests", async () => {
		const token = await tokenOf("collector");
		const thirty = (letter: string) => Object.fromEntries(Array.from({ length: 30 }, (_, n) => [letter.repeat(n + 1), n]));
		expect((await call("PATCH", "/me/settings", token, thirty("a"))).status).toBe(200);
		const more = await call("PATCH", "/me/settings", token, thirty("b"));
		expect([more.status, more.body.error.code]).toEqual([409, "too_many"]);
		expect(Object.keys((await call("GET", "/me/settings", token)).body.settings)).toHaveLength(30);
	});
});

describe("the list", () => {
	it("is paged by the last entry of the page before", async () => {
		const token = await tokenOf("pager");
		const ids: string[] = [];
		for (let n = 0; n < 5; n++) ids.push(await newConversation("pager"));
		const seen: string[] = [];
		let before = "";
		for (;;) {
			const { body } = await call("GET", `/conversations?limit=2${before}`, token);
			seen.push(...body.conversations.map(({ id }: { id: string }) => id));
			if (!body.hasMore) break;
			const last = body.conversations.at(-1);
			before = `&before=${encodeURIComponent(`${last.lastActivityAt},${last.id}`)}`;
		}
		expect(seen).toHaveLength(5);
		expect([...seen].sort()).toEqual([...ids].sort());
		const { body } = await call("GET", "/conversations?before=2020-01-01T00:00:00.000Z", token);
		expect(body).toEqual({ conversations: [], hasMore: false });
	});

	it.each(["limit=0", "limit=101", "limit=x", "before=x", "before=", "before=,x"])("%s is refused", async (query) => {
		const { status, body } = await call("GET", `/conversations?${query}`, await tokenOf("pager"));
		expect([status, body.error.code]).toEqual([400, "bad_request"]);
	});

	it("accepts changes to the person's own entries only", async () => {
		const id = await newConversation("ann");
		const patch = async (who: string, body: unknown, path = id) => call("PATCH", `/me/conversations/${path}`, await tokenOf(who), body);
		expect((await patch("ann", { pinned: true })).body.conversation).toMatchObject({ id, pinned: true, muted: false });
		expect((await patch("stranger", { pinned: true })).body.error.code).toBe("not_found");
		expect((await patch("ann", { pinned: true }, "nowhere")).body.error.code).toBe("not_found");
		expect((await patch("ann", { pinned: "yes" })).body.error.code).toBe("bad_request");
	});
});

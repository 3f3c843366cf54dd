// What is kept of a person, on real storage.

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { ListSummary } from "../../src/protocol/conversation.ts";
import { Store } from "../../src/user/store.ts";

const noon = Date.parse("2026-11-24T12:00:00Z");

function standing(id: string, more: Partial<ListSummary> = {}): ListSummary {
	return {
		id,
		title: "Tea",
		createdAt: "2026-11-24T11:00:00.000Z",
		assistant: "auto",
		role: "member",
		lastActivityAt: new Date(noon).toISOString(),
		lastMessage: said(1),
		unread: 1,
		mentions: 0,
		readUpTo: 0,
		revision: 1,
		...more,
	};
}

function said(seq: number): NonNullable<ListSummary["lastMessage"]> {
	return { seq, author: { userId: "ann", username: "Ann" }, content: `Message ${seq}`, createdAt: new Date(noon + seq).toISOString() };
}

const undecided = { muted: false, pinned: false, archived: false };

type Rows = { read: number; written: number };

/** `rowsOf` does something, and counts the rows that it took. */
function inStore(test: (store: Store, storage: DurableObjectStorage, rowsOf: (work: () => unknown) => Rows) => void): Promise<void> {
	return runInDurableObject(env.USERS.getByName(crypto.randomUUID()), (_object, { storage }) => {
		const sql: SqlStorage = Object.getPrototypeOf(storage.sql);
		const { exec } = sql;
		const rowsOf = (work: () => unknown) => {
			const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = [];
			sql.exec = function (this: SqlStorage, ...query: Parameters<typeof exec>) {
				const cursor = exec.apply(this, query);
				cursors.push(cursor);
				return cursor;
			} as typeof exec;
			work();
			sql.exec = exec;
			return {
				read: cursors.reduce((sum, { rowsRead }) => sum + rowsRead, 0),
				written: cursors.reduce((sum, { rowsWritten }) => sum + rowsWritten, 0),
			};
		};
		test(new Store(storage.sql), storage, rowsOf);
	});
}

const ids = (page: { conversations: { id: string }[] }) => page.conversations.map(({ id }) => id);
const everything = { at: Number.MAX_SAFE_INTEGER, id: "" };

describe("a person who was only asked for", () => {
	it("has nothing, and nothing is written for them", () =>
		inStore((store, storage) => {
			expect(store.page(everything, 10)).toEqual({ conversations: [], hasMore: false });
			expect(store.first(10)).toEqual({ conversations: [], hasMore: false });
			expect([store.settings, store.isSignedOut, store.ids(), store.forget("x"), store.change("x", { muted: true })]).toEqual([
				{},
				false,
				[],
				false,
				undefined,
			]);
			expect(storage.sql.exec("SELECT name FROM sqlite_master").toArray()).toEqual([]);
		}));
});

describe("a conversation", () => {
	it("is listed as it stands, after a sleep too", () =>
		inStore((store, storage) => {
			const { revision: _, ...shown } = standing("a");
			expect(store.remember(standing("a"))).toEqual({ ...shown, ...undecided });
			expect(new Store(storage.sql).page(everything, 10)).toEqual({ conversations: [{ ...shown, ...undecided }], hasMore: false });
		}));

	it("is not changed by what is older than what is known, nor by what is no news", () =>
		inStore((store) => {
			store.remember(standing("a", { revision: 5, unread: 3, readUpTo: 2 }));
			expect(store.remember(standing("a", { revision: 4, unread: 2, readUpTo: 2 }))).toBeUndefined();
			expect(store.remember(standing("a", { revision: 5, unread: 4, readUpTo: 1 }))).toBeUndefined();
			expect(store.remember(standing("a", { revision: 6, unread: 3, readUpTo: 2 }))).toBeUndefined();
			expect(store.remember(standing("a", { revision: 5, unread: 1, readUpTo: 4 }))).toBeUndefined();
			expect(store.page(everything, 10).conversations[0]).toMatchObject({ unread: 3, readUpTo: 2 });
			expect(store.remember(standing("a", { revision: 6, unread: 0, readUpTo: 5 }))).toMatchObject({ unread: 0, readUpTo: 5 });
		}));

	it("counts as unread again once its person has marked it so, and no late word takes that back", () =>
		inStore((store) => {
			const read = standing("a", { revision: 5, unread: 0, readUpTo: 5, marks: 0 });
			const marked = standing("a", { revision: 5, unread: 3, readUpTo: 2, marks: 1 });
			store.remember(read);
			expect(store.remember(marked)).toMatchObject({ unread: 3, readUpTo: 2 });
			expect(store.remember(read)).toBeUndefined();
			expect(store.remember({ ...marked, unread: 0, readUpTo: 5 })).toMatchObject({ unread: 0, readUpTo: 5 });
			expect(store.remember(marked)).toBeUndefined();
		}));

	it("writes one row when it is read, two when something was said, none when nothing is new", () =>
		inStore((store, _storage, rowsOf) => {
			store.remember(standing("a"));
			const written = (news: ListSummary) => rowsOf(() => store.remember(news)).written;
			const read = standing("a", { unread: 0, readUpTo: 1 });
			const more = { ...read, revision: 2, unread: 1, lastMessage: said(2), lastActivityAt: new Date(noon + 2).toISOString() };
			expect([written(read), written(read), written(more)]).toEqual([1, 0, 2]);
		}));

	it("is muted, pinned and archived by its person alone: no news changes that", () =>
		inStore((store) => {
			store.remember(standing("a"));
			expect(store.change("a", { muted: true, pinned: true })).toMatchObject({ muted: true, pinned: true, archived: false });
			expect(store.change("a", { pinned: false })).toMatchObject({ muted: true, pinned: false });
			expect(store.remember(standing("a", { revision: 2, title: "Coffee" }))).toMatchObject({ title: "Coffee", muted: true });
			expect(store.change("b", { muted: true })).toBeUndefined();
		}));

	it("that is archived comes back with a new message, but not by other news, nor where it is muted", () =>
		inStore((store) => {
			for (const id of ["a", "b"]) store.remember(standing(id));
			store.change("a", { archived: true });
			store.change("b", { archived: true, muted: true });
			expect(store.remember(standing("a", { revision: 2, unread: 0 }))).toMatchObject({ archived: true });
			expect(store.remember(standing("a", { revision: 3, lastMessage: said(2) }))).toMatchObject({ archived: false });
			expect(store.remember(standing("b", { revision: 3, lastMessage: said(2) }))).toMatchObject({ archived: true });
		}));

	it("is gone once it is forgotten, with what was decided about it", () =>
		inStore((store) => {
			store.remember(standing("a", { revision: 9 }));
			store.change("a", { pinned: true });
			expect([store.forget("a"), store.forget("a"), ids(store.first(10))]).toEqual([true, false, []]);
			expect(store.remember(standing("a"))).toMatchObject(undecided);
		}));
});

describe("two thousand conversations", () => {
	/** Five at each time, so that time alone does not tell them apart. */
	function fill(store: Store): void {
		for (let n = 0; n < 2_000; n++)
			store.remember(standing(`c${n}`, { lastActivityAt: new Date(noon + Math.floor(n / 5) * 1000).toISOString() }));
		for (const n of [3, 1_000]) store.change(`c${n}`, { pinned: true });
	}

	it("are paged without a gap or a repetition, newest activity first", () =>
		inStore((store) => {
			fill(store);
			const seen: string[] = [];
			let before = everything;
			for (;;) {
				const { conversations, hasMore } = store.page(before, 70);
				seen.push(...ids({ conversations }));
				if (!hasMore) break;
				const last = conversations.at(-1) as (typeof conversations)[number];
				before = { at: Date.parse(last.lastActivityAt), id: last.id };
			}
			expect(seen).toHaveLength(2_000);
			expect(new Set(seen).size).toBe(2_000);
			const times = seen.map((id) => Math.floor(Number(id.slice(1)) / 5));
			expect(times).toEqual([...times].sort((one, other) => other - one));
		}));

	it("begin with what is pinned", () =>
		inStore((store) => {
			fill(store);
			const first = store.first(4);
			expect(first.hasMore).toBe(true);
			expect(ids(first)).toEqual(["c1000", "c3", "c1999", "c1998"]);
		}));

	it("cost a page some three rows for each that it shows, and news of one a few", () =>
		inStore((store, _storage, rowsOf) => {
			fill(store);
			const pages = [() => store.first(50), () => store.page(everything, 50), () => store.page({ at: noon + 100_000, id: "c1" }, 50)].map(
				(work) => rowsOf(work).read,
			);
			for (const read of pages) expect(read).toBeLessThan(160);
			expect(rowsOf(() => store.remember(standing("c7", { revision: 2 }))).read).toBeLessThan(10);
		}));
});

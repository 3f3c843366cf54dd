// A person's list and settings on real storage.

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { ListSummary } from "../../src/protocol/conversation.ts";
import { Store } from "../../src/user/store.ts";

const noon = Date.parse("2026-11-24T12:00:00Z");

function summary(id: string, more: Partial<ListSummary> = {}): ListSummary {
	return {
		id,
		title: "Tea",
		createdAt: "2026-11-24T11:00:00.000Z",
		assistant: "auto",
		role: "member",
		lastActivityAt: new Date(noon).toISOString(),
		lastMessage: message(1),
		unread: 1,
		mentions: 0,
		readUpTo: 0,
		revision: 1,
		...more,
	};
}

function message(seq: number): NonNullable<ListSummary["lastMessage"]> {
	return { seq, author: { userId: "ann", username: "Ann" }, content: `Message ${seq}`, createdAt: new Date(noon + seq).toISOString() };
}

const undecided = { addressed: 0, muted: false, pinned: false, archived: false };

type Rows = { read: number; written: number };

/** `rowsOf` counts the rows that some work reads and writes. */
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
		test(new Store(storage), storage, rowsOf);
	});
}

const ids = (page: { conversations: { id: string }[] }) => page.conversations.map(({ id }) => id);
const everything = { at: Number.MAX_SAFE_INTEGER, id: "" };

describe("a person who was only asked for", () => {
	it("has an empty list, and nothing is stored for them", () =>
		inStore((store, storage) => {
			expect(store.page(everything, 10)).toEqual({ conversations: [], hasMore: false });
			expect(store.firstPage(10)).toEqual({ conversations: [], hasMore: false });
			expect([
				store.settings,
				store.isSignedOut,
				store.conversationIds(),
				store.removeEntry("x"),
				store.changeEntry("x", { muted: true }),
			]).toEqual([{}, false, [], false, undefined]);
			expect(storage.sql.exec("SELECT name FROM sqlite_master").toArray()).toEqual([]);
		}));
});

describe("an entry", () => {
	it("shows the summary, also after a restart", () =>
		inStore((store, storage) => {
			const { revision: _, ...shown } = summary("a");
			expect(store.updateEntry(summary("a"))).toEqual({ ...shown, ...undecided });
			expect(new Store(storage).page(everything, 10)).toEqual({ conversations: [{ ...shown, ...undecided }], hasMore: false });
		}));

	it("is not changed by an older summary, or reported if nothing is new", () =>
		inStore((store) => {
			store.updateEntry(summary("a", { revision: 5, unread: 3, readUpTo: 2 }));
			expect(store.updateEntry(summary("a", { revision: 4, unread: 2, readUpTo: 2 }))).toBeUndefined();
			expect(store.updateEntry(summary("a", { revision: 5, unread: 4, readUpTo: 1 }))).toBeUndefined();
			expect(store.updateEntry(summary("a", { revision: 6, unread: 3, readUpTo: 2 }))).toBeUndefined();
			expect(store.updateEntry(summary("a", { revision: 5, unread: 1, readUpTo: 4 }))).toBeUndefined();
			expect(store.page(everything, 10).conversations[0]).toMatchObject({ unread: 3, readUpTo: 2 });
			expect(store.updateEntry(summary("a", { revision: 6, unread: 0, readUpTo: 5 }))).toMatchObject({ unread: 0, readUpTo: 5 });
		}));

	it("counts messages marked as unread, and a late delivery does not undo that", () =>
		inStore((store) => {
			const read = summary("a", { revision: 5, unread: 0, readUpTo: 5, marks: 0 });
			const marked = summary("a", { revision: 5, unread: 3, readUpTo: 2, marks: 1 });
			store.updateEntry(read);
			expect(store.updateEntry(marked)).toMatchObject({ unread: 3, readUpTo: 2 });
			expect(store.updateEntry(read)).toBeUndefined();
			expect(store.updateEntry({ ...marked, unread: 0, readUpTo: 5 })).toMatchObject({ unread: 0, readUpTo: 5 });
			expect(store.updateEntry(marked)).toBeUndefined();
		}));

	it("writes one row when messages are read, two for a new message, none if nothing is new", () =>
		inStore((store, _storage, rowsOf) => {
			store.updateEntry(summary("a"));
			const written = (summary: ListSummary) => rowsOf(() => store.updateEntry(summary)).written;
			const read = summary("a", { unread: 0, readUpTo: 1 });
			const more = { ...read, revision: 2, unread: 1, lastMessage: message(2), lastActivityAt: new Date(noon + 2).toISOString() };
			expect([written(read), written(read), written(more)]).toEqual([1, 0, 2]);
		}));

	it("is muted, pinned and archived by its person alone: no delivery changes that", () =>
		inStore((store) => {
			store.updateEntry(summary("a"));
			expect(store.changeEntry("a", { muted: true, pinned: true })).toMatchObject({ muted: true, pinned: true, archived: false });
			expect(store.changeEntry("a", { pinned: false })).toMatchObject({ muted: true, pinned: false });
			expect(store.updateEntry(summary("a", { revision: 2, title: "Coffee" }))).toMatchObject({ title: "Coffee", muted: true });
			expect(store.changeEntry("b", { muted: true })).toBeUndefined();
		}));

	it("has a level of its own until the person takes it back", () =>
		inStore((store, storage) => {
			store.updateEntry(summary("a"));
			expect(store.changeEntry("a", { notifications: "all" })).toMatchObject({ notifications: "all", muted: false });
			store.updateEntry(summary("a", { revision: 2 }));
			expect(new Store(storage).entry("a")).toMatchObject({ notifications: "all" });
			expect(store.changeEntry("a", { notifications: null })).not.toHaveProperty("notifications");
		}));

	it("that is archived is unarchived by a new message only, and not if it is muted", () =>
		inStore((store) => {
			for (const id of ["a", "b"]) store.updateEntry(summary(id));
			store.changeEntry("a", { archived: true });
			store.changeEntry("b", { archived: true, muted: true });
			expect(store.updateEntry(summary("a", { revision: 2, unread: 0 }))).toMatchObject({ archived: true });
			expect(store.updateEntry(summary("a", { revision: 3, lastMessage: message(2) }))).toMatchObject({ archived: false });
			expect(store.updateEntry(summary("b", { revision: 3, lastMessage: message(2) }))).toMatchObject({ archived: true });
		}));

	it("loses what its person decided about it when it is removed", () =>
		inStore((store) => {
			store.updateEntry(summary("a", { revision: 9 }));
			store.changeEntry("a", { pinned: true });
			expect([store.removeEntry("a"), store.removeEntry("a"), ids(store.firstPage(10))]).toEqual([true, false, []]);
			expect(store.updateEntry(summary("a"))).toMatchObject(undecided);
		}));
});

describe("two thousand conversations", () => {
	/** Five with the same time each, so that time alone does not order them. */
	function fill(store: Store): void {
		for (let n = 0; n < 2_000; n++)
			store.updateEntry(summary(`c${n}`, { lastActivityAt: new Date(noon + Math.floor(n / 5) * 1000).toISOString() }));
		for (const n of [3, 1_000]) store.changeEntry(`c${n}`, { pinned: true });
	}

	it("are paged without gaps or repetitions, newest activity first", () =>
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

	it("begin with the pinned ones", () =>
		inStore((store) => {
			fill(store);
			const first = store.firstPage(4);
			expect(first.hasMore).toBe(true);
			expect(ids(first)).toEqual(["c1000", "c3", "c1999", "c1998"]);
		}));

	it("cost about three rows read for each entry of a page, and a few for an update", () =>
		inStore((store, _storage, rowsOf) => {
			fill(store);
			const pages = [
				() => store.firstPage(50),
				() => store.page(everything, 50),
				() => store.page({ at: noon + 100_000, id: "c1" }, 50),
			].map((work) => rowsOf(work).read);
			for (const read of pages) expect(read).toBeLessThan(160);
			expect(rowsOf(() => store.updateEntry(summary("c7", { revision: 2 }))).read).toBeLessThan(10);
		}));
});

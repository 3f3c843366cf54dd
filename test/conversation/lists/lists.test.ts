import { describe, expect, it } from "vitest";
import { Lists } from "../../../src/conversation/lists/lists.ts";
import type { ListSummary } from "../../../src/protocol/conversation.ts";
import { limits } from "../../../src/protocol/limits.ts";
import { ann, inRoom, type Room, settled } from "../../support/conversation.ts";
import { expectLog } from "../../support/log.ts";

type Told = { userId: string; standing: ListSummary };

/** Lists on a room's real storage, with the members' own lists in the test's hands. */
class Listed {
	readonly room: Room;
	readonly #sql: SqlStorage;
	readonly here = new Set<string>();
	readonly told: Told[] = [];
	/** Whose list does not answer. */
	readonly broken = new Set<string>();
	/** How many calls of one list were under way at once, at most. */
	mostAtOnce = 0;
	readonly #underWay: string[] = [];
	now: number;
	lists: Lists;
	#heard = Promise.withResolvers<void>();

	constructor(room: Room, { storage }: DurableObjectState) {
		this.room = room;
		this.#sql = storage.sql;
		this.now = room.now;
		this.lists = this.wake();
	}

	/** As after the object has died: nothing is left but what is stored. */
	wake(): Lists {
		this.lists = new Lists({
			sql: this.#sql,
			store: this.room.store,
			here: () => new Set(this.here),
			tell: async (userId, standing) => {
				this.told.push({ userId, standing });
				this.#heard.resolve();
				this.#heard = Promise.withResolvers();
				this.#underWay.push(userId);
				this.mostAtOnce = Math.max(this.mostAtOnce, this.#underWay.filter((other) => other === userId).length);
				await Promise.resolve();
				this.#underWay.splice(this.#underWay.indexOf(userId), 1);
				if (this.broken.has(userId)) throw new Error("broken on purpose");
			},
			alarm: { watch: () => {}, settled: Promise.resolve() },
			now: () => this.now,
		});
		return this.lists;
	}

	/** Something is said; for the time of it, `now` counts. */
	say(userId: string, content = "Hello") {
		const said = this.room.store.log.addMessage({ author: { userId, username: userId }, content, asksClaude: false }, this.now);
		this.lists.changed(userId);
		return said;
	}

	read(userId: string, from: number, upTo: number): void {
		this.room.store.members.setReadUpTo(userId, upTo);
		this.lists.read(userId, from, upTo);
	}

	/** Resolves when the next list is told. */
	get heard(): Promise<void> {
		return this.#heard.promise;
	}

	/** Who was told since this was last asked. */
	hearers(): string[] {
		return this.take()
			.map(({ userId }) => userId)
			.sort();
	}

	take(): Told[] {
		return this.told.splice(0);
	}

	unread(): Record<string, number> {
		return Object.fromEntries(this.take().map(({ userId, standing }) => [userId, standing.unread]));
	}

	/** When the alarm is to ring. */
	get due(): number | undefined {
		const dues = this.lists.dues.filter((at) => at !== undefined);
		return dues.length > 0 ? Math.min(...dues) : undefined;
	}

	get isOwed(): boolean {
		const { outbox, log } = this.room.store;
		return outbox.told.revision < log.head.revision || this.#sql.exec("SELECT 1 FROM jobs").toArray().length > 0;
	}
}

/** Ann's conversation with three others, of whom Ann and b are here. */
function inListedRoom(test: (listed: Listed, state: DurableObjectState) => Promise<void> | void, others = ["b", "c", "d"]) {
	return inRoom(async (room, state) => {
		for (const userId of others) room.membership.join({ userId, username: userId }, true);
		const listed = new Listed(room, state);
		listed.here.add("ann").add("b");
		await test(listed, state);
		// Nothing is left that a timer of the test's would do.
		if (room.store.exists) for (const userId of listed.here) listed.read(userId, 0, room.store.log.head.seq);
		await settled();
	});
}

const patience = 3_000;

describe("news of a conversation", () => {
	it("goes at once to those who are not here", () =>
		inListedRoom(async (listed) => {
			const { createdAt } = listed.say("ann", "Hello\n  there");
			expect(listed.take()).toEqual(
				["c", "d"].map((userId) => ({
					userId,
					standing: {
						...listed.room.store.info,
						role: "member",
						lastActivityAt: createdAt,
						lastMessage: { seq: 1, author: { userId: "ann", username: "ann" }, content: "Hello there", createdAt },
						unread: 1,
						mentions: 0,
						readUpTo: 0,
						revision: 1,
						marks: 0,
					},
				})),
			);
		}));

	it("goes in rounds while there is more, each with how it stands then", () =>
		inListedRoom(async (listed) => {
			listed.say("ann");
			await settled();
			expect(listed.unread()).toEqual({ c: 1, d: 1 });
			listed.now += 990;
			for (let n = 0; n < 5; n++) listed.say("ann");
			expect(listed.told).toEqual([]);
			await listed.heard;
			expect(listed.unread()).toEqual({ c: 6, d: 6 });
		}));

	it("of which nobody has to hear costs nothing, and is not owed after a sleep", () =>
		inListedRoom(
			async (listed) => {
				listed.say("ann");
				listed.read("b", 0, 1);
				await settled();
				await listed.wake().recover();
				expect(listed.told).toEqual([]);
			},
			["b"],
		));

	it("that all have to hear goes also to who is here and has read everything", () =>
		inListedRoom(async (listed) => {
			listed.room.store.setTitle("New");
			listed.lists.changed("ann", "all");
			await settled();
			expect(listed.take().map(({ userId, standing }) => [userId, standing.title])).toEqual(
				["ann", "b", "c", "d"].map((userId) => [userId, "New"]),
			);
			expect(listed.isOwed).toBe(false);
		}));

	it("reaches who leaves, if there was any, and who is new, and for that nobody else; who was removed hears of none", () =>
		inListedRoom(async (listed) => {
			listed.say("ann");
			listed.read("b", 0, 1);
			await settled();
			listed.take();
			listed.lists.left("b");
			await settled();
			expect(listed.hearers()).toEqual(["b"]);
			listed.lists.left("b");
			expect(listed.hearers()).toEqual([]);
			listed.room.membership.join({ userId: "e", username: "e" }, true);
			listed.lists.entered("e");
			listed.room.store.members.remove("c", false);
			listed.lists.left("c");
			await listed.lists.settled;
			expect(listed.take()).toEqual([{ userId: "e", standing: expect.objectContaining({ unread: 0, readUpTo: 1 }) }]);
		}));
});

describe("who is here", () => {
	it("and reads soon, is told nothing", () =>
		inListedRoom(async (listed) => {
			listed.say("ann");
			await settled();
			expect(listed.hearers()).toEqual(["c", "d"]);
			listed.now += 500;
			listed.read("b", 0, 1);
			await settled();
			expect(listed.hearers()).toEqual([]);
			expect(listed.isOwed).toBe(false);
		}));

	it("and does not read, hears it some seconds later", () =>
		inListedRoom(async (listed) => {
			listed.say("ann");
			await settled();
			listed.take();
			expect(listed.isOwed).toBe(true);
			listed.now += patience;
			await listed.heard;
			await settled();
			expect(listed.unread()).toEqual({ b: 1 });
			expect(listed.isOwed).toBe(false);
		}));

	it("and read what their list shows as unread, hears that at once", () =>
		inListedRoom(async (listed) => {
			for (let n = 0; n < 3; n++) listed.say("ann");
			listed.now += patience;
			await listed.heard;
			await settled();
			listed.take();
			listed.read("b", 0, 2);
			expect(listed.unread()).toEqual({ b: 1 });
			listed.read("b", 2, 3);
			await settled();
			expect(listed.unread()).toEqual({ b: 0 });
			// After a sleep it is not known who was told: then it is said again.
			listed.say("ann");
			await settled();
			listed.wake();
			listed.take();
			listed.read("b", 3, 4);
			expect(listed.unread()).toEqual({ b: 0 });
		}));
});

describe("what is unread", () => {
	it("is what others said after the last message that one has read", () =>
		inListedRoom(async (listed) => {
			listed.here.clear();
			listed.say("ann");
			await settled();
			listed.now += 2_000;
			listed.take();
			listed.say("c");
			await settled();
			expect(listed.unread()).toEqual({ ann: 1, b: 2, c: 1, d: 2 });
			listed.room.store.members.setReadUpTo("d", 1);
			listed.room.store.members.setReadUpTo("c", 2);
			listed.now += 2_000;
			listed.say("ann");
			await settled();
			expect(listed.unread()).toEqual({ ann: 1, b: 3, c: 1, d: 2 });
		}));

	it("is not what is deleted, nor an answer that is being written", () =>
		inListedRoom(async (listed, { storage }) => {
			listed.here.clear();
			listed.say("ann");
			const reply = listed.room.store.log.addReply(listed.now);
			await settled();
			listed.take();
			listed.now += 2_000;
			listed.say("ann");
			await settled();
			expect(listed.take().find(({ userId }) => userId === "d")?.standing).toMatchObject({ unread: 2, lastMessage: { seq: 3 } });
			listed.room.store.log.finishReply(reply, "Yes", { status: "complete" }, {});
			listed.now += 2_000;
			listed.lists.changed("claude");
			await settled();
			expect(listed.unread()).toMatchObject({ ann: 1, d: 3 });
			storage.sql.exec("UPDATE messages SET content = '', deleted_at = ? WHERE seq = 3", listed.now);
			listed.now += 2_000;
			listed.wake().changed("ann", "all");
			await settled();
			const [{ standing } = {}] = listed.take().filter(({ userId }) => userId === "d");
			expect(standing).toMatchObject({ unread: 2, lastMessage: { seq: 3, content: "", deletedAt: expect.any(String) } });
		}));

	it("is shown by one line of the newest message, as it reads", () =>
		inRoom(async (room) => {
			const content = "## Plan\n\n| Drink | **Price** |\n|---|---|\n| Tea | `2` |\n\n- not snake_case";
			room.store.log.addMessage({ author: ann, content, asksClaude: false }, room.now);
			expect(room.store.reader.last()?.content).toBe("Plan Drink, Price Tea, 2 not snake_case");
		}));

	it("is counted up to a limit, from a number of rows that does not grow with the room", () =>
		inRoom(async (room, state) => {
			const { storage } = state;
			room.membership.join({ userId: "b", username: "b" }, true);
			for (let n = 0; n < 3_000; n++) room.store.log.addMessage({ author: ann, content: "x", asksClaude: false }, room.now);
			const listed = new Listed(room, state);
			let rowsRead = 0;
			const sql: SqlStorage = Object.getPrototypeOf(storage.sql);
			const { exec } = sql;
			const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = [];
			sql.exec = function (this: SqlStorage, ...query: Parameters<typeof exec>) {
				const cursor = exec.apply(this, query);
				cursors.push(cursor);
				return cursor;
			} as typeof exec;
			listed.say("ann");
			sql.exec = exec;
			for (const cursor of cursors) rowsRead += cursor.rowsRead;
			expect(listed.unread()).toEqual({ ann: 0, b: limits.unread });
			expect(rowsRead).toBeLessThan(2 * limits.unread);
			await settled();
		}));

	it("counts as a mention where it names one, and is not deleted", () =>
		inRoom(async (room, state) => {
			const { storage } = state;
			room.membership.join({ userId: "b", username: "b" }, true);
			const listed = new Listed(room, state);
			listed.here.add("ann");
			for (const seq of [1, 2, 3]) storage.sql.exec("INSERT INTO mentions (user_id, seq) VALUES ('b', ?)", seq);
			for (let n = 0; n < 2; n++) room.store.log.addMessage({ author: ann, content: "@b", asksClaude: false }, room.now);
			listed.say("ann", "@b");
			await settled();
			expect(listed.take()[0]?.standing).toMatchObject({ unread: 3, mentions: 3 });
			room.store.members.setReadUpTo("b", 1);
			storage.sql.exec("UPDATE messages SET content = '', deleted_at = 1 WHERE seq = 3");
			listed.now += 2_000;
			listed.lists.changed("ann", "all");
			await settled();
			const standing = listed.take().find(({ userId }) => userId === "b")?.standing;
			expect(standing).toMatchObject({ mentions: 1, readUpTo: 1 });
		}));
});

describe("what is owed", () => {
	it("is told on the next wake, if the object died before anybody heard", () =>
		inListedRoom(async (listed) => {
			listed.room.store.log.addMessage({ author: ann, content: "Hello", asksClaude: false }, listed.now);
			listed.here.clear();
			await listed.wake().recover();
			expect(listed.unread()).toEqual({ ann: 0, b: 1, c: 1, d: 1 });
			await listed.wake().recover();
			expect(listed.told).toEqual([]);
		}));

	it("by a list that failed, is told again after growing pauses, and given up until there is news", () =>
		inListedRoom(async (listed) => {
			expectLog(/broken on purpose/);
			listed.broken.add("c");
			listed.say("ann");
			await settled();
			listed.read("b", 0, 1);
			expect(listed.hearers()).toEqual(["c", "d"]);
			const pauses: number[] = [];
			while (listed.due !== undefined) {
				pauses.push((listed.due - listed.now) / 1000);
				listed.now = listed.due;
				await listed.lists.recover();
				expect(listed.hearers()).toEqual(["c"]);
			}
			expect(pauses).toEqual([5, 20, 80, 320, 1280]);
			await listed.wake().recover();
			expect(listed.told).toEqual([]);

			listed.broken.clear();
			listed.say("ann");
			await settled();
			expect(listed.unread()).toEqual({ c: 2, d: 2 });
			listed.read("b", 1, 2);
			expect(listed.isOwed).toBe(false);
		}));

	it("to who has entered, is not lost with the object", () =>
		inListedRoom(async (listed) => {
			expectLog(/broken on purpose/);
			listed.broken.add("e");
			listed.room.membership.join({ userId: "e", username: "e" }, true);
			listed.lists.entered("e");
			await listed.lists.settled;
			listed.broken.clear();
			listed.take();
			await listed.wake().recover();
			expect(listed.hearers()).toEqual([]);
			listed.now = listed.due as number;
			await listed.wake().recover();
			expect(listed.hearers()).toEqual(["e"]);
			expect(listed.isOwed).toBe(false);
		}));

	it("is nothing once the conversation is deleted, whatever was under way", () =>
		inListedRoom(async (listed, { storage }) => {
			listed.broken.add("c");
			listed.say("ann");
			listed.room.store.markDeleted(listed.now);
			await storage.deleteAll();
			await settled();
			listed.take();
			listed.lists.changed("ann", "all");
			listed.lists.left("b");
			await listed.lists.recover();
			expect(listed.told).toEqual([]);
			listed.here.clear();
		}));

	it("is nothing after a reaction, if all had heard before", () =>
		inListedRoom(async (listed) => {
			const message = listed.say("ann");
			listed.read("b", 0, 1);
			await settled();
			listed.take();
			listed.room.store.log.setReactions(message, [{ emoji: "👍", userIds: ["b"] }]);
			listed.lists.passed();
			await listed.wake().recover();
			expect(listed.told).toEqual([]);
		}));

	it("is told with what came meanwhile, and never two at once to one list", () =>
		inListedRoom(async (listed) => {
			listed.say("ann");
			listed.lists.left("c");
			listed.say("ann");
			listed.lists.left("c");
			await settled();
			const c = listed.take().filter(({ userId }) => userId === "c");
			expect(c.map(({ standing }) => standing.unread)).toEqual([1, 2]);
			expect(listed.mostAtOnce).toBe(1);
		}));
});

describe("a large room", () => {
	const many = Array.from({ length: 999 }, (_, n) => `m${String(n).padStart(3, "0")}`);

	it("where all are looking costs no call, whatever is said", () =>
		inListedRoom(async (listed) => {
			for (const userId of many) listed.here.add(userId);
			for (let n = 1; n <= 20; n++) {
				listed.say("ann");
				for (const userId of many) listed.read(userId, n - 1, n);
				listed.now += 1_000;
			}
			await settled();
			expect(listed.told).toEqual([]);
		}, many));

	it("is told one message once, and then wants nothing more", () =>
		inListedRoom(async (listed) => {
			listed.here.clear();
			listed.here.add("ann");
			listed.say("ann");
			await settled();
			while (listed.due !== undefined) {
				listed.now = listed.due;
				await listed.lists.recover();
			}
			expect(listed.hearers()).toEqual(many);
			await listed.wake().recover();
			expect([listed.hearers(), listed.due]).toEqual([[], undefined]);
		}, many));

	it("is told in steps, at most once in many seconds, and goes on where it was after a sleep", () =>
		inListedRoom(async (listed) => {
			listed.here.clear();
			listed.here.add("ann");
			listed.say("ann");
			await settled();
			expect(listed.told).toHaveLength(limits.calls);
			for (let n = 0; n < 100; n++) listed.say("ann");
			await settled();
			expect(listed.told).toHaveLength(limits.calls);
			listed.now += 1_000;
			await listed.lists.recover();
			expect(listed.told).toHaveLength(2 * limits.calls);
			await listed.wake().recover();
			expect(listed.hearers()).toEqual(many);
			// Not all heard what came meanwhile: there will be another round, when it is time.
			const due = listed.due as number;
			expect(due - listed.room.now).toBe(50_000);
			listed.now = due;
			await listed.lists.recover();
			expect(listed.take()[0]?.standing).toMatchObject({ unread: limits.unread });
		}, many));
});

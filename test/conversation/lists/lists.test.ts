import { describe, expect, it } from "vitest";
import { Lists } from "../../../src/conversation/lists/lists.ts";
import type { ListSummary } from "../../../src/protocol/conversation.ts";
import { limits } from "../../../src/protocol/limits.ts";
import { ann, inConversation, settled, type TestConversation } from "../../support/conversation.ts";
import { fillUp } from "../../support/full.ts";
import { expectLog } from "../../support/log.ts";

type Delivery = { userId: string; summary: ListSummary };

/** `Lists` on a conversation's real storage, with members' lists that the test controls. */
class ListsHarness {
	readonly conversation: TestConversation;
	readonly #sql: SqlStorage;
	readonly present = new Set<string>();
	readonly deliveries: Delivery[] = [];
	/** People whose lists fail. */
	readonly broken = new Set<string>();
	/** The most deliveries that were in progress to one list at once. */
	mostAtOnce = 0;
	readonly #inProgress: string[] = [];
	now: number;
	lists: Lists;
	#delivered = Promise.withResolvers<void>();

	constructor(conversation: TestConversation, { storage }: DurableObjectState) {
		this.conversation = conversation;
		this.#sql = storage.sql;
		this.now = conversation.now;
		this.lists = this.wake();
	}

	/** Starts anew with only what is stored, as after the death of the object. */
	wake(): Lists {
		this.lists = new Lists({
			sql: this.#sql,
			store: this.conversation.store,
			present: () => new Set(this.present),
			deliver: async (userId, summary) => {
				this.deliveries.push({ userId, summary });
				this.#delivered.resolve();
				this.#delivered = Promise.withResolvers();
				this.#inProgress.push(userId);
				this.mostAtOnce = Math.max(this.mostAtOnce, this.#inProgress.filter((other) => other === userId).length);
				await Promise.resolve();
				this.#inProgress.splice(this.#inProgress.indexOf(userId), 1);
				if (this.broken.has(userId)) throw new Error("broken on purpose");
			},
			alarm: { bringForward: () => {}, settled: Promise.resolve() },
			now: () => this.now,
		});
		return this.lists;
	}

	/** Sends a message at `now`. */
	send(userId: string, content = "Hello") {
		const message = this.conversation.store.log.addMessage({ author: { userId, username: userId }, content, asksClaude: false }, this.now);
		this.lists.changed();
		return message;
	}

	read(userId: string, from: number, upTo: number): void {
		this.conversation.store.members.setReadUpTo(userId, upTo);
		this.lists.read(userId, from, upTo);
	}

	/** Resolves when the next delivery begins. */
	get delivered(): Promise<void> {
		return this.#delivered.promise;
	}

	/** Ids of the people who were notified since the last call. */
	takeNotified(): string[] {
		return this.take()
			.map(({ userId }) => userId)
			.sort();
	}

	take(): Delivery[] {
		return this.deliveries.splice(0);
	}

	takeUnread(): Record<string, number> {
		return Object.fromEntries(this.take().map(({ userId, summary }) => [userId, summary.unread]));
	}

	/** True if a later wake would still notify somebody. */
	get isPending(): boolean {
		const { listDeliveries, log } = this.conversation.store;
		return listDeliveries.progress.revision < log.head.revision || this.#sql.exec("SELECT 1 FROM jobs").toArray().length > 0;
	}
}

/** Ann's conversation with three others. Ann and b have it open. */
function withLists(test: (harness: ListsHarness, state: DurableObjectState) => Promise<void> | void, others = ["b", "c", "d"]) {
	return inConversation(async (conversation, state) => {
		for (const userId of others) conversation.membership.join({ userId, username: userId }, true);
		const harness = new ListsHarness(conversation, state);
		harness.present.add("ann").add("b");
		await test(harness, state);
		// Ends the grace period, so that its timer does not outlive the test.
		if (conversation.store.exists) for (const userId of harness.present) harness.read(userId, 0, conversation.store.log.head.seq);
		await settled();
	});
}

const gracePeriod = 3_000;

describe("a change to the conversation", () => {
	it("is delivered at once to members who do not have it open", () =>
		withLists(async (harness) => {
			const { createdAt } = harness.send("ann", "Hello\n  there");
			const { id, title, assistant, createdAt: begunAt } = harness.conversation.store.info;
			expect(harness.take()).toEqual(
				["c", "d"].map((userId) => ({
					userId,
					summary: {
						id,
						title,
						assistant,
						createdAt: begunAt,
						role: "member",
						lastActivityAt: createdAt,
						lastMessage: { seq: 1, author: { userId: "ann", username: "ann" }, content: "Hello there", createdAt },
						unread: 1,
						mentions: 0,
						addressed: 0,
						readUpTo: 0,
						revision: 1,
						marks: 0,
					},
				})),
			);
		}));

	it("is delivered soon also if the clock was set back", () =>
		withLists(async (harness) => {
			harness.send("ann");
			await settled();
			harness.take();
			harness.now -= 3_600_000;
			const delivered = harness.delivered;
			harness.send("ann");
			await delivered;
			await settled();
			expect(harness.takeNotified()).toEqual(["c", "d"]);
		}));

	it("is delivered in rounds while more follow, each with the newest state", () =>
		withLists(async (harness) => {
			harness.send("ann");
			await settled();
			expect(harness.takeUnread()).toEqual({ c: 1, d: 1 });
			harness.now += 990;
			for (let n = 0; n < 5; n++) harness.send("ann");
			expect(harness.deliveries).toEqual([]);
			await harness.delivered;
			expect(harness.takeUnread()).toEqual({ c: 6, d: 6 });
		}));

	it("that everybody has read is delivered to nobody, even after a sleep", () =>
		withLists(
			async (harness) => {
				harness.send("ann");
				harness.read("b", 0, 1);
				await settled();
				await harness.wake().recover();
				expect(harness.deliveries).toEqual([]);
			},
			["b"],
		));

	it("that concerns all is delivered also to members who have it open and have read everything", () =>
		withLists(async (harness) => {
			harness.conversation.store.setTitle("New", { by: "ann" });
			harness.lists.changed("all");
			await settled();
			expect(harness.take().map(({ userId, summary }) => [userId, summary.title])).toEqual(
				["ann", "b", "c", "d"].map((userId) => [userId, "New"]),
			);
			expect(harness.isPending).toBe(false);
		}));

	it("that concerns all is delivered to everybody, even if it happens during a round", () =>
		withLists(async (harness) => {
			harness.send("ann");
			expect(harness.takeNotified()).toEqual(["c", "d"]);
			harness.read("b", 0, 1);
			harness.conversation.store.setTitle("New", { by: "ann" });
			harness.lists.changed("all");
			harness.now += 1_000;
			await settled();
			expect(harness.takeNotified()).toEqual(["ann", "b", "c", "d"]);
			expect(harness.isPending).toBe(false);
		}));

	it("is delivered in a full storage, too, which remembers it once there is room", () =>
		withLists(async (harness, { storage: { sql } }) => {
			expectLog(/The storage is full/);
			harness.present.clear();
			harness.send("ann");
			const empty = fillUp(sql);
			await settled();
			expect([harness.takeNotified(), harness.isPending]).toEqual([["ann", "b", "c", "d"], true]);
			harness.lists.changed("all");
			harness.now += 1_000;
			await harness.lists.recover();
			expect([harness.takeNotified(), harness.isPending]).toEqual([["ann", "b", "c", "d"], true]);
			empty();
			harness.now += 1_000;
			harness.send("ann");
			await settled();
			expect([harness.takeNotified(), harness.isPending]).toEqual([["ann", "b", "c", "d"], false]);
		}));

	it("is delivered to a member who closes it and to a new one alone, and never to a removed one", () =>
		withLists(async (harness) => {
			harness.send("ann");
			harness.read("b", 0, 1);
			await settled();
			harness.take();
			harness.lists.disconnected("b");
			await settled();
			expect(harness.takeNotified()).toEqual(["b"]);
			harness.lists.disconnected("b");
			expect(harness.takeNotified()).toEqual([]);
			harness.conversation.membership.join({ userId: "e", username: "e" }, true);
			harness.lists.memberChanged("e");
			harness.conversation.store.members.remove("c", false);
			harness.lists.disconnected("c");
			await harness.lists.settled;
			expect(harness.take()).toEqual([{ userId: "e", summary: expect.objectContaining({ unread: 0, readUpTo: 1 }) }]);
		}));
});

describe("a member who has the conversation open", () => {
	it("is not notified if they read within the grace period", () =>
		withLists(async (harness) => {
			harness.send("ann");
			await settled();
			expect(harness.takeNotified()).toEqual(["c", "d"]);
			harness.now += 500;
			harness.read("b", 0, 1);
			await settled();
			expect(harness.takeNotified()).toEqual([]);
			expect(harness.isPending).toBe(false);
		}));

	it("is notified some seconds later if they do not read", () =>
		withLists(async (harness) => {
			harness.send("ann");
			await settled();
			harness.take();
			expect(harness.isPending).toBe(true);
			harness.now += gracePeriod;
			await harness.delivered;
			await settled();
			expect(harness.takeUnread()).toEqual({ b: 1 });
			expect(harness.isPending).toBe(false);
		}));

	it("is notified at once when they read what their list shows as unread", () =>
		withLists(async (harness) => {
			for (let n = 0; n < 3; n++) harness.send("ann");
			harness.now += gracePeriod;
			await harness.delivered;
			await settled();
			harness.take();
			harness.read("b", 0, 2);
			expect(harness.takeUnread()).toEqual({ b: 1 });
			harness.read("b", 2, 3);
			await settled();
			expect(harness.takeUnread()).toEqual({ b: 0 });
			// After a sleep the deliveries of before are forgotten: one more is made.
			harness.send("ann");
			await settled();
			harness.wake();
			harness.take();
			harness.read("b", 3, 4);
			expect(harness.takeUnread()).toEqual({ b: 0 });
		}));
});

describe("a summary", () => {
	it("counts other people's messages after the last one read as unread", () =>
		withLists(async (harness) => {
			harness.present.clear();
			harness.send("ann");
			await settled();
			harness.now += 2_000;
			harness.take();
			harness.send("c");
			await settled();
			expect(harness.takeUnread()).toEqual({ ann: 1, b: 2, c: 1, d: 2 });
			harness.conversation.store.members.setReadUpTo("d", 1);
			harness.conversation.store.members.setReadUpTo("c", 2);
			harness.now += 2_000;
			harness.send("ann");
			await settled();
			expect(harness.takeUnread()).toEqual({ ann: 1, b: 3, c: 1, d: 2 });
		}));

	it("does not count a deleted message, or a reply that is still streaming", () =>
		withLists(async (harness, { storage }) => {
			harness.present.clear();
			harness.send("ann");
			const reply = harness.conversation.store.log.addReply(harness.now);
			await settled();
			harness.take();
			harness.now += 2_000;
			harness.send("ann");
			await settled();
			expect(harness.take().find(({ userId }) => userId === "d")?.summary).toMatchObject({ unread: 2, lastMessage: { seq: 3 } });
			harness.conversation.store.log.finishReply(reply, "Yes", { status: "complete" }, {});
			harness.now += 2_000;
			harness.lists.changed();
			await settled();
			expect(harness.takeUnread()).toMatchObject({ ann: 1, d: 3 });
			storage.sql.exec("UPDATE messages SET content = '', deleted_at = ? WHERE seq = 3", harness.now);
			harness.now += 2_000;
			harness.wake().changed("all");
			await settled();
			const [{ summary } = {}] = harness.take().filter(({ userId }) => userId === "d");
			expect(summary).toMatchObject({ unread: 2, lastMessage: { seq: 3, content: "", deletedAt: expect.any(String) } });
		}));

	it("shows the newest message as one line without Markdown", () =>
		inConversation(async (conversation) => {
			const content = "## Plan\n\n| Drink | **Price** |\n|---|---|\n| Tea | `2` |\n\n- not snake_case";
			conversation.store.log.addMessage({ author: ann, content, asksClaude: false }, conversation.now);
			expect(conversation.store.reader.last()?.content).toBe("Plan Drink, Price Tea, 2 not snake_case");
			conversation.store.log.addMessage({ author: ann, content: ">", asksClaude: false }, conversation.now);
			expect(conversation.store.reader.last()?.content).toBe(">");
		}));

	it("counts unread messages up to a limit, and reads no more rows in a longer conversation", () =>
		inConversation(async (conversation, state) => {
			const { storage } = state;
			conversation.membership.join({ userId: "b", username: "b" }, true);
			for (let n = 0; n < 3_000; n++) conversation.store.log.addMessage({ author: ann, content: "x", asksClaude: false }, conversation.now);
			const harness = new ListsHarness(conversation, state);
			let rowsRead = 0;
			const sql: SqlStorage = Object.getPrototypeOf(storage.sql);
			const { exec } = sql;
			const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = [];
			sql.exec = function (this: SqlStorage, ...query: Parameters<typeof exec>) {
				const cursor = exec.apply(this, query);
				cursors.push(cursor);
				return cursor;
			} as typeof exec;
			harness.send("ann");
			sql.exec = exec;
			for (const cursor of cursors) rowsRead += cursor.rowsRead;
			expect(harness.takeUnread()).toEqual({ ann: 0, b: limits.unread });
			expect(rowsRead).toBeLessThan(2 * limits.unread);
			await settled();
		}));

	it("counts unread messages that mention the member and are not deleted", () =>
		inConversation(async (conversation, state) => {
			const { storage } = state;
			conversation.membership.join({ userId: "b", username: "b" }, true);
			const harness = new ListsHarness(conversation, state);
			harness.present.add("ann");
			for (const seq of [1, 2, 3]) storage.sql.exec("INSERT INTO mentions (user_id, seq) VALUES ('b', ?)", seq);
			for (let n = 0; n < 2; n++) conversation.store.log.addMessage({ author: ann, content: "@b", asksClaude: false }, conversation.now);
			harness.send("ann", "@b");
			await settled();
			expect(harness.take()[0]?.summary).toMatchObject({ unread: 3, mentions: 3 });
			conversation.store.members.setReadUpTo("b", 1);
			storage.sql.exec("UPDATE messages SET content = '', deleted_at = 1 WHERE seq = 3");
			harness.now += 2_000;
			harness.lists.changed("all");
			await settled();
			const summary = harness.take().find(({ userId }) => userId === "b")?.summary;
			expect(summary).toMatchObject({ mentions: 1, readUpTo: 1 });
		}));
});

describe("a delivery that is due", () => {
	it("is made on the next wake if the object died before it", () =>
		withLists(async (harness) => {
			harness.conversation.store.log.addMessage({ author: ann, content: "Hello", asksClaude: false }, harness.now);
			harness.present.clear();
			await harness.wake().recover();
			expect(harness.takeUnread()).toEqual({ ann: 0, b: 1, c: 1, d: 1 });
			await harness.wake().recover();
			expect(harness.deliveries).toEqual([]);
		}));

	it("is retried after growing pauses if the list fails, and given up until the next change", () =>
		withLists(async (harness) => {
			expectLog(/broken on purpose/);
			harness.broken.add("c");
			harness.send("ann");
			await settled();
			harness.read("b", 0, 1);
			expect(harness.takeNotified()).toEqual(["c", "d"]);
			const pauses: number[] = [];
			while (harness.lists.dueAt !== undefined) {
				pauses.push((harness.lists.dueAt - harness.now) / 1000);
				harness.now = harness.lists.dueAt;
				await harness.lists.recover();
				expect(harness.takeNotified()).toEqual(["c"]);
			}
			expect(pauses).toEqual([5, 20, 80, 320, 1280]);
			await harness.wake().recover();
			expect(harness.deliveries).toEqual([]);

			harness.broken.clear();
			harness.send("ann");
			await settled();
			expect(harness.takeUnread()).toEqual({ c: 2, d: 2 });
			harness.read("b", 1, 2);
			expect(harness.isPending).toBe(false);
		}));

	it("to a new member's list survives the object, and its pause too", () =>
		withLists(async (harness) => {
			expectLog(/broken on purpose/);
			harness.broken.add("e");
			harness.conversation.membership.join({ userId: "e", username: "e" }, true);
			harness.lists.memberChanged("e");
			await harness.lists.settled;
			harness.broken.clear();
			harness.take();
			await harness.wake().recover();
			expect(harness.takeNotified()).toEqual([]);
			harness.now = harness.lists.dueAt as number;
			await harness.wake().recover();
			expect(harness.takeNotified()).toEqual(["e"]);
			expect(harness.isPending).toBe(false);
		}));

	it("is dropped once the conversation is deleted, even one in progress", () =>
		withLists(async (harness, { storage }) => {
			harness.broken.add("c");
			harness.send("ann");
			harness.conversation.store.markDeleted(harness.now);
			await storage.deleteAll();
			await settled();
			harness.take();
			harness.lists.changed("all");
			harness.lists.disconnected("b");
			await harness.lists.recover();
			expect(harness.deliveries).toEqual([]);
			harness.present.clear();
		}));

	it("does not follow a reaction if the lists were up to date before", () =>
		withLists(async (harness) => {
			const message = harness.send("ann");
			harness.read("b", 0, 1);
			await settled();
			harness.take();
			harness.conversation.store.log.setReactions(message, [{ emoji: "👍", userIds: ["b"] }]);
			harness.lists.skipRevision();
			await harness.wake().recover();
			expect(harness.deliveries).toEqual([]);
		}));

	it("is repeated with what arrived meanwhile, and never runs twice at once for one list", () =>
		withLists(async (harness) => {
			harness.send("ann");
			harness.lists.disconnected("c");
			harness.send("ann");
			harness.lists.disconnected("c");
			await settled();
			const c = harness.take().filter(({ userId }) => userId === "c");
			expect(c.map(({ summary }) => summary.unread)).toEqual([1, 2]);
			expect(harness.mostAtOnce).toBe(1);
		}));
});

describe("a large conversation", () => {
	const many = Array.from({ length: 999 }, (_, n) => `m${String(n).padStart(3, "0")}`);

	it("notifies nobody while everybody reads along", () =>
		withLists(async (harness) => {
			for (const userId of many) harness.present.add(userId);
			for (let n = 1; n <= 20; n++) {
				harness.send("ann");
				for (const userId of many) harness.read(userId, n - 1, n);
				harness.now += 1_000;
			}
			await settled();
			expect(harness.deliveries).toEqual([]);
		}, many));

	it("notifies whoever is addressed and away at once, and the others later", () =>
		withLists(async (harness) => {
			const finish = async () => {
				await settled();
				for (; harness.lists.dueAt !== undefined; await harness.lists.recover()) harness.now = harness.lists.dueAt;
				return harness.takeNotified();
			};
			harness.present.clear();
			harness.present.add("ann").add("m001");
			harness.send("ann");
			harness.read("m001", 0, 1);
			await finish();
			harness.send("ann");
			harness.read("m001", 1, 2);
			harness.lists.addressed(["m001", "m900", "nobody"]);
			expect(harness.takeNotified()).toEqual(["m900"]);
			expect(await finish()).toHaveLength(many.length - 1);
		}, many));

	it("delivers one message once to each member, and then nothing is due", () =>
		withLists(async (harness) => {
			harness.present.clear();
			harness.present.add("ann");
			harness.send("ann");
			await settled();
			while (harness.lists.dueAt !== undefined) {
				harness.now = harness.lists.dueAt;
				await harness.lists.recover();
			}
			expect(harness.takeNotified()).toEqual(many);
			await harness.wake().recover();
			expect([harness.takeNotified(), harness.lists.dueAt]).toEqual([[], undefined]);
		}, many));

	it("notifies in steps, rarely, and continues where it was after a sleep", () =>
		withLists(async (harness) => {
			harness.present.clear();
			harness.present.add("ann");
			harness.send("ann");
			await settled();
			expect(harness.deliveries).toHaveLength(limits.calls);
			for (let n = 0; n < 100; n++) harness.send("ann");
			await settled();
			expect(harness.deliveries).toHaveLength(limits.calls);
			harness.now += 1_000;
			await harness.lists.recover();
			expect(harness.deliveries).toHaveLength(2 * limits.calls);
			await harness.wake().recover();
			expect(harness.takeNotified()).toEqual(many);
			// Not every list has what arrived meanwhile: another round follows when it is time.
			const due = harness.lists.dueAt as number;
			expect(due - harness.conversation.now).toBe(50_000);
			harness.now = due;
			await harness.lists.recover();
			expect(harness.take()[0]?.summary).toMatchObject({ unread: limits.unread });
		}, many));
});

// When a person's devices are notified, on real storage with a clock that the test sets.

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { ListEntryChange, ListSummary } from "../../src/protocol/conversation.ts";
import * as pushLimits from "../../src/protocol/push/limits.ts";
import type { PushMessage } from "../../src/protocol/push/message.ts";
import { PushDelayed } from "../../src/push/send.ts";
import { Push } from "../../src/user/push/push.ts";
import type { PushDevice } from "../../src/user/push/store.ts";
import { Store } from "../../src/user/store.ts";
import { expectLog } from "../support/log.ts";

const noon = Date.parse("2026-11-24T12:00:00Z");
const second = 1_000;

class Harness {
	now = noon;
	isLooking = false;
	lookedUntil = 0;
	readonly store: Store;
	push: Push;
	/** `device conversation` for a notification, with a `-` before it for its end. */
	sent: string[] = [];
	readonly messages: PushMessage[] = [];
	/** What sending to a device ends with, if not well. */
	readonly outcomes = new Map<string, "gone" | Error>();
	readonly ended = new Set<string>();
	readonly left = new Set<string>();
	readonly #storage: DurableObjectStorage;
	readonly #seqs = new Map<string, number>();

	constructor(storage: DurableObjectStorage) {
		this.#storage = storage;
		this.store = new Store(storage);
		this.push = this.restart();
	}

	restart(): Push {
		this.push = new Push({
			userId: "ann",
			sql: this.#storage.sql,
			store: this.store,
			sockets: { attention: this },
			send: async ({ id }, message) => {
				this.messages.push(message);
				this.sent.push("clear" in message ? `-${id} ${message.clear}` : `${id} ${message.notification.tag}`);
				const outcome = this.outcomes.get(id);
				if (outcome instanceof Error) throw outcome;
				return outcome ?? "sent";
			},
			isEnded: ({ session = "" }) => session === "over",
			ownerAbsence: () => Number.POSITIVE_INFINITY,
			holds: async ({ session = "" }) => !this.ended.has(session),
			isMember: async (id) => !this.left.has(id),
			alarm: { bringForward: () => {}, settled: Promise.resolve() },
			now: () => this.now,
		});
		return this.push;
	}

	get attention() {
		return this;
	}

	device(id: string, more: Partial<PushDevice> = {}): void {
		const keys = { p256dh: "p", auth: "a" };
		this.push.add({ id, endpoint: `https://${id}.example/x`, keys, page: "https://parley.example", key: "k", kind: "issued", ...more });
	}

	/** A conversation that is in the list and has been read. */
	list(...ids: string[]): void {
		for (const id of ids) this.store.updateEntry(this.#summary(id, { unread: 0 }));
	}

	#summary(id: string, more: Partial<ListSummary> = {}): ListSummary {
		const seq = (this.#seqs.get(id) ?? 0) + 1;
		this.#seqs.set(id, seq);
		return {
			id,
			title: "Tea",
			createdAt: new Date(noon).toISOString(),
			assistant: "auto",
			role: "member",
			lastActivityAt: new Date(this.now).toISOString(),
			lastMessage: {
				seq,
				author: { userId: "bob", username: "Bob" },
				content: `Message ${seq}`,
				createdAt: new Date(this.now).toISOString(),
			},
			unread: seq,
			mentions: 0,
			addressed: seq,
			readUpTo: 0,
			revision: seq,
			...more,
		};
	}

	/** A message comes; by default it is for the person. Returns what was sent. */
	async arrive(id: string, more: Partial<ListSummary> = {}): Promise<string[]> {
		return this.#change(this.#summary(id, more));
	}

	async read(id: string): Promise<string[]> {
		const seq = this.#seqs.get(id) ?? 0;
		return this.#change(this.#summary(id, { unread: 0, addressed: 0, readUpTo: seq }));
	}

	async #change(summary: ListSummary): Promise<string[]> {
		const before = this.store.entry(summary.id);
		const now = this.store.updateEntry(summary);
		if (before && now && this.push.isOn) this.push.changed(before, now);
		return this.take();
	}

	async decide(id: string, change: ListEntryChange): Promise<string[]> {
		if (this.store.changeEntry(id, change)?.muted) this.push.ended(id);
		return this.take();
	}

	/** The alarm rings so much later. */
	async later(ms: number): Promise<string[]> {
		this.now += ms;
		await this.push.runDue();
		return this.take();
	}

	async take(): Promise<string[]> {
		await this.push.runDue();
		// Jobs that were begun without the alarm end by themselves.
		await new Promise((resolve) => setTimeout(resolve));
		const { sent } = this;
		this.sent = [];
		return sent.sort();
	}

	rows(table: string): number {
		return this.#storage.sql.exec<{ count: number }>(`SELECT count(*) AS count FROM ${table}`).one().count;
	}
}

function harness(test: (with_: Harness) => Promise<void>): Promise<void> {
	return runInDurableObject(env.USERS.getByName(crypto.randomUUID()), async (_object, { storage }) => test(new Harness(storage)));
}

describe("a person with devices", () => {
	it("is notified on all of them of what is for them, and of nothing else", () =>
		harness(async (it) => {
			it.list("c1", "c2");
			it.device("phone");
			it.device("laptop");
			expect(await it.arrive("c1")).toEqual(["laptop c1", "phone c1"]);
			expect(await it.arrive("c2", { addressed: 0 })).toEqual([]);
			expect(it.messages[0]).toEqual({
				web_push: 8030,
				notification: { title: "Tea", body: "Bob: Message 2", navigate: "https://parley.example/c/c1", tag: "c1" },
			});
		}));

	it("is notified as the settings and the conversation say", () =>
		harness(async (it) => {
			it.list("c1", "c2", "c3");
			it.device("phone");
			it.store.changeSettings({ notifications: "all" });
			expect(await it.arrive("c1", { addressed: 0 })).toEqual(["phone c1"]);
			await it.decide("c2", { notifications: "mentions" });
			expect(await it.arrive("c2", { addressed: 0 })).toEqual([]);
			await it.decide("c3", { muted: true });
			expect(await it.arrive("c3")).toEqual([]);
			it.store.changeSettings({ notifications: "off" });
			expect(await it.later(pushLimits.gap)).toEqual([]);
			expect(await it.arrive("c1")).toEqual([]);
		}));

	it("is notified of a conversation once at a time: what comes meanwhile waits and is one", () =>
		harness(async (it) => {
			it.list("c1", "c2");
			it.device("phone");
			expect(await it.arrive("c1")).toEqual(["phone c1"]);
			expect(await it.arrive("c1")).toEqual([]);
			expect(await it.arrive("c1")).toEqual([]);
			expect(await it.arrive("c2")).toEqual(["phone c2"]);
			expect(it.push.dueAt).toBe(noon + pushLimits.gap);
			it.restart();
			expect(await it.later(pushLimits.gap)).toEqual(["phone c1"]);
			expect(it.messages.at(-1)).toMatchObject({ notification: { body: "Bob: Message 4" } });
			expect(await it.later(3600 * second)).toEqual([]);
		}));

	it("is not notified while a page is visible, and not before one has been hidden for a moment", () =>
		harness(async (it) => {
			it.list("c1", "c2", "c3");
			it.device("phone");
			it.isLooking = true;
			expect(await it.arrive("c1")).toEqual([]);
			it.isLooking = false;
			it.lookedUntil = it.now;
			expect(await it.arrive("c2")).toEqual([]);
			expect(await it.arrive("c3")).toEqual([]);
			expect(await it.read("c3")).toEqual([]);
			expect(await it.later(pushLimits.justLooked)).toEqual(["phone c2"]);
		}));

	it("is not notified in quiet hours, but at their end of what is still unread", () =>
		harness(async (it) => {
			it.list("c1", "c2");
			it.device("phone");
			it.store.changeSettings({ quietFrom: "11:00", quietUntil: "13:00", timeZone: "UTC" });
			expect([await it.arrive("c1"), await it.arrive("c2"), await it.arrive("c1")]).toEqual([[], [], []]);
			await it.read("c2");
			expect(await it.later(3599 * second)).toEqual([]);
			expect(await it.later(second)).toEqual(["phone c1"]);
		}));

	it("loses a notification that was read elsewhere or muted, except where a silent message costs the permission", () =>
		harness(async (it) => {
			it.list("c1", "c2");
			it.device("phone");
			it.device("iphone", { endpoint: "https://web.push.apple.com/x" });
			expect(await it.arrive("c1")).toEqual(["iphone c1", "phone c1"]);
			expect(await it.read("c1")).toEqual(["-phone c1"]);
			expect(await it.read("c1")).toEqual([]);
			await it.arrive("c2");
			expect(await it.decide("c2", { muted: true })).toEqual(["-phone c2"]);
			expect(it.rows("push_notices")).toBe(0);
			expect(it.rows("jobs")).toBe(0);
		}));

	it("is not notified of more than so many conversations in an hour: the rest comes later", () =>
		harness(async (it) => {
			const ids = Array.from({ length: pushLimits.perHour + 2 }, (_, n) => `c${n}`);
			it.list(...ids);
			it.device("phone");
			const sent: string[] = [];
			for (const id of ids) sent.push(...(await it.arrive(id)));
			expect(sent).toHaveLength(pushLimits.perHour);
			expect(await it.later(3600 * second)).toHaveLength(2);
		}));
});

describe("a message that a push service does not take", () => {
	it("is sent again, as late as the service asks, and says what is new by then", () =>
		harness(async (it) => {
			it.list("c1");
			it.device("phone");
			it.outcomes.set("phone", new PushDelayed("The push service answered 429", 60 * second));
			expect(await it.arrive("c1")).toEqual(["phone c1"]);
			expect(await it.later(59 * second)).toEqual([]);
			it.outcomes.clear();
			it.restart();
			expect(await it.later(second)).toEqual(["phone c1"]);
			expect(await it.later(3600 * second)).toEqual([]);
			expectLog(/The push service answered 429/);
		}));

	it("is given up after five tries", () =>
		harness(async (it) => {
			it.list("c1");
			it.device("phone");
			it.outcomes.set("phone", new PushDelayed("The push service answered 500"));
			const sent = [await it.arrive("c1")];
			for (let n = 0; n < 8; n++) sent.push(await it.later(600 * second));
			expect(sent.flat()).toHaveLength(5);
			expect(it.rows("jobs")).toBe(0);
			expectLog(/The push service answered 500/);
		}));

	it.each<[string, (it: Harness) => unknown]>([
		["was read", (it) => it.read("c1")],
		["was left", (it) => it.store.removeEntry("c1")],
		["was left, and the list does not know it yet", (it) => it.left.add("c1")],
		["was muted", (it) => it.store.changeEntry("c1", { muted: true })],
	])("is dropped if the conversation %s meanwhile", (_what, act) =>
		harness(async (it) => {
			it.list("c1");
			it.device("phone", { endpoint: "https://web.push.apple.com/x" });
			it.outcomes.set("phone", new PushDelayed("The push service answered 500"));
			expect(await it.arrive("c1")).toEqual(["phone c1"]);
			await act(it);
			expect(await it.later(600 * second)).toEqual([]);
			expectLog(/The push service answered 500/);
		}),
	);
});

describe("a device", () => {
	it("is forgotten when its subscription is gone", () =>
		harness(async (it) => {
			it.list("c1", "c2");
			it.device("phone");
			it.device("laptop");
			it.outcomes.set("phone", "gone");
			expect(await it.arrive("c1")).toEqual(["laptop c1", "phone c1"]);
			expect(await it.arrive("c2")).toEqual(["laptop c2"]);
		}));

	it("gets nothing once its sign-in has ended, even if nobody said so", () =>
		harness(async (it) => {
			it.list("c1", "c2");
			it.device("phone", { kind: "guest", session: "s1" });
			it.ended.add("s1");
			expect(await it.arrive("c1")).toEqual([]);
			expect([it.push.isOn, it.rows("push_devices")]).toEqual([false, 0]);
			it.device("phone", { kind: "guest", session: "s2" });
			it.push.endSession("s2");
			expect(await it.arrive("c2")).toEqual([]);
		}));

	it("ends when it is not renewed", () =>
		harness(async (it) => {
			it.list("c1");
			it.device("phone");
			it.now += pushLimits.lifetime + 1;
			expect(await it.arrive("c1")).toEqual([]);
		}));

	it("gives way to another one if there are too many, the one that was renewed least recently first", () =>
		harness(async (it) => {
			it.list("c1");
			for (let n = 0; n < pushLimits.devices; n++) {
				it.device(`d${n}`);
				it.now += 1;
			}
			it.device("d0");
			it.device("new");
			const sent = await it.arrive("c1");
			expect(sent).toHaveLength(pushLimits.devices);
			expect(sent).toEqual(expect.arrayContaining(["d0 c1", "new c1"]));
			expect(sent).not.toContain("d1 c1");
		}));
});

it("writes nothing for a person without a device", () =>
	harness(async (it) => {
		it.list("c1");
		expect(it.push.isOn).toBe(false);
		await it.push.runDue();
		expect(it.push.dueAt).toBeUndefined();
		expect(() => it.rows("push_notices")).toThrow("no such table");
	}));

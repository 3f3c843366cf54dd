// What other purses are to be told, across the death of the object.

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { type RemotePurse, RemotePurses } from "../../src/conversation/purses.ts";
import { Invites } from "../../src/conversation/store/invites.ts";
import { migrations } from "../../src/conversation/store/migrations.ts";
import { type Ask, Payments } from "../../src/conversation/store/money/payments.ts";
import { type Charge, nothingSpent, type Settlement } from "../../src/money/purse-calls.ts";
import { migrate } from "../../src/platform/migrate.ts";
import { settled } from "../support/conversation.ts";
import { fillUp } from "../support/full.ts";
import { expectLog } from "../support/log.ts";

const now = Date.parse("2026-11-29T12:00:00Z");
const settlement: Settlement = { id: "1", label: "model", at: now, spent: { ...nothingSpent, microUsd: 5 } };
const charges: Charge[] = [
	{ owner: "deployment", settlement },
	{ owner: { userId: "ann" }, settlement },
];
const ask: Ask = { type: "ask", kind: "reply", id: "1", at: now, payers: [{ userId: "ann", username: "Ann" }] };
const grace = 30_000;

/** `settle`: what the purses of one life of the object do with a settlement. */
type Life = (settle: (owner: string) => Promise<void>) => { purses: RemotePurses; payments: Payments };

function inLives(test: (life: Life, sql: SqlStorage) => Promise<void>): Promise<void> {
	return runInDurableObject(env.CONVERSATIONS.getByName(crypto.randomUUID()), (_object, { storage: { sql } }) => {
		migrate(sql, migrations);
		const life: Life = (settle) => {
			const payments = new Payments(sql, new Invites(sql));
			const purseOf = (owner: Charge["owner"]) =>
				({
					settle: () => settle(owner === "deployment" ? owner : "userId" in owner ? owner.userId : owner.network),
				}) as unknown as RemotePurse;
			const alarm = { bringForward: () => {}, settled: Promise.resolve() };
			return { payments, purses: new RemotePurses({ sql, payments, purseOf, alarm, now: () => now }) };
		};
		return test(life, sql);
	});
}

const stored = (sql: SqlStorage) => [...sql.exec("SELECT id FROM payments"), ...sql.exec("SELECT key FROM jobs")];

it("are told once, and nothing is left", () =>
	inLives(async (life, sql) => {
		const told: string[] = [];
		const { purses, payments } = life(async (owner) => void told.push(owner));
		payments.put(ask);
		purses.settle("1", charges);
		expect([purses.isSettled, payments.open()]).toEqual([false, []]);
		await settled();
		expect([told, stored(sql), purses.isSettled, purses.dueAt]).toEqual([["deployment", "ann"], [], true, undefined]);
	}));

it("are told by the next life if the object dies meanwhile", () =>
	inLives(async (life, sql) => {
		const silence = Promise.withResolvers<void>();
		const died = life(() => silence.promise);
		died.payments.put(ask);
		died.purses.settle("1", charges);
		const told: string[] = [];
		const { purses } = life(async (owner) => void told.push(owner));
		expect([purses.isSettled, purses.dueAt]).toEqual([false, now + grace]);
		await Promise.all([purses.runDue(), purses.runDue()]);
		expect([told, stored(sql), purses.isSettled]).toEqual([["deployment", "ann"], [], true]);
		// The first life is only as good as dead here: it must not wait beyond this test.
		silence.resolve();
	}));

it("are told again if one of them cannot be reached", () =>
	inLives(async (life, sql) => {
		expectLog(/A purse could not be settled/);
		const told: string[] = [];
		const { purses } = life(async (owner) => {
			if (owner === "ann" && told.length < 2) {
				told.push("nobody");
				throw new Error("unreachable");
			}
			told.push(owner);
		});
		purses.settle("1", charges);
		await settled();
		expect([told, stored(sql), purses.isSettled]).toEqual([["deployment", "nobody"], [{ key: "1" }], false]);
		sql.exec("UPDATE jobs SET due_at = 0");
		const next = life(async (owner) => void told.push(owner));
		await next.purses.runDue();
		expect([told.slice(2), stored(sql), next.purses.isSettled]).toEqual([["deployment", "ann"], [], true]);
	}));

it("are told later if there is no room to store that one of them cannot be reached", () =>
	inLives(async (life, sql) => {
		expectLog(/A purse could not be settled/, /A job that failed could not be stored/);
		let isReachable = false;
		const told: string[] = [];
		const { purses } = life(async (owner) => {
			if (!isReachable) throw new Error("unreachable");
			told.push(owner);
		});
		purses.settle("1", charges);
		const empty = fillUp(sql);
		await settled();
		expect([stored(sql), purses.isSettled, purses.dueAt]).toEqual([[{ id: "1" }], false, now + grace]);
		empty();
		isReachable = true;
		await purses.runDue();
		expect([told, stored(sql), purses.isSettled]).toEqual([["deployment", "ann"], [], true]);
	}));

it("are told what an earlier release has stored", () =>
	inLives(async (life, sql) => {
		const data = JSON.stringify({ owner: { userId: "ann" }, settlement });
		sql.exec("INSERT INTO jobs (queue, key, tries, due_at, data) VALUES ('settlements', '1 person ann', 1, 0, ?)", data);
		const told: string[] = [];
		const { purses } = life(async (owner) => void told.push(owner));
		await purses.runDue();
		expect([told, stored(sql)]).toEqual([["ann"], []]);
	}));

it("are not told of a network any more on the next day, and nothing of it is kept", () =>
	inLives(async (life, sql) => {
		expectLog(/A purse could not be settled/);
		const told: string[] = [];
		const { purses } = life(async (owner) => {
			if (owner === "ann") throw new Error("unreachable");
			told.push(owner);
		});
		const yesterday = { ...settlement, at: now - 24 * 3600_000 };
		const network = { owner: { network: "192.0.2.1" }, settlement: yesterday };
		purses.settle("1", [...charges, network]);
		await settled();
		// Once: it may hold a place for what was asked just before midnight.
		expect(told.sort()).toEqual(["192.0.2.1", "deployment"]);
		const [job] = sql.exec<{ data: string }>("SELECT data FROM jobs").toArray();
		expect(job?.data).toContain("ann");
		expect(job?.data).not.toContain("192.0.2.1");
	}));

// An erasure whose conversations fail, on real storage.

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { jobsTable } from "../../src/platform/job-rows.ts";
import { Erasure } from "../../src/user/erasure.ts";
import { expectLog } from "../support/log.ts";

it("tries a conversation that fails until it succeeds, at last once a day, and ends only then", () =>
	runInDurableObject(env.USERS.getByName(crypto.randomUUID()) as DurableObjectStub<undefined>, async (_object, { storage }) => {
		storage.sql.exec(jobsTable);
		let now = Date.parse("2026-11-28T12:00:00Z");
		let isBroken = true;
		let isFinished = false;
		const erasure = new Erasure({
			storage,
			step: async () => {
				if (isBroken) throw new Error("broken on purpose");
				return { messages: 1, reactions: 0, isDeleted: false };
			},
			forget: async () => {},
			finish: async () => {
				isFinished = true;
			},
			alarm: { bringForward: () => {}, settled: Promise.resolve() },
			now: () => now,
		});
		expectLog(/broken on purpose/);
		await erasure.begin(["c1"]);
		for (let day = 0; day < 40; day++) {
			const next = erasure.dueAt as number;
			expect(next - now).toBeLessThanOrEqual(24 * 3600_000);
			now = next;
			await erasure.proceed();
		}
		expect([erasure.covers("c1"), isFinished]).toEqual([true, false]);
		isBroken = false;
		now = erasure.dueAt as number;
		expect(await erasure.proceed()).toMatchObject({ messages: 1, remaining: 0 });
		expect([erasure.isInProgress, isFinished]).toEqual([false, true]);
	}));

// What is done in each of a person's conversations, on real storage.

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { jobsTable } from "../../src/platform/job-rows.ts";
import { limits } from "../../src/protocol/limits.ts";
import { Everywhere } from "../../src/user/everywhere.ts";
import { expectLog } from "../support/log.ts";

it("reaches more conversations than one go may call, and those that failed at first", () =>
	runInDurableObject(env.USERS.getByName(crypto.randomUUID()) as DurableObjectStub<undefined>, async (_object, { storage }) => {
		storage.sql.exec(jobsTable);
		let now = Date.parse("2026-11-28T12:00:00Z");
		const reached = new Set<string>();
		let isBroken = true;
		const wake = () =>
			new Everywhere({
				sql: storage.sql,
				acts: {
					"sign-out": async (id) => {
						if (isBroken && id === "c1") throw new Error("broken on purpose");
						reached.add(id);
					},
					tokens: async () => {},
					sessions: async () => {},
					rename: async () => {},
					suspend: async () => {},
				},
				isOpen: () => true,
				alarm: { bringForward: () => {}, settled: Promise.resolve() },
				now: () => now,
			});
		expectLog(/broken on purpose/);
		const ids = Array.from({ length: 2 * limits.calls + 50 }, (_, n) => `c${n}`);
		const everywhere = wake();
		await everywhere.begin("sign-out", ids);
		expect(reached.size).toBe(limits.calls - 1);
		expect([everywhere.isDone("sign-out"), everywhere.isDone("tokens")]).toEqual([false, true]);

		const again = wake();
		for (let go = 0; go < 2; go++) await again.proceed();
		expect(reached.size).toBe(ids.length - 1);
		for (let day = 0; day < 30; day++) {
			now = again.dueAt as number;
			await again.proceed();
		}
		isBroken = false;
		now = again.dueAt as number;
		await again.proceed();
		expect([reached.size, again.isDone("sign-out"), again.dueAt]).toEqual([ids.length, true, undefined]);
	}));

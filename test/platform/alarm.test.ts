import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { Alarm } from "../../src/platform/alarm.ts";

const second = 1_000;

/** An alarm on real storage, and how often it was written. */
function withAlarm(
	test: (parts: {
		alarm: Alarm;
		next: { expiry?: number };
		now: number;
		rings: () => Promise<number | null>;
		ring: () => Promise<void>;
		writes: () => number;
	}) => Promise<void>,
) {
	return runInDurableObject(env.CONVERSATIONS.getByName(crypto.randomUUID()), async (_object, { storage }) => {
		// Far off and full: nothing rings while a test runs.
		const now = Math.ceil(Date.now() / second) * second + 3_600_000;
		const next: { expiry?: number } = {};
		let writes = 0;
		const counting = {
			getAlarm: () => storage.getAlarm(),
			setAlarm: (at: number | Date) => {
				writes += 1;
				return storage.setAlarm(at);
			},
			deleteAlarm: () => {
				writes += 1;
				return storage.deleteAlarm();
			},
		};
		const alarm = new Alarm({ storage: counting, dues: () => [next.expiry], now: () => now });
		const rings = async () => {
			await alarm.settled;
			return storage.getAlarm();
		};
		/** As the platform does it. */
		const ring = async () => {
			await alarm.settled;
			await storage.deleteAlarm();
		};
		await test({ alarm, next, now, rings, ring, writes: () => writes });
		await storage.deleteAlarm();
	});
}

it("rings for what is due first, and is moved only where it has to ring sooner", () =>
	withAlarm(async ({ alarm, next, now, rings, writes }) => {
		next.expiry = now + 900 * second;
		alarm.watch();
		expect(await rings()).toBe(now + 900 * second);
		alarm.set(now + 60 * second);
		expect(await rings()).toBe(now + 60 * second);
		next.expiry = now + 300 * second;
		alarm.watch();
		expect(await rings()).toBe(now + 60 * second);
		alarm.clear();
		expect(await rings()).toBe(now + 300 * second);
		next.expiry = now + 1_200 * second;
		alarm.watch();
		expect(await rings()).toBe(now + 300 * second);
		expect(writes()).toBe(3);
	}));

it("is gone when nothing is due", () =>
	withAlarm(async ({ alarm, now, rings }) => {
		alarm.set(now + 60 * second);
		alarm.clear();
		expect(await rings()).toBeNull();
	}));

it("after it rang it rings for what is still due, and never at once again", () =>
	withAlarm(async ({ alarm, next, now, rings, ring }) => {
		alarm.set(now);
		next.expiry = now - 5 * second;
		await ring();
		alarm.rang();
		expect(await rings()).toBe(now + second);
		next.expiry = undefined;
		await ring();
		alarm.rang();
		expect(await rings()).toBeNull();
	}));

it("bears a sign-in that never ends", () =>
	withAlarm(async ({ alarm, next, now, rings }) => {
		next.expiry = 8.64e15;
		alarm.watch();
		expect(await rings()).toBeLessThan(now + 32 * 24 * 3_600 * second);
	}));

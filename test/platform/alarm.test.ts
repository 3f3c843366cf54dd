import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { Alarm } from "../../src/platform/alarm.ts";

const second = 1_000;

/** An alarm on real storage that counts how often it was written. */
function withAlarm(
	test: (parts: {
		alarm: Alarm;
		next: { expiry?: number };
		now: number;
		firesAt: () => Promise<number | null>;
		fire: () => Promise<void>;
		writes: () => number;
	}) => Promise<void>,
) {
	return runInDurableObject(env.CONVERSATIONS.getByName(crypto.randomUUID()), async (_object, { storage }) => {
		// A full second far in the future: nothing fires while a test runs.
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
		const alarm = new Alarm({ storage: counting, dueTimes: () => [next.expiry], now: () => now });
		const firesAt = async () => {
			await alarm.settled;
			return storage.getAlarm();
		};
		/** Does what the platform does when an alarm fires. */
		const fire = async () => {
			await alarm.settled;
			await storage.deleteAlarm();
		};
		await test({ alarm, next, now, firesAt, fire, writes: () => writes });
		await storage.deleteAlarm();
	});
}

it("fires at the earliest due time, and is moved only to fire sooner", () =>
	withAlarm(async ({ alarm, next, now, firesAt, writes }) => {
		next.expiry = now + 900 * second;
		alarm.bringForward();
		expect(await firesAt()).toBe(now + 900 * second);
		alarm.set(now + 60 * second);
		expect(await firesAt()).toBe(now + 60 * second);
		next.expiry = now + 300 * second;
		alarm.bringForward();
		expect(await firesAt()).toBe(now + 60 * second);
		alarm.clear();
		expect(await firesAt()).toBe(now + 300 * second);
		next.expiry = now + 1_200 * second;
		alarm.bringForward();
		expect(await firesAt()).toBe(now + 300 * second);
		expect(writes()).toBe(3);
	}));

it("is deleted when nothing is due", () =>
	withAlarm(async ({ alarm, now, firesAt }) => {
		alarm.set(now + 60 * second);
		alarm.clear();
		expect(await firesAt()).toBeNull();
	}));

it("fires again for what is still due, a second later at the earliest", () =>
	withAlarm(async ({ alarm, next, now, firesAt, fire }) => {
		alarm.set(now);
		next.expiry = now - 5 * second;
		await fire();
		alarm.fired();
		expect(await firesAt()).toBe(now + second);
		next.expiry = undefined;
		await fire();
		alarm.fired();
		expect(await firesAt()).toBeNull();
	}));

it("accepts a sign-in that never expires", () =>
	withAlarm(async ({ alarm, next, now, firesAt }) => {
		next.expiry = 8.64e15;
		alarm.bringForward();
		expect(await firesAt()).toBeLessThan(now + 32 * 24 * 3_600 * second);
	}));

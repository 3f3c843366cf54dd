import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { Alarm } from "../../src/platform/alarm.ts";
import { expectLog } from "../support/log.ts";

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
		/** The alarm cannot be set the next time. */
		breakStorage: () => void;
	}) => Promise<void>,
) {
	return runInDurableObject(env.CONVERSATIONS.getByName(crypto.randomUUID()), async (_object, { storage }) => {
		// A full second far in the future: nothing fires while a test runs.
		const now = Math.ceil(Date.now() / second) * second + 3_600_000;
		const next: { expiry?: number } = {};
		let writes = 0;
		let isBroken = false;
		const counting = {
			getAlarm: () => storage.getAlarm(),
			setAlarm: (at: number | Date) => {
				writes += 1;
				const wasBroken = isBroken;
				isBroken = false;
				return wasBroken ? Promise.reject(new Error("The storage failed")) : storage.setAlarm(at);
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
		const breakStorage = () => {
			isBroken = true;
		};
		await test({ alarm, next, now, firesAt, fire, writes: () => writes, breakStorage });
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

it("is not moved for what is due a little later", () =>
	withAlarm(async ({ alarm, next, now, firesAt, writes }) => {
		alarm.set(now + 30 * second);
		expect(await firesAt()).toBe(now + 30 * second);
		next.expiry = now + 60 * second;
		alarm.clear();
		expect(await firesAt()).toBe(now + 30 * second);
		expect(writes()).toBe(1);
		next.expiry = now + 61 * second;
		alarm.clear();
		expect(await firesAt()).toBe(now + 61 * second);
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

it("is set again after its handler has failed, or after it could not be set", () =>
	withAlarm(async ({ alarm, next, now, firesAt, fire, breakStorage }) => {
		alarm.set(now);
		await fire();
		await expect(alarm.handle(() => Promise.reject(new Error("No work today")))).rejects.toThrow("No work today");
		next.expiry = now + 60 * second;
		alarm.bringForward();
		expect(await firesAt()).toBe(now + second);
		await fire();
		await alarm.handle(async () => {});
		expect(await firesAt()).toBe(now + 60 * second);
		next.expiry = now + 20 * second;
		breakStorage();
		expectLog(/The alarm could not be set/);
		alarm.bringForward();
		await alarm.settled;
		alarm.bringForward();
		expect(await firesAt()).toBe(now + 20 * second);
	}));

it("accepts a sign-in that never expires", () =>
	withAlarm(async ({ alarm, next, now, firesAt }) => {
		next.expiry = 8.64e15;
		alarm.bringForward();
		expect(await firesAt()).toBeLessThan(now + 32 * 24 * 3_600 * second);
	}));

// The rules by which a session is renewed, on an object's storage, with the test's own clock.

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { Sessions } from "../../src/user/sessions.ts";

const minute = 60_000;
const day = 24 * 60 * minute;

type Renew = (version: string | undefined, at: number, id?: string, issuedAt?: number) => string | undefined;

/** Runs a test with the sessions of a new person. `at` counts from the test's beginning, in ms. */
function withSessions(test: (renew: Renew, sessions: Sessions) => void): Promise<void> {
	const start = Date.parse("2026-11-24T12:00:00Z");
	return runInDurableObject(env.USERS.getByName(crypto.randomUUID()), (_object, { storage }) => {
		const sessions = new Sessions(storage.sql);
		test((version, at, id = "s", issuedAt = 0) => sessions.renew({ id, version, issuedAt: start + issuedAt }, start + at), sessions);
	});
}

it("each renewal makes another cookie, and the newest renews", () =>
	withSessions((renew) => {
		let version = renew("first", 0);
		const seen = new Set(["first"]);
		for (let n = 1; n < 5; n++) {
			expect(seen).not.toContain(version);
			seen.add(version as string);
			version = renew(version, n * 15 * minute);
			expect(version).toBeDefined();
		}
	}));

it("an old cookie ends the session for everybody who has one of its cookies", () =>
	withSessions((renew, sessions) => {
		const second = renew("first", 0);
		const third = renew(second, 1);
		expect(renew("first", 2)).toBeUndefined();
		expect(sessions.isEnded("s")).toBe(true);
		expect([renew(third, 3), renew(second, 3), renew("first", 3)]).toEqual([undefined, undefined, undefined]);
	}));

it("two tabs that renew at once get the same cookie", () =>
	withSessions((renew) => {
		const second = renew("first", 0);
		expect(renew("first", 30_000)).toBe(second);
		expect(renew(second, 31_000)).toBeDefined();
	}));

it("a client whose answer was lost renews with the cookie before it, and the lost one is good no more", () =>
	withSessions((renew, sessions) => {
		const lost = renew("first", 0);
		const second = renew("first", 8 * 60 * minute);
		expect(second).not.toBe(lost);
		expect(second).toBeDefined();
		// The answer was not lost after all: somebody else has the cookie before it.
		expect(renew(lost, 9 * 60 * minute)).toBeUndefined();
		expect(sessions.isEnded("s")).toBe(true);
	}));

it("a cookie of a session that was never stored, or is stored no more, is refused", () =>
	withSessions((renew) => {
		expect(renew("unknown", 0)).toBeUndefined();
		const second = renew("first", 0);
		renew("first", 31 * day, "another");
		expect(renew(second, 31 * day)).toBeUndefined();
	}));

it("cookies of the release before are exchanged once, whichever comes first", () =>
	withSessions((renew, sessions) => {
		const exchanged = renew("former", 0, "former", -day);
		expect(exchanged).toBeDefined();
		expect(renew("former", 1_000, "former", -2 * day)).toBe(exchanged);
		expect(renew(exchanged, 2_000, "former")).toBeDefined();
		expect(renew("former", 3_000, "former", -2 * day)).toBeUndefined();
		expect(sessions.isEnded("former")).toBe(true);
	}));

it("a cookie that the release before sets after a rollback is exchanged again", () =>
	withSessions((renew) => {
		renew(renew("former", 0, "former", -day), minute, "former");
		expect(renew("former", 2 * minute, "former", minute)).toBeDefined();
	}));

it("a person who is only asked for leaves nothing behind", () =>
	runInDurableObject(env.USERS.getByName(crypto.randomUUID()), (_object, { storage }) => {
		const sessions = new Sessions(storage.sql);
		sessions.renew({ id: "s", version: "unknown", issuedAt: 0 }, 0);
		expect([sessions.isEnded("s"), sessions.name]).toEqual([false, undefined]);
		sessions.deleteAll();
		expect(storage.sql.exec("SELECT name FROM sqlite_master WHERE name IN ('sessions', 'name')").toArray()).toEqual([]);
	}));

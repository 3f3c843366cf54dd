// The rules by which a session is renewed, on an object's storage, with the test's own clock.

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { limits } from "../../src/protocol/limits.ts";
import { Sessions } from "../../src/user/sessions.ts";

const second = 1_000;
const minute = 60 * second;
const day = 24 * 60 * minute;

type Renew = (version: string, at: number, id?: string, issuedAt?: number) => string | undefined;

/** Runs a test with the sessions of a new person. `at` counts from the test's beginning, in ms. */
function withSessions(test: (renew: Renew, sessions: Sessions) => void): Promise<void> {
	const start = Date.parse("2026-11-24T12:00:00Z");
	return runInDurableObject(env.USERS.getByName(crypto.randomUUID()), (_object, { storage }) => {
		const sessions = new Sessions(storage.sql);
		test((version, at, id = "s", issuedAt = 0) => sessions.renew({ id, version, issuedAt: start + issuedAt }, start + at), sessions);
	});
}

function renewed(version: string | undefined): string {
	if (version === undefined) throw new Error("The session was not renewed");
	return version;
}

it("each renewal makes another cookie, and the newest renews", () =>
	withSessions((renew) => {
		let version = renewed(renew("first", 0));
		const seen = new Set(["first"]);
		for (let n = 1; n < 5; n++) {
			expect(seen).not.toContain(version);
			seen.add(version);
			version = renewed(renew(version, n * 15 * minute));
		}
	}));

it("an old cookie ends the session for everybody who has one of its cookies", () =>
	withSessions((renew, sessions) => {
		const next = renewed(renew("first", 0));
		const newest = renewed(renew(next, minute));
		expect(renew("first", 2 * minute)).toBeUndefined();
		expect(sessions.isEnded("s")).toBe(true);
		expect([renew(newest, 3 * minute), renew(next, 3 * minute), renew("first", 3 * minute)]).toEqual([undefined, undefined, undefined]);
	}));

it("two tabs that renew at once get the same cookie, and so does a request that others overtook", () =>
	withSessions((renew, sessions) => {
		const next = renewed(renew("first", 0));
		expect(renew("first", 5 * second)).toBe(next);
		const newest = renewed(renew(next, 6 * second));
		expect([renew("first", 9 * second), renew(next, 15 * second)]).toEqual([newest, newest]);
		expect(renew(newest, 16 * second)).toBeDefined();
		expect(sessions.isEnded("s")).toBe(false);
	}));

it("a copy that renews after each renewal of its owner is found out", () =>
	withSessions((renew, sessions) => {
		const owners = renewed(renew("first", 0));
		const copied = renewed(renew("first", 30 * second));
		expect(copied).not.toBe(owners);
		expect(renew(owners, 15 * minute)).toBeUndefined();
		expect(sessions.isEnded("s")).toBe(true);
	}));

it("a cookie that was just replaced is answered to as many tabs as a browser opens, and no more", () =>
	withSessions((renew) => {
		const next = renew("first", 0);
		for (let tab = 0; tab < 30; tab++) expect(renew("first", second)).toBe(next);
		expect(renew("first", second)).not.toBe(next);
	}));

it("a client whose answer was lost renews with the cookie before it, and the lost one is good no more", () =>
	withSessions((renew, sessions) => {
		const lost = renewed(renew("first", 0));
		expect(renewed(renew("first", 8 * 60 * minute))).not.toBe(lost);
		// The answer was not lost after all: somebody else has the cookie before it.
		expect(renew(lost, 9 * 60 * minute)).toBeUndefined();
		expect(sessions.isEnded("s")).toBe(true);
	}));

it("a cookie of a session that was never stored, or is stored no more, is refused", () =>
	withSessions((renew) => {
		expect(renew("unknown", 0)).toBeUndefined();
		const next = renewed(renew("first", 0));
		renew("first", 31 * day, "another");
		expect(renew(next, 31 * day)).toBeUndefined();
	}));

it("cookies of the release before are exchanged once, whichever comes first", () =>
	withSessions((renew, sessions) => {
		const exchanged = renewed(renew("former", 0, "former", -day));
		expect(renew("former", second, "former", -2 * day)).toBe(exchanged);
		expect(renew(exchanged, minute, "former")).toBeDefined();
		expect(renew("former", 2 * minute, "former", -2 * day)).toBeUndefined();
		expect(sessions.isEnded("former")).toBe(true);
	}));

it("a cookie that the release before sets after a rollback is exchanged again", () =>
	withSessions((renew) => {
		renew(renewed(renew("former", 0, "former", -day)), minute, "former");
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

it("one session too many ends the one that was used least recently, and never the new one", () =>
	withSessions((_renew, sessions) => {
		const start = Date.parse("2026-11-24T12:00:00Z");
		for (let n = 0; n < limits.sessions; n++) expect(sessions.register(`s${n}`, start + n)).toEqual([]);
		sessions.end("s1", start + second);
		expect(sessions.register("a", start + second)).toEqual([]);
		expect(sessions.register("b", start + second)).toEqual(["s0"]);
		expect([sessions.isEnded("s0"), sessions.isEnded("b"), sessions.countLive(start + second)]).toEqual([true, false, limits.sessions]);
		expect(sessions.endedSince(start)).toContain("s0");
	}));

it("rows of sessions stay few, however often somebody signs in", () =>
	runInDurableObject(env.USERS.getByName(crypto.randomUUID()), (_object, { storage }) => {
		const sessions = new Sessions(storage.sql);
		for (let n = 0; n < 3 * limits.sessions; n++) sessions.register(`s${n}`, 1e12 + n);
		expect(storage.sql.exec("SELECT COUNT(*) AS count FROM sessions").one().count).toBe(2 * limits.sessions);
	}));

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { isTooNew, type Migration, migrate, migrateWhole } from "../../src/platform/migrate.ts";
import { fillUp } from "../support/full.ts";

const first = "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT";
const adding = "ALTER TABLE notes ADD COLUMN colour TEXT NOT NULL DEFAULT 'none'";
const breaking: Migration = { breaking: "ALTER TABLE notes RENAME COLUMN text TO content" };

/** Runs a test on an object's storage that nothing was written to. */
const onStorage = (test: (sql: SqlStorage) => void) =>
	runInDurableObject(env.USERS.getByName(crypto.randomUUID()), (_object, { storage: { sql } }) => test(sql));

const versionsIn = (sql: SqlStorage) =>
	sql
		.exec<{ version: number }>("SELECT version FROM migrations ORDER BY version")
		.toArray()
		.map(({ version }) => version);

function errorOf(work: () => void): Error | undefined {
	try {
		work();
		return undefined;
	} catch (error) {
		return error as Error;
	}
}

describe("a release that finds tables of a newer one", () => {
	it("goes on reading and writing them if the newer one only added to them", () =>
		onStorage((sql) => {
			migrate(sql, [first, adding, "CREATE TABLE tags (name TEXT) STRICT"]);
			migrate(sql, [first]);
			sql.exec("INSERT INTO notes (text) VALUES ('written after a rollback')");
			migrate(sql, [first, adding, "CREATE TABLE tags (name TEXT) STRICT"]);
			expect(sql.exec("SELECT text, colour FROM notes").one()).toEqual({ text: "written after a rollback", colour: "none" });
			expect(versionsIn(sql)).toEqual([1, 2, 3]);
		}));

	it("refuses them, and changes nothing, if the newer one broke with it", () =>
		onStorage((sql) => {
			migrate(sql, [first, breaking, adding]);
			const error = errorOf(() => migrate(sql, [first])) as Error;
			expect(isTooNew(error)).toBe(true);
			expect(error.message).toMatch(/at version 2, and this release knows 1\..*Deploy the newer release again/);
			expect(versionsIn(sql)).toEqual([1, 2, 3]);
		}));

	it("accepts them if it knows every breaking change", () =>
		onStorage((sql) => {
			migrate(sql, [first, breaking, adding]);
			expect(errorOf(() => migrate(sql, [first, breaking]))).toBeUndefined();
			expect(sql.exec("SELECT content, colour FROM notes").toArray()).toEqual([]);
		}));
});

it("tables that had no room to be created whole are created once there is room", () =>
	runInDurableObject(env.USERS.getByName(crypto.randomUUID()), (_object, { storage }) => {
		let refusals = 0;
		for (let after = 0; ; after++) {
			const empty = fillUp(storage.sql, { after });
			const error = errorOf(() => migrateWhole(storage, [first, adding, "CREATE TABLE tags (name TEXT) STRICT"]));
			empty();
			if (!error) break;
			refusals++;
			expect([error.message, storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'notes'").toArray()]).toEqual([
				expect.stringContaining("full"),
				[],
			]);
		}
		expect(refusals).toBeGreaterThan(2);
		expect(versionsIn(storage.sql)).toEqual([1, 2, 3]);
	}));

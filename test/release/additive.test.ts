// What the migrations since the last release did to its tables: the release still reads and writes all of them.

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { migrations as directory } from "../../src/admin/migrations.ts";
import { migrations as conversation } from "../../src/conversation/store/migrations.ts";
import { migrations as files } from "../../src/files/store.ts";
import { migrations as purse } from "../../src/money/migrations.ts";
import { type Migration, migrate } from "../../src/platform/migrate.ts";
import { migrations as user } from "../../src/user/migrations.ts";
import release from "./release.json" with { type: "json" };

type Column = { name: string; type: string; notnull: number; dflt_value: string | null; pk: number };
type Tables = Map<string, { columns: Column[]; unique: string[]; triggers: string[] }>;

/** The tables that these migrations make. */
function tablesOf(migrations: readonly Migration[]): Promise<Tables> {
	return runInDurableObject(env.USERS.getByName(crypto.randomUUID()), (_object, { storage: { sql } }) => {
		migrate(sql, migrations);
		const names = (query: string, ...values: string[]) =>
			sql
				.exec<{ name: string }>(query, ...values)
				.toArray()
				.map(({ name }) => name);
		// Names with a low line in front are the platform's.
		const tables = names(String.raw`SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE '\_%' ESCAPE '\'`);
		const partsOf = (table: string) => ({
			columns: sql.exec<Column>('SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_info(?)', table).toArray(),
			unique: names('SELECT name FROM pragma_index_list(?) WHERE "unique" = 1', table),
			// One that runs afterwards, and raises nothing, refuses nothing.
			triggers: names(
				`SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?
				AND (upper(sql) NOT LIKE 'CREATE TRIGGER % AFTER %' OR upper(sql) LIKE '%RAISE%')`,
				table,
			),
		});
		return new Map(tables.map((table) => [table, partsOf(table)]));
	});
}

/** Whatever a release that knows the tables `before` cannot read or write `after`. */
function breaksBetween(before: Tables, after: Tables): string[] {
	return [...before].flatMap(([table, { columns, unique, triggers }]) => {
		const then = after.get(table);
		if (!then) return [`${table} is gone`];
		const known = new Set(columns.map(({ name }) => name));
		const changed = columns.filter(
			(column) => JSON.stringify(column) !== JSON.stringify(then.columns.find(({ name }) => name === column.name)),
		);
		const needed = then.columns.filter(({ name, notnull, dflt_value }) => !known.has(name) && notnull === 1 && dflt_value === null);
		const rules = [...then.unique, ...then.triggers].filter((name) => ![...unique, ...triggers].includes(name));
		return [
			...changed.map(({ name }) => `${table}.${name} is changed`),
			...needed.map(({ name }) => `${table}.${name} must be filled`),
			...rules.map((name) => `${name} restricts ${table}`),
		];
	});
}

const lists: Record<keyof typeof release.migrations, readonly Migration[]> = { conversation, user, purse, directory, files };

describe.each(Object.entries(lists))("the tables of the object %s", (object, list) => {
	it("are still those of the last release, with additions", async () => {
		const released = release.migrations[object as keyof typeof lists].length;
		const before = await tablesOf(list.slice(0, released));
		expect(before.size).toBeGreaterThan(1);
		expect(breaksBetween(before, await tablesOf(list))).toEqual([]);
	});
});

describe("a migration", () => {
	const first =
		"CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL, colour TEXT) STRICT; CREATE VIEW texts AS SELECT text FROM notes";

	it.each([
		["renames a column", "ALTER TABLE notes RENAME COLUMN colour TO tint", ["notes.colour is changed"]],
		["drops a column", "ALTER TABLE notes DROP COLUMN colour", ["notes.colour is changed"]],
		["drops a table", "DROP VIEW texts; DROP TABLE notes", ["notes is gone", "texts is gone"]],
		["drops a view", "DROP VIEW texts", ["texts is gone"]],
		["allows each value once", "CREATE UNIQUE INDEX one_colour ON notes (colour)", ["one_colour restricts notes"]],
		[
			"refuses values afterwards",
			"CREATE TRIGGER none AFTER INSERT ON notes BEGIN SELECT RAISE(ABORT, 'no'); END",
			["none restricts notes"],
		],
		["refuses values", "CREATE TRIGGER none BEFORE INSERT ON notes BEGIN SELECT RAISE(ABORT, 'no'); END", ["none restricts notes"]],
		[
			"demands a value that the release before does not know",
			"DROP VIEW texts; DROP TABLE notes; CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL, colour TEXT, mood TEXT NOT NULL) STRICT; CREATE VIEW texts AS SELECT text FROM notes",
			["notes.mood must be filled"],
		],
		[
			"adds a column, a table, an index and a trigger that counts",
			"ALTER TABLE notes ADD COLUMN mood TEXT; CREATE TABLE tags (name TEXT); CREATE INDEX moods ON notes (mood); CREATE TRIGGER counted AFTER INSERT ON notes BEGIN INSERT INTO tags VALUES (NEW.text); END",
			[],
		],
	])("that %s is seen as that", async (_what, change, breaks) => {
		expect(breaksBetween(await tablesOf([first]), await tablesOf([first, change]))).toEqual(breaks);
	});
});

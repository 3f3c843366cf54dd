// The values of the series that objects and the Worker count: every SQL statement on them.

import type { Report } from "../protocol/admin/records.ts";

export class Counters {
	readonly #sql: SqlStorage;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	add(counts: NonNullable<Report["counts"]>): void {
		for (const [name, count] of Object.entries(counts))
			this.#sql.exec(
				"INSERT INTO counters (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + excluded.value",
				name,
				count,
			);
	}

	all(): Record<string, number> {
		const rows = this.#sql.exec<{ name: string; value: number }>("SELECT name, value FROM counters").toArray();
		return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
	}

	/** `since`: conversations that have not reported since then have no connections, in ms. */
	gauges(since: number): { connections: number; people: number; conversations: number } {
		return this.#sql
			.exec<{ connections: number; people: number; conversations: number }>(
				`SELECT (SELECT coalesce(sum(connections), 0) FROM conversations WHERE reported_at > ?) AS connections,
				(SELECT count(*) FROM people) AS people, (SELECT count(*) FROM conversations) AS conversations`,
				since,
			)
			.one();
	}
}

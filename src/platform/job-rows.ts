// The rows of the jobs of one queue. Must not know when a job runs.

import { hasTable } from "./migrate.ts";

/**
 * The table of all queues of an object, for its migrations. It is released: never edit it.
 * `due_at` is in ms, and NULL for a job that was given up and kept. `data` is JSON.
 */
export const jobsTable = `
	CREATE TABLE jobs (
		queue TEXT NOT NULL,
		key TEXT NOT NULL,
		tries INTEGER NOT NULL,
		due_at INTEGER,
		data TEXT,
		PRIMARY KEY (queue, key)
	) STRICT, WITHOUT ROWID;
`;

/** `dueAt`: in ms, or null if it was given up. */
export type Job = { tries: number; dueAt: number | null };

export class JobRows<Data> {
	readonly #sql: SqlStorage;
	readonly #queue: string;

	constructor(sql: SqlStorage, queue: string) {
		this.#sql = sql;
		this.#queue = queue;
	}

	/** All jobs without their data. */
	load(): Map<string, Job> {
		if (!hasTable(this.#sql, "jobs")) return new Map();
		const rows = this.#sql.exec<Job & { key: string }>("SELECT key, tries, due_at AS dueAt FROM jobs WHERE queue = ?", this.#queue);
		return new Map([...rows].map(({ key, tries, dueAt }) => [key, { tries, dueAt }]));
	}

	find(key: string): { data: Data } | undefined {
		const query = "SELECT data FROM jobs WHERE queue = ? AND key = ?";
		const [row] = this.#sql.exec<{ data: string | null }>(query, this.#queue, key).toArray();
		return row && { data: (row.data === null ? undefined : JSON.parse(row.data)) as Data };
	}

	/** Stores a job, in place of one of the same key. */
	put(key: string, { tries, dueAt }: Job, data: Data): void {
		this.#sql.exec(
			`INSERT INTO jobs (queue, key, tries, due_at, data) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (queue, key) DO UPDATE SET tries = excluded.tries, due_at = excluded.due_at, data = excluded.data`,
			this.#queue,
			key,
			tries,
			dueAt,
			textOf(data),
		);
	}

	/** False if there is no such job. */
	update(key: string, { tries, dueAt }: Job, data: Data): boolean {
		const update = "UPDATE jobs SET tries = ?, due_at = ?, data = ? WHERE queue = ? AND key = ? RETURNING key";
		return this.#sql.exec(update, tries, dueAt, textOf(data), this.#queue, key).toArray().length > 0;
	}

	remove(key: string): void {
		this.#sql.exec("DELETE FROM jobs WHERE queue = ? AND key = ?", this.#queue, key);
	}
}

function textOf(data: unknown): string | null {
	return data === undefined ? null : JSON.stringify(data);
}

// Whether an administrator has suspended the person, and by what the person may administer: every SQL statement on both. The table
// is created when it is first needed. Nothing else of the person changes, so that a restored person finds everything again.

import { hasTable } from "../platform/migrate.ts";

/** `suspended`: 1 while they are, and 2 once they have been. */
type Standing = { suspended: 0 | 1 | 2; administrator: string | null };

export class Suspension {
	readonly #sql: SqlStorage;
	#standing: Standing;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
		const none: Standing = { suspended: 0, administrator: null };
		this.#standing = hasTable(sql, "standing") ? sql.exec<Standing>("SELECT suspended, administrator FROM standing").one() : none;
	}

	get isInForce(): boolean {
		return this.#standing.suspended === 1;
	}

	/** They are suspended, or were. */
	get wasInForce(): boolean {
		return this.#standing.suspended !== 0;
	}

	/** The address, subject or claim by which they were an administrator when they last signed in, if they were one. */
	get administrator(): string | undefined {
		return this.#standing.administrator ?? undefined;
	}

	set(isSuspended: boolean): void {
		if (isSuspended !== this.isInForce) this.#save({ ...this.#standing, suspended: isSuspended ? 1 : 2 });
	}

	setAdministrator(mark: string | undefined): void {
		if (mark !== this.administrator) this.#save({ ...this.#standing, administrator: mark ?? null });
	}

	/** Stored first: what is only known here would count as done. */
	#save(standing: Standing): void {
		this.#sql.exec(`CREATE TABLE IF NOT EXISTS standing (one INTEGER PRIMARY KEY CHECK (one = 1), suspended INTEGER NOT NULL,
			administrator TEXT) STRICT`);
		this.#sql.exec(
			`INSERT INTO standing (one, suspended, administrator) VALUES (1, ?, ?) ON CONFLICT (one) DO UPDATE SET
			suspended = excluded.suspended, administrator = excluded.administrator`,
			standing.suspended,
			standing.administrator,
		);
		this.#standing = standing;
	}

	/** All tables were deleted. A suspension outlasts an erasure. */
	reset(): void {
		const { suspended } = this.#standing;
		this.#standing = { suspended: 0, administrator: null };
		if (suspended === 1) this.set(true);
	}
}

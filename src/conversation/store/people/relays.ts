// Stores which relays hold sockets of a conversation, and the sockets that each of them still has to close.

import type { CloseCode } from "../../../protocol/errors.ts";

/**
 * Sockets to close: everybody's or one person's, perhaps only those that some sessions or personal tokens opened before `at`, in ms, by the
 * clock of one life of the conversation's object, which `feed` names.
 */
export type Closing = {
	at: number;
	feed?: string;
	userId?: string;
	sessions?: readonly string[];
	tokenIds?: readonly string[];
	code: CloseCode;
	reason: string;
};

/** One that was just decided: when is not noted yet. */
export type NewClosing = Omit<Closing, "at" | "feed">;

export const relayTables = `
	-- The relays that hold sockets of this conversation.
	CREATE TABLE relays (number INTEGER PRIMARY KEY) STRICT;
	-- The sockets that they have to close, until they have.
	CREATE TABLE relay_closings (
		number INTEGER NOT NULL,
		at INTEGER NOT NULL,
		closing TEXT NOT NULL,
		PRIMARY KEY (number, at)
	) STRICT, WITHOUT ROWID;
	-- One row while the relays may lack something that is stored.
	CREATE TABLE relays_behind (one INTEGER PRIMARY KEY CHECK (one = 1)) STRICT;
	`;

export class RelayRows {
	readonly #sql: SqlStorage;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	all(): number[] {
		return this.#sql
			.exec<{ number: number }>("SELECT number FROM relays ORDER BY number")
			.toArray()
			.map(({ number }) => number);
	}

	add(number: number): void {
		this.#sql.exec("INSERT OR IGNORE INTO relays (number) VALUES (?)", number);
	}

	delete(number: number): void {
		this.#sql.exec("DELETE FROM relays WHERE number = ?", number);
		this.#sql.exec("DELETE FROM relay_closings WHERE number = ?", number);
	}

	get areBehind(): boolean {
		return this.#sql.exec("SELECT one FROM relays_behind").toArray().length > 0;
	}

	setBehind(areBehind: boolean): void {
		this.#sql.exec(areBehind ? "INSERT OR IGNORE INTO relays_behind (one) VALUES (1)" : "DELETE FROM relays_behind");
	}

	owed(number: number): Closing[] {
		return this.#sql
			.exec<{ closing: string }>("SELECT closing FROM relay_closings WHERE number = ? ORDER BY at", number)
			.toArray()
			.map(({ closing }) => JSON.parse(closing) as Closing);
	}

	owe(number: number, closing: Closing): void {
		this.#sql.exec("INSERT INTO relay_closings (number, at, closing) VALUES (?, ?, ?)", number, closing.at, JSON.stringify(closing));
	}

	/** The relay has closed them. */
	closed(number: number, closings: readonly Closing[]): void {
		for (const { at } of closings) this.#sql.exec("DELETE FROM relay_closings WHERE number = ? AND at = ?", number, at);
	}
}

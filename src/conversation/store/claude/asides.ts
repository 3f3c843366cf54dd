// The private questions of people to Claude, and the answers. They are no messages: nothing of the log knows of them.

import type { Aside } from "../../../protocol/claude/aside.ts";
import { isoTime } from "../../../protocol/iso-time.ts";
import { limits } from "../../../protocol/limits.ts";
import type { Message } from "../../../protocol/message.ts";
import { type Busy, busyColumn, factsColumn, factsOf, type ReplyFacts, type StoredFacts, type Written, writtenOf } from "../columns.ts";
import { type StoredTurn, Turns } from "./turns.ts";

/** Released: never edit it. */
export const asidesTable = `
	-- Private questions and their answers. They are the person's alone. busy and turn: as in messages and turns, while the answer runs.
	CREATE TABLE asides (
		n INTEGER PRIMARY KEY AUTOINCREMENT,
		id TEXT NOT NULL UNIQUE,
		user_id TEXT NOT NULL,
		client_id TEXT,
		after INTEGER NOT NULL,
		follows TEXT,
		question TEXT NOT NULL,
		content TEXT NOT NULL,
		status TEXT NOT NULL,
		reason TEXT,
		created_at INTEGER NOT NULL,
		reply TEXT,
		busy TEXT,
		turn TEXT
	) STRICT;
	CREATE INDEX asides_of ON asides (user_id, n);
`;

/** Released: never edit it. A row with the longest question, answer and paused turn would be larger than the platform stores. */
export const asideTurnsTable = `
	-- The paused turns of asides, by their number: as in turns. The column of asides stays empty.
	CREATE TABLE aside_turns (
		seq INTEGER PRIMARY KEY,
		rounds INTEGER NOT NULL,
		length INTEGER NOT NULL,
		blocks TEXT NOT NULL
	) STRICT;
	INSERT INTO aside_turns SELECT n, turn ->> '$.rounds', turn ->> '$.length', turn ->> '$.turn' FROM asides WHERE turn IS NOT NULL;
	UPDATE asides SET turn = NULL WHERE turn IS NOT NULL;
`;

type Row = {
	n: number;
	id: string;
	user_id: string;
	client_id: string | null;
	after: number;
	follows: string | null;
	question: string;
	content: string;
	status: Message["status"];
	reason: string | null;
	created_at: number;
	reply: string | null;
	busy: string | null;
};

export type NewAside = { userId: string; clientId: string; after: number; follows: string | undefined; question: string };

/** An aside with the person it belongs to. */
export type OwnAside = { userId: string; aside: Aside };

export class Asides {
	readonly #sql: SqlStorage;
	readonly #conversationId: string;
	readonly #turns: Turns;

	constructor(sql: SqlStorage, conversationId: string) {
		this.#sql = sql;
		this.#turns = new Turns(sql, "aside_turns");
		this.#conversationId = conversationId;
	}

	/** Adds a question whose answer begins to stream. */
	add({ userId, clientId, after, follows, question }: NewAside, now: number): Aside {
		const id = `a-${crypto.randomUUID()}`;
		this.#sql.exec(
			`INSERT INTO asides (id, user_id, client_id, after, follows, question, content, status, created_at)
			VALUES (?, ?, ?, ?, ?, ?, '', 'streaming', ?)`,
			id,
			userId,
			clientId,
			after,
			follows ?? null,
			question,
			now,
		);
		return this.find(userId, id) as Aside;
	}

	/** Removes the oldest of a person's. */
	trim(userId: string): void {
		this.#sql.exec(
			"DELETE FROM asides WHERE n IN (SELECT n FROM asides WHERE user_id = ? ORDER BY n DESC LIMIT -1 OFFSET ?)",
			userId,
			limits.asides.kept,
		);
	}

	/** Only its own person finds an aside. */
	find(userId: string, id: string): Aside | undefined {
		return this.#all("WHERE id = ? AND user_id = ?", id, userId)[0]?.aside;
	}

	byClientId(userId: string, clientId: string): Aside | undefined {
		return this.#all("WHERE user_id = ? AND client_id = ?", userId, clientId)[0]?.aside;
	}

	/** Newest first. `before`: the id of an aside. */
	*newest(userId: string, before: string | undefined): Iterable<Aside> {
		const [row] = before === undefined ? [] : this.#rows("WHERE id = ? AND user_id = ?", before, userId);
		if (before !== undefined && !row) return;
		for (const one of this.#rows("WHERE user_id = ? AND n < ? ORDER BY n DESC", userId, row?.n ?? Number.MAX_SAFE_INTEGER))
			yield this.#asideOf(one);
	}

	/** Oldest first, after a number. */
	*after(userId: string, n: number): Iterable<{ n: number; aside: Aside }> {
		for (const row of this.#rows("WHERE user_id = ? AND n > ? ORDER BY n", userId, n)) yield { n: row.n, aside: this.#asideOf(row) };
	}

	/** Those that run, also of an object that died. */
	streaming(): OwnAside[] {
		return this.#all("WHERE status = 'streaming' ORDER BY n");
	}

	busy(id: string): Busy | undefined {
		const [row] = this.#rows("WHERE id = ?", id);
		return row?.busy ? (JSON.parse(row.busy) as Busy) : undefined;
	}

	written(id: string): Written | undefined {
		return this.#rows("WHERE id = ?", id).toArray().map(writtenOf)[0];
	}

	turn(id: string): StoredTurn | undefined {
		const n = this.#numberOf(id);
		return n === undefined ? undefined : this.#turns.of(n);
	}

	saveTurn(id: string, turn: StoredTurn): void {
		const n = this.#numberOf(id);
		if (n !== undefined) this.#turns.save(n, turn);
	}

	#dropTurn(id: string): void {
		const n = this.#numberOf(id);
		if (n !== undefined) this.#turns.drop(n);
	}

	#numberOf(id: string): number | undefined {
		return this.#sql.exec<{ n: number }>("SELECT n FROM asides WHERE id = ?", id).toArray()[0]?.n;
	}

	checkpoint(id: string, content: string, facts: StoredFacts, busy: Busy | undefined): void {
		const columns = "content = ?, reply = ?, reason = ?, busy = ?";
		this.#sql.exec(`UPDATE asides SET ${columns} WHERE id = ?`, content, factsColumn(facts), busy?.reason ?? null, busyColumn(busy), id);
	}

	finish(id: string, content: string, outcome: Pick<Aside, "status" | "reason">, facts: ReplyFacts): void {
		const columns = "content = ?, status = ?, reason = ?, reply = ?, busy = NULL";
		this.#sql.exec(`UPDATE asides SET ${columns} WHERE id = ?`, content, outcome.status, outcome.reason ?? null, factsColumn(facts), id);
		this.#dropTurn(id);
	}

	remove(id: string): void {
		this.#dropTurn(id);
		this.#sql.exec("DELETE FROM asides WHERE id = ?", id);
	}

	removeAllOf(userId: string): void {
		this.#sql.exec("DELETE FROM aside_turns WHERE seq IN (SELECT n FROM asides WHERE user_id = ?)", userId);
		this.#sql.exec("DELETE FROM asides WHERE user_id = ?", userId);
	}

	/** Removes those of people who are no members. */
	removeStrangers(): void {
		this.#sql.exec("DELETE FROM asides WHERE user_id NOT IN (SELECT user_id FROM members)");
	}

	#all(where: string, ...values: SqlStorageValue[]): OwnAside[] {
		return [...this.#rows(where, ...values)].map((row) => ({ userId: row.user_id, aside: this.#asideOf(row) }));
	}

	#rows(where: string, ...values: SqlStorageValue[]): Iterable<Row> & { toArray(): Row[] } {
		return this.#sql.exec<Row>(`SELECT * FROM asides ${where}`, ...values);
	}

	#asideOf(row: Row): Aside {
		return {
			id: row.id,
			conversationId: this.#conversationId,
			after: row.after,
			...(row.follows !== null && { follows: row.follows }),
			...(row.client_id !== null && { clientId: row.client_id }),
			question: row.question,
			content: row.content,
			status: row.status,
			...(row.reason !== null && { reason: row.reason }),
			createdAt: isoTime(row.created_at),
			...factsOf(row),
		};
	}
}

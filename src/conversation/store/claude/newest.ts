// The newest reply and the newest question of the log, and whose questions wait for a reply.

import { limits } from "../../../protocol/limits.ts";
import type { Message } from "../../../protocol/message.ts";
import type { Person } from "../../../protocol/person.ts";

/** The messages whose newest one is looked for, as SQL. */
export const kinds = { reply: "role = 'assistant' AND is_shared = 0", question: "asks = 1" } as const;

/** So many messages. Little is said after a question that had no room to be asked, until there is room. */
const recently = 50;

type Places = Partial<Record<keyof typeof kinds, number>>;

export class Newest {
	readonly #sql: SqlStorage;
	/** The place of the newest message of a kind, after it was looked up. */
	#places: Places = {};

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	/** The place of the newest message of a kind, or 0. Looked up only once: in a long log it may be far from the end. */
	of(kind: keyof typeof kinds): number {
		const query = `SELECT seq FROM messages WHERE ${kinds[kind]} ORDER BY seq DESC LIMIT 1`;
		const place = this.#places[kind] ?? this.#sql.exec<{ seq: number }>(query).toArray()[0]?.seq ?? 0;
		this.#places[kind] = place;
		return place;
	}

	/** One of the newest messages asks Claude. Reads few rows, however long ago that was the case: every life of the object begins with this. */
	get isAskedLately(): boolean {
		const newest = `SELECT asks FROM messages ORDER BY seq DESC LIMIT ${recently}`;
		return this.#sql.exec(`SELECT 1 FROM (${newest}) WHERE asks = 1 LIMIT 1`).toArray().length > 0;
	}

	get memory(): Places {
		return { ...this.#places };
	}

	set memory(places: Places) {
		this.#places = places;
	}

	/** A message was added at the end of the log. */
	added({ seq, role, sharedBy, asksClaude }: Message): void {
		if (role === "assistant" && !sharedBy) this.#places.reply = seq;
		if (asksClaude) this.#places.question = seq;
	}

	/** The message at this place asks no longer; without a place, any may have been changed. */
	withdrawn(seq = this.#places.question): void {
		if (this.#places.question === seq) this.#places.question = undefined;
	}

	/** A member who may write has asked Claude after a place, and still does. */
	isAsking(userId: string, after: number): boolean {
		const statement = `SELECT 1 FROM messages JOIN members ON user_id = author_id AND members.role <> 'reader'
			WHERE seq > ? AND asks = 1 AND author_id = ? LIMIT 1`;
		return this.of("question") > after && this.#sql.exec(statement, after, userId).toArray().length > 0;
	}

	/**
	 * The people who asked Claude after a place and are members who may write, in order, each once. If they are too many, whoever may read
	 * least is among them: Claude reads no more than that.
	 */
	askersAfter(seq: number): Person[] {
		if (this.of("question") <= seq) return [];
		return this.#sql
			.exec<Person>(
				`SELECT userId, username FROM (SELECT author_id AS userId, author_name AS username, MIN(seq) AS place
					FROM messages JOIN members ON user_id = author_id AND members.role <> 'reader' WHERE seq > ? AND asks = 1
					GROUP BY author_id ORDER BY ifnull(from_seq, 1) DESC, place LIMIT ?) ORDER BY place`,
				seq,
				limits.askers,
			)
			.toArray();
	}
}

// Seconds of speech that a service is asked to write down for somebody: reserved before each attempt, and settled by what the service says
// of it. All calls are synchronous.

import { dayOf } from "./periods.ts";
import type { Written } from "./written.ts";

/** For the migrations of its object. It is released: never edit it. */
export const speechTable = `
	CREATE TABLE speech (
		-- Of the file that is written down.
		id TEXT PRIMARY KEY,
		-- In UTC, counted from 1970.
		day INTEGER NOT NULL,
		seconds INTEGER NOT NULL,
		-- In ms.
		open_until INTEGER NOT NULL
	) STRICT, WITHOUT ROWID;
`;

/** In ms. An attempt whose object died is over then: no request takes so long. */
const lease = 120_000;

/** `most`: seconds of a day. `open`: attempts that may be under way at once. */
export type SpeechLimits = { most: number; open: number };

/** `busy`: others have to be settled first. `full`: there is no room today. */
export type SpeechAnswer = "reserved" | "busy" | "full";

export class Speech {
	readonly #sql: SqlStorage;
	readonly #seconds: Written;

	constructor(sql: SqlStorage, seconds: Written) {
		this.#sql = sql;
		this.#seconds = seconds;
	}

	/** Counts an attempt. One before it of the same file is over, and stays counted. `now` in ms. */
	reserve(id: string, seconds: number, { most, open }: SpeechLimits, now: number): SpeechAnswer {
		if (this.#seconds.count(now) + seconds > most) return "full";
		const others = this.#sql.exec<{ count: number }>("SELECT count(*) AS count FROM speech WHERE id <> ? AND open_until > ?", id, now);
		if (others.one().count >= open) return "busy";
		this.#seconds.add(seconds, most, now);
		// Yesterday's may still be settled.
		this.#sql.exec("DELETE FROM speech WHERE day < ?", dayOf(now) - 1);
		const row = "INSERT OR REPLACE INTO speech (id, day, seconds, open_until) VALUES (?, ?, ?, ?)";
		this.#sql.exec(row, id, dayOf(now), seconds, now + lease);
		return "reserved";
	}

	/**
	 * An attempt is over. `seconds`: as long as the recording was; if that is not known, what was reserved stays counted. Returns how many of
	 * them `most` a day had room for. A repetition counts nothing, but may return more.
	 */
	settle(id: string, seconds: number | undefined, now: number, most: number = Number.POSITIVE_INFINITY): number | undefined {
		const query = "DELETE FROM speech WHERE id = ? RETURNING day, seconds";
		const [row] = this.#sql.exec<{ day: number; seconds: number }>(query, id).toArray();
		if (seconds === undefined) return undefined;
		if (!row) return Math.min(seconds, most);
		const more = seconds - row.seconds;
		const room = Math.max(0, most - this.#seconds.count(now));
		// What was too much yesterday leaves no more room today.
		if (more > 0 || row.day === dayOf(now)) this.#seconds.change(more, now);
		return Math.min(seconds, row.seconds + room);
	}
}

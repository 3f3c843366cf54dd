// The people of the deployment, as they were last seen: every SQL statement on them. Times in ms.

import { adminLimits } from "../protocol/admin/limits.ts";
import type { PersonKind, PersonRecord, Report } from "../protocol/admin/records.ts";
import { isoTime } from "../protocol/iso-time.ts";
import { isAccountId, isGuestId } from "../protocol/person.ts";

type Seen = NonNullable<Report["people"]>[number];
type Row = {
	user_id: string;
	username: string | null;
	first_seen: number | null;
	last_seen: number | null;
	at: number | null;
	by_user: string | null;
	by_name: string | null;
	is_account: number | null;
};
/** Before everybody, since it is after every date. */
const newest: Place = { at: Number.MAX_SAFE_INTEGER, id: "" };
export type Place = { at: number; id: string };

/** `text`: a part of the id or the name. */
export type PeopleQuery = { after: Place | undefined; limit: number; text: string | undefined; isSuspended: boolean };

/** A person who is seen again within this time is not written again, unless their name has changed. */
const precision = 3600_000;

const columns = `user_id, username, first_seen, last_seen, is_account, suspensions.at, suspensions.by_user,
	(SELECT others.username FROM people AS others WHERE others.user_id = suspensions.by_user) AS by_name`;

const areGuests = "user_id LIKE 'guest-%' AND is_account = 0";

export class People {
	readonly #sql: SqlStorage;
	#added = 0;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	save({ userId, username, since, isAccount = false }: Seen, now: number): void {
		const { rowsWritten } = this.#sql.exec(
			`INSERT INTO people (user_id, username, first_seen, last_seen, is_account) VALUES (?1, ?2, ?3, ?4, ?6)
			ON CONFLICT (user_id) DO UPDATE SET username = excluded.username, last_seen = excluded.last_seen, is_account = excluded.is_account
			WHERE username <> excluded.username OR is_account <> excluded.is_account OR last_seen < ?5`,
			userId,
			username,
			since,
			now,
			now - precision,
			Number(isAccount),
		);
		if (rowsWritten > 0 && ++this.#added % 1_000 === 0) this.#prune();
	}

	/** The rows are bounded: those seen least recently go. They come back with the next visit. */
	#prune(): void {
		const eldest = "SELECT user_id FROM people ORDER BY last_seen DESC, user_id LIMIT -1 OFFSET ?";
		this.#sql.exec(`DELETE FROM people WHERE user_id IN (${eldest})`, adminLimits.directory);
	}

	/** A guest who signs in with a provider since. */
	markAccount(userId: string): void {
		this.#sql.exec("UPDATE people SET is_account = 1 WHERE user_id = ?", userId);
	}

	forget(userId: string): void {
		this.#sql.exec("DELETE FROM people WHERE user_id = ?", userId);
		this.#sql.exec("DELETE FROM spending WHERE user_id = ?", userId);
	}

	/** The names of those who are known. */
	namesOf(userIds: readonly string[]): ReadonlyMap<string, string> {
		const query = "SELECT user_id, username FROM people WHERE user_id IN (SELECT value FROM json_each(?))";
		const rows = this.#sql.exec<{ user_id: string; username: string }>(query, JSON.stringify(userIds)).toArray();
		return new Map(rows.map(({ user_id, username }) => [user_id, username]));
	}

	find(userId: string): PersonRecord | undefined {
		const from = "SELECT ?1 AS user_id) AS asked LEFT JOIN people USING (user_id) LEFT JOIN suspensions USING (user_id)";
		const [row] = this.#sql.exec<Row>(`SELECT ${columns} FROM (${from}`, userId).toArray();
		return row && (row.last_seen !== null || row.at !== null) ? toRecord(row) : undefined;
	}

	/** Those seen last first. */
	list({ after = newest, limit, text, isSuspended }: PeopleQuery): { people: PersonRecord[]; next?: Place } {
		const rows = this.#sql
			.exec<Row & { last_seen: number }>(
				`SELECT ${columns.replace("last_seen", "coalesce(last_seen, 0) AS last_seen")}
				FROM (SELECT user_id FROM people UNION SELECT user_id FROM suspensions) LEFT JOIN people USING (user_id)
				LEFT JOIN suspensions USING (user_id)
				WHERE (coalesce(last_seen, 0), user_id) < (?1, ?2) AND (?3 = 0 OR suspensions.at IS NOT NULL)
				AND (?4 = '' OR instr(lower(user_id), ?4) > 0 OR instr(lower(username), ?4) > 0)
				ORDER BY coalesce(last_seen, 0) DESC, user_id DESC LIMIT ?5`,
				after.at,
				after.id,
				Number(isSuspended),
				(text ?? "").toLowerCase(),
				limit + 1,
			)
			.toArray();
		const page = rows.slice(0, limit);
		const last = page.at(-1);
		return {
			people: page.map(toRecord),
			...(rows.length > limit && last && { next: { at: last.last_seen, id: last.user_id } }),
		};
	}

	/** Guests of whom something was stored before a time, and who are guests still. */
	guestsBefore(time: number, limit: number): string[] {
		const query = `SELECT user_id FROM people WHERE ${areGuests} AND first_seen < ? LIMIT ?`;
		const ids = this.#sql.exec<{ user_id: string }>(query, time, limit).toArray();
		return ids.map(({ user_id }) => user_id).filter(isGuestId);
	}

	countGuests(): number {
		return this.#sql.exec<{ count: number }>(`SELECT count(*) AS count FROM people WHERE ${areGuests}`).one().count;
	}

	endGuests(now: number): void {
		this.#sql.exec("INSERT INTO guests_ended (one, at) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET at = excluded.at", now);
	}

	/** All guests who were here before this time have ended. */
	get guestsEndedAt(): number {
		return this.#sql.exec<{ at: number }>("SELECT at FROM guests_ended").toArray()[0]?.at ?? 0;
	}
}

export function kindOf(userId: string, isAccount = false): PersonKind {
	if (isGuestId(userId)) return isAccount ? "account" : "guest";
	return isAccountId(userId) ? "account" : "issued";
}

function toRecord({ user_id, username, first_seen, last_seen, at, by_user, by_name, is_account }: Row): PersonRecord {
	return {
		userId: user_id,
		username: username ?? user_id,
		kind: kindOf(user_id, is_account === 1),
		...(first_seen !== null && { firstSeenAt: isoTime(first_seen) }),
		...(first_seen !== null && last_seen !== null && { lastSeenAt: isoTime(last_seen) }),
		suspended: at === null || by_user === null ? null : { at: isoTime(at), by: by_user, ...(by_name !== null && { byName: by_name }) },
	};
}

// The members by name, for conversations in which they are too many to be read each time: an index of their names and of the later words in
// them. Triggers keep the counts right, and remove what is indexed of somebody who leaves or is renamed, whichever release does it.

import { limits } from "../../../protocol/limits.ts";
import type { Person } from "../../../protocol/person.ts";
import { fold } from "../../../protocol/text/fold.ts";

/** Released: never edit it. */
export const memberNamesTables = `
	-- How many members there are, and the names of how many of them are not in member_names.
	CREATE TABLE member_counts (
		one INTEGER PRIMARY KEY CHECK (one = 1),
		members INTEGER NOT NULL,
		unnamed INTEGER NOT NULL
	) STRICT;
	INSERT INTO member_counts (one, members, unnamed) SELECT 1, count(*), count(*) FROM members;

	-- The folded names of members (is_later = 0), and what is left of them from each later word on (is_later = 1).
	CREATE TABLE member_names (
		is_later INTEGER NOT NULL,
		beginning TEXT NOT NULL,
		user_id TEXT NOT NULL,
		PRIMARY KEY (is_later, beginning, user_id)
	) STRICT, WITHOUT ROWID;

	-- What member_names has of a member, as a list in JSON; NULL: nothing.
	ALTER TABLE members ADD COLUMN beginnings TEXT;
	CREATE INDEX members_owning ON members (user_id) WHERE role = 'owner';

	CREATE TRIGGER members_added AFTER INSERT ON members BEGIN
		UPDATE member_counts SET members = members + 1, unnamed = unnamed + (NEW.beginnings IS NULL);
	END;
	CREATE TRIGGER members_gone AFTER DELETE ON members BEGIN
		UPDATE member_counts SET members = members - 1, unnamed = unnamed - (OLD.beginnings IS NULL);
		DELETE FROM member_names WHERE is_later IN (0, 1) AND beginning IN (SELECT value FROM json_each(OLD.beginnings)) AND user_id = OLD.user_id;
	END;
	CREATE TRIGGER members_renamed AFTER UPDATE OF username ON members WHEN OLD.beginnings IS NOT NULL BEGIN
		DELETE FROM member_names WHERE is_later IN (0, 1) AND beginning IN (SELECT value FROM json_each(OLD.beginnings)) AND user_id = OLD.user_id;
		UPDATE members SET beginnings = NULL WHERE user_id = NEW.user_id;
	END;
	CREATE TRIGGER members_named AFTER UPDATE OF beginnings ON members BEGIN
		UPDATE member_counts SET unnamed = unnamed + (NEW.beginnings IS NULL) - (OLD.beginnings IS NULL);
	END;
`;

/** A place in the index, and the member who is there. `isLater`: 0 for a whole name. */
export type NamePlace = { isLater: number; beginning: string; userId: string };
export type NameEntry = NamePlace & Pick<Person, "username">;

/** Words of one name that are indexed. Longer names are sentences. */
const mostWords = 8;

/** The folded name, and what is left of it from each later word on. */
export function beginningsOf(username: string): [name: string, ...later: string[]] {
	const name = fold(username);
	const words = Array.from(name.matchAll(/(?<=[^\p{L}\p{M}\p{N}])[\p{L}\p{M}\p{N}]/gu), ({ index }) => name.slice(index));
	return [name, ...words.slice(0, mostWords - 1)];
}

export class MemberNames {
	readonly #sql: SqlStorage;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	/** The number of members. */
	count(): number {
		return this.#counts.members;
	}

	get #counts(): { members: number; unnamed: number } {
		return this.#sql.exec<{ members: number; unnamed: number }>("SELECT members, unnamed FROM member_counts").one();
	}

	/** Adds a member of whom nothing is indexed. Returns what the row of the member says of it. */
	add(userId: string, username: string): string {
		const beginnings = beginningsOf(username);
		for (const [nth, beginning] of beginnings.entries())
			this.#sql.exec("INSERT INTO member_names (is_later, beginning, user_id) VALUES (?, ?, ?)", Math.min(nth, 1), beginning, userId);
		return JSON.stringify(beginnings);
	}

	/** Indexes everybody of whom nothing is indexed: those who came while the conversation was small, or with a former release. */
	complete(): void {
		if (this.#counts.unnamed === 0) return;
		const query = "SELECT user_id AS userId, username FROM members WHERE beginnings IS NULL";
		for (const { userId, username } of this.#sql.exec<Person>(query).toArray())
			this.#sql.exec("UPDATE members SET beginnings = ? WHERE user_id = ?", this.add(userId, username), userId);
	}

	/** The entries after a place that begin with a folded text, all of one kind, in order. */
	after({ isLater, beginning, userId }: NamePlace, text: string, limit: number): NameEntry[] {
		return this.#sql
			.exec<NameEntry>(
				`SELECT is_later AS isLater, beginning, user_id AS userId, username FROM member_names JOIN members USING (user_id)
				WHERE is_later = ?1 AND (beginning, user_id) > (?2, ?3) AND beginning < ?4 ORDER BY beginning, user_id LIMIT ?5`,
				isLater,
				beginning < text ? text : beginning,
				beginning < text ? "" : userId,
				`${text}\u{10ffff}`,
				limit,
			)
			.toArray();
	}

	/** Of folded names, those that members have, with these members; with nobody if they are more than `limits.memberPage.alike`. */
	named(names: Iterable<string>): Map<string, Person[]> {
		this.complete();
		const found = this.#sql
			.exec<{ name: string }>(
				`SELECT value AS name FROM json_each(?) WHERE EXISTS
				(SELECT 1 FROM member_names WHERE is_later = 0 AND beginning = value)`,
				JSON.stringify([...names]),
			)
			.toArray();
		const { alike } = limits.memberPage;
		return new Map(
			found.map(({ name }) => {
				const people = this.#sql
					.exec<Person>(
						`SELECT user_id AS userId, username FROM member_names JOIN members USING (user_id)
						WHERE is_later = 0 AND beginning = ? LIMIT ?`,
						name,
						alike + 1,
					)
					.toArray();
				return [name, people.length > alike ? [] : people];
			}),
		);
	}
}

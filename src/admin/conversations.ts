// The conversations of the deployment, as they last reported, and what people have spent: every SQL statement on both. Times in ms.

import { adminLimits } from "../protocol/admin/limits.ts";
import type { ConversationRecord, Report } from "../protocol/admin/records.ts";
import { isoTime } from "../protocol/iso-time.ts";
import type { Place } from "./people.ts";

type Reported = NonNullable<Report["conversations"]>[number];
type Spent = NonNullable<Report["spent"]>[number];
type Row = Omit<Reported, "createdAt"> & { created_at: string; last_activity: number; reported_at: number };

/**
 * A conversation is written again within this time only if it has other members, or nobody is connected any more; with other connections
 * after a shorter one.
 */
const precision = 10 * 60_000;
const connectionPrecision = 60_000;
/** Days for which it is kept what each person has spent. */
const keptDays = 400;

export class Conversations {
	readonly #sql: SqlStorage;
	#added = 0;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	save(reported: Reported, now: number): void {
		const [known] = this.#sql.exec<Row>("SELECT * FROM conversations WHERE id = ?", reported.id).toArray();
		if (known && !isNews(known, reported, now)) return;
		this.#sql.exec(
			`INSERT OR REPLACE INTO conversations (id, created_at, last_activity, reported_at, members, messages, bytes, connections)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			reported.id,
			reported.createdAt,
			known && known.messages >= reported.messages ? known.last_activity : now,
			now,
			reported.members,
			reported.messages,
			reported.bytes,
			reported.connections,
		);
		if (!known && ++this.#added % 1_000 === 0) this.#prune();
	}

	#prune(): void {
		const eldest = "SELECT id FROM conversations ORDER BY last_activity DESC, id LIMIT -1 OFFSET ?";
		this.#sql.exec(`DELETE FROM conversations WHERE id IN (${eldest})`, adminLimits.directory);
	}

	forget(id: string): void {
		this.#sql.exec("DELETE FROM conversations WHERE id = ?", id);
	}

	/** Those with the latest activity first. */
	list(after: Place | undefined, limit: number): { conversations: ConversationRecord[]; next?: Place } {
		const rows = this.#sql
			.exec<Row>(
				"SELECT * FROM conversations WHERE (last_activity, id) < (?, ?) ORDER BY last_activity DESC, id DESC LIMIT ?",
				after?.at ?? Number.MAX_SAFE_INTEGER,
				after?.id ?? "",
				limit + 1,
			)
			.toArray();
		const page = rows.slice(0, limit);
		const last = page.at(-1);
		return { conversations: page.map(toRecord), ...(rows.length > limit && last && { next: { at: last.last_activity, id: last.id } }) };
	}

	// The spending of people

	saveSpent({ userId, day, microUsd, replies }: Spent): void {
		const { rowsWritten } = this.#sql.exec(
			"INSERT OR REPLACE INTO spending (day, user_id, micro_usd, replies) VALUES (?, ?, ?, ?)",
			day,
			userId,
			microUsd,
			replies,
		);
		if (rowsWritten > 0 && ++this.#added % 1_000 === 0) this.#sql.exec("DELETE FROM spending WHERE day < ?", day - keptDays);
	}

	/** The people who have spent most since a day, with their names as far as they are known. */
	spenders(day: number, limit: number): { userId: string; username: string; microUsd: number; replies: number }[] {
		return this.#sql
			.exec<{ userId: string; username: string; microUsd: number; replies: number }>(
				`SELECT user_id AS userId, coalesce(username, user_id) AS username, sum(micro_usd) AS microUsd, sum(replies) AS replies
				FROM spending LEFT JOIN people USING (user_id) WHERE day >= ? GROUP BY user_id ORDER BY microUsd DESC, user_id LIMIT ?`,
				day,
				limit,
			)
			.toArray();
	}
}

function isNews(known: Row, reported: Reported, now: number): boolean {
	if (known.members !== reported.members || now - known.reported_at >= precision) return true;
	if (known.connections !== reported.connections && now - known.reported_at >= connectionPrecision) return true;
	return (known.connections === 0) !== (reported.connections === 0);
}

function toRecord({ id, created_at, last_activity, members, messages, bytes, connections }: Row): ConversationRecord {
	return { conversationId: id, createdAt: created_at, lastActivityAt: isoTime(last_activity), members, messages, bytes, connections };
}

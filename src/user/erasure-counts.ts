// Counts what an erasure has done: every SQL statement on the table `erased`, which exists only while an erasure is in progress.

import { hasTable } from "../platform/migrate.ts";

export type Counts = { conversations: number; messages: number; reactions: number; deletedConversations: number };

export class ErasureCounts {
	readonly #sql: SqlStorage;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	/** True while an erasure is in progress. */
	get exist(): boolean {
		return hasTable(this.#sql, "erased");
	}

	create(): void {
		this.#sql.exec(`CREATE TABLE IF NOT EXISTS erased (one INTEGER PRIMARY KEY CHECK (one = 1), conversations INTEGER NOT NULL,
			messages INTEGER NOT NULL, reactions INTEGER NOT NULL, deleted_conversations INTEGER NOT NULL)`);
		this.#sql.exec("INSERT OR IGNORE INTO erased VALUES (1, 0, 0, 0, 0)");
	}

	add({ conversations, messages, reactions, deletedConversations }: Counts): void {
		this.#sql.exec(
			`UPDATE erased SET conversations = conversations + ?, messages = messages + ?, reactions = reactions + ?,
			deleted_conversations = deleted_conversations + ?`,
			conversations,
			messages,
			reactions,
			deletedConversations,
		);
	}

	sum(): Counts {
		if (!this.exist) return { conversations: 0, messages: 0, reactions: 0, deletedConversations: 0 };
		return this.#sql
			.exec<Counts>("SELECT conversations, messages, reactions, deleted_conversations AS deletedConversations FROM erased")
			.one();
	}

	drop(): void {
		this.#sql.exec("DROP TABLE IF EXISTS erased");
		// The list of an erasure that the release before began.
		this.#sql.exec("DROP TABLE IF EXISTS erasing");
	}
}

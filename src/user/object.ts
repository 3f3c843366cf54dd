// The Durable Object of one person: the list of conversations they are in, as those tell it.

import { DurableObject } from "cloudflare:workers";
import type { AssistantMode, ConversationInfo } from "../protocol/events.ts";

/** A conversation as its list shows it; `lastActivityAt` in ms. */
export type Listed = ConversationInfo & { lastActivityAt: number };

type Row = { id: string; title: string; assistant: AssistantMode; created_at: string; last_activity_at: number };

export class UserObject extends DurableObject<Env> {
	readonly #sql: SqlStorage;
	#hasTable: boolean;

	constructor(ctx: DurableObjectState, env: Env) {
		super(ctx, env);
		this.#sql = ctx.storage.sql;
		this.#hasTable = this.#sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'conversations'").toArray().length > 0;
	}

	/** How a conversation stands now. Older news that comes late changes nothing, and what is no news writes nothing. */
	async remember(listed: Listed): Promise<void> {
		if (!this.#hasTable) {
			this.#sql.exec(`CREATE TABLE conversations (id TEXT PRIMARY KEY, title TEXT NOT NULL, assistant TEXT NOT NULL,
				created_at TEXT NOT NULL, last_activity_at INTEGER NOT NULL) STRICT, WITHOUT ROWID`);
			this.#hasTable = true;
		}
		this.#sql.exec(
			`INSERT INTO conversations (id, title, assistant, created_at, last_activity_at) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET title = excluded.title, assistant = excluded.assistant, last_activity_at = excluded.last_activity_at
			WHERE excluded.last_activity_at >= last_activity_at
				AND (excluded.last_activity_at, excluded.title, excluded.assistant) <> (last_activity_at, title, assistant)`,
			listed.id,
			listed.title,
			listed.assistant,
			listed.createdAt,
			listed.lastActivityAt,
		);
	}

	/** Newest activity first. */
	async conversations(): Promise<(ConversationInfo & { lastActivityAt: string })[]> {
		if (!this.#hasTable) return [];
		return this.#sql
			.exec<Row>("SELECT * FROM conversations ORDER BY last_activity_at DESC, created_at DESC")
			.toArray()
			.map(({ id, title, assistant, created_at, last_activity_at }) => ({
				id,
				title,
				createdAt: created_at,
				assistant,
				lastActivityAt: new Date(last_activity_at).toISOString(),
			}));
	}
}

// The incoming webhooks of a conversation: addresses by which programs post in it.

import { isoTime } from "../../../protocol/iso-time.ts";
import type { IncomingWebhook } from "../../../protocol/webhooks/webhook.ts";

/** Released: never edit it. Times in ms. */
export const incomingWebhooksTable = `
	-- id: SHA-256 of the secret in the address, in hex. token_id: the personal token on which the webhook depends.
	CREATE TABLE incoming_webhooks (
		id TEXT PRIMARY KEY,
		name TEXT NOT NULL,
		asks_claude INTEGER NOT NULL,
		created_by TEXT NOT NULL,
		token_id TEXT NOT NULL,
		owns_token INTEGER NOT NULL,
		created_at INTEGER NOT NULL,
		used_at INTEGER
	) STRICT, WITHOUT ROWID;
`;

/** `ownsToken`: the token was made for the webhook, and goes with it. Without it, the webhook is a program's. */
export type Incoming = { id: string; name: string; asksClaude: boolean; createdBy: string; tokenId: string; ownsToken: boolean };

type Row = {
	id: string;
	name: string;
	asks_claude: number;
	created_by: string;
	token_id: string;
	owns_token: number;
	created_at: number;
	used_at: number | null;
};

export class IncomingWebhooks {
	readonly #sql: SqlStorage;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	all(): Incoming[] {
		return this.#rows("ORDER BY created_at, id").map(incomingOf);
	}

	find(id: string): Incoming | undefined {
		return this.#rows("WHERE id = ?", id).map(incomingOf)[0];
	}

	/** As owners see them, the eldest first. */
	list(): IncomingWebhook[] {
		return this.#rows("ORDER BY created_at, id").map(({ id, name, asks_claude, created_by, created_at, used_at }) => ({
			id,
			name,
			asksClaude: asks_claude === 1,
			createdBy: created_by,
			createdAt: isoTime(created_at),
			...(used_at !== null && { lastUsedAt: isoTime(used_at) }),
		}));
	}

	add({ id, name, asksClaude, createdBy, tokenId, ownsToken }: Incoming, now: number): void {
		this.#sql.exec(
			`INSERT INTO incoming_webhooks (id, name, asks_claude, created_by, token_id, owns_token, created_at)
			VALUES (?, ?, ?, ?, ?, ?, ?)`,
			id,
			name,
			asksClaude ? 1 : 0,
			createdBy,
			tokenId,
			ownsToken ? 1 : 0,
			now,
		);
	}

	remove(id: string): void {
		this.#sql.exec("DELETE FROM incoming_webhooks WHERE id = ?", id);
	}

	/** It was used. A use soon after another is not stored. */
	setUsed(id: string, now: number, precision: number): void {
		const statement = "UPDATE incoming_webhooks SET used_at = ?1 WHERE id = ?2 AND coalesce(used_at, 0) <= ?1 - ?3";
		this.#sql.exec(statement, now, id, precision);
	}

	#rows(where: string, ...values: SqlStorageValue[]): Row[] {
		return this.#sql.exec<Row>(`SELECT * FROM incoming_webhooks ${where}`, ...values).toArray();
	}
}

function incomingOf({ id, name, asks_claude, created_by, token_id, owns_token }: Row): Incoming {
	return { id, name, asksClaude: asks_claude === 1, createdBy: created_by, tokenId: token_id, ownsToken: owns_token === 1 };
}

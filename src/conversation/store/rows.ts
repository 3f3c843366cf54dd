// Writes and reads the rows of messages. What the columns mean is in columns.ts.

import { limits } from "../../protocol/limits.ts";
import type { Message } from "../../protocol/message.ts";
import { nameOfAuthor } from "../../protocol/person.ts";
import { type MessageRow, messageOf, type VersionRow } from "./columns.ts";

export function insertRow(sql: SqlStorage, table: "messages" | "versions", row: MessageRow | (VersionRow & { seq: number })): void {
	const names = Object.keys(row);
	sql.exec(`INSERT INTO ${table} (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`, ...Object.values(row));
}

export function updateRow(sql: SqlStorage, seq: number, columns: Partial<MessageRow>): void {
	const assignments = Object.keys(columns).map((name) => `${name} = ?`);
	sql.exec(`UPDATE messages SET ${assignments.join(", ")} WHERE seq = ?`, ...Object.values(columns), seq);
}

/** The messages of one conversation. `where` is everything of a SELECT that follows the table. */
export class MessageRows {
	readonly #sql: SqlStorage;
	readonly conversationId: string;

	constructor(sql: SqlStorage, conversationId: string) {
		this.#sql = sql;
		this.conversationId = conversationId;
	}

	/** Reads each row only when it is asked for. */
	*each(where: string, ...values: SqlStorageValue[]): Iterable<Message> {
		for (const row of this.#select(where, values)) yield this.#messageOf(row);
	}

	/** The same messages with what only prompts need. */
	*eachForPrompt(where: string, ...values: SqlStorageValue[]): Iterable<Message & { declinedAt?: number }> {
		for (const row of this.#select(where, values))
			yield { ...this.#messageOf(row), ...(row.declined_at !== null && { declinedAt: row.declined_at }) };
	}

	#select(where: string, values: SqlStorageValue[]): Iterable<MessageRow> {
		return this.#sql.exec<MessageRow>(`SELECT * FROM messages ${where}`, ...values);
	}

	#messageOf(row: MessageRow): Message {
		return { ...messageOf(row, this.conversationId), ...(row.reply_to !== null && this.quote(row.reply_to)) };
	}

	all(where: string, ...values: SqlStorageValue[]): Message[] {
		return [...this.each(where, ...values)];
	}

	/** The message at a place as a reply to it quotes it: as it reads now, cut to an excerpt. */
	quote(seq: number): Pick<Message, "replyTo" | "quoted"> {
		const { id, userId, username, content } = this.#sql
			.exec<{ id: string; userId: string; username: string; content: string }>(
				"SELECT id, author_id AS userId, author_name AS username, substr(content, 1, ?) AS content FROM messages WHERE seq = ?",
				limits.excerpt,
				seq,
			)
			.one();
		return { replyTo: id, quoted: { author: { userId, username: nameOfAuthor({ userId, username }) }, content, seq } };
	}
}

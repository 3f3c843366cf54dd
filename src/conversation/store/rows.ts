// Writes and reads the rows of messages. What the columns mean is in columns.ts.

import type { MessageFile } from "../../protocol/files/file.ts";
import { limits } from "../../protocol/limits.ts";
import { type Mention, type Message, placeOf } from "../../protocol/message.ts";
import { type Author, nameOfAuthor } from "../../protocol/person.ts";
import { briefsOf, type MessageRow, messageOf, type VersionRow } from "./columns.ts";

/** A message of a person. */
export type NewMessage = {
	author: Author;
	content: string;
	clientId?: string;
	asksClaude: boolean;
	/** The message that it quotes. */
	replyTo?: Message;
	mentions?: readonly Mention[];
	files?: readonly MessageFile[];
};

export function insertRow(sql: SqlStorage, table: "messages" | "versions", row: MessageRow | (VersionRow & { seq: number })): void {
	const names = Object.keys(row);
	sql.exec(`INSERT INTO ${table} (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`, ...Object.values(row));
}

export function updateRow(sql: SqlStorage, seq: number, columns: Partial<MessageRow>): void {
	const assignments = Object.keys(columns).map((name) => `${name} = ?`);
	sql.exec(`UPDATE messages SET ${assignments.join(", ")} WHERE seq = ?`, ...Object.values(columns), seq);
}

/** A message with what only prompts need. `declinedAt`: Claude declined to answer with this reply, in ms. */
export type PromptMessage = Message & { declinedAt?: number };

/**
 * The messages of one conversation from a place on. What is older is not there: neither as a message nor as a quote. `where` is everything
 * of a SELECT that follows the table.
 */
export class MessageRows {
	readonly #sql: SqlStorage;
	readonly conversationId: string;
	readonly #from: number;

	constructor(sql: SqlStorage, conversationId: string, from = 1) {
		this.#sql = sql;
		this.conversationId = conversationId;
		this.#from = from;
	}

	startingAt(from: number): MessageRows {
		return new MessageRows(this.#sql, this.conversationId, from);
	}

	/** Reads each row only when it is asked for. */
	*each(where: string, ...values: SqlStorageValue[]): Iterable<Message> {
		for (const row of this.#select(where, values)) yield this.#messageOf(row);
	}

	/** The same messages with what only prompts need. */
	*eachForPrompt(where: string, ...values: SqlStorageValue[]): Iterable<PromptMessage> {
		for (const row of this.#select(where, values))
			yield { ...this.#messageOf(row), ...(row.declined_at !== null && { declinedAt: row.declined_at }) };
	}

	#select(where: string, values: SqlStorageValue[]): Iterable<MessageRow> {
		const table = this.#from > 1 ? `(SELECT * FROM messages WHERE seq >= ${this.#from})` : "messages";
		return this.#sql.exec<MessageRow>(`SELECT * FROM ${table} ${where}`, ...values);
	}

	#messageOf(row: MessageRow): Message {
		return { ...messageOf(row, this.conversationId), ...(row.reply_to !== null && row.reply_to >= this.#from && this.quote(row.reply_to)) };
	}

	all(where: string, ...values: SqlStorageValue[]): Message[] {
		return [...this.each(where, ...values)];
	}

	byId(id: string): Message | undefined {
		const seq = placeOf(id);
		return seq === undefined ? undefined : this.all("WHERE seq = ? AND id = ?", seq, id)[0];
	}

	/** The message at a place as a reply to it quotes it: as it reads now, cut to an excerpt. */
	quote(seq: number): Pick<Message, "replyTo" | "quoted"> {
		const { id, userId, username, content, files } = this.#sql
			.exec<{ id: string; userId: string; username: string; content: string; files: string | null }>(
				"SELECT id, author_id AS userId, author_name AS username, substr(content, 1, ?) AS content, files FROM messages WHERE seq = ?",
				limits.excerpt,
				seq,
			)
			.one();
		return {
			replyTo: id,
			quoted: { author: { userId, username: nameOfAuthor({ userId, username }) }, content, seq, ...briefsOf({ files }) },
		};
	}
}

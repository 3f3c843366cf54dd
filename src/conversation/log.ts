// The log of one conversation: every SQL statement on its messages, by name. Rows in, the wire's values out; no rule of the chat is
// decided here. All calls are synchronous: what happens between two awaits of the caller is one step.

import type { Reason } from "../protocol/errors.ts";
import { limits } from "../protocol/limits.ts";
import type { Message, MessageStatus } from "../protocol/message.ts";
import { claude, type Person } from "../protocol/person.ts";
import { type Cursor, encodeCursor } from "./cursor.ts";
import { isoTime, type MessageRow, type ReplyFacts, toMessage } from "./rows.ts";

/** How a reply ended. */
export type Outcome = { status: Exclude<MessageStatus, "streaming">; reason?: Reason };

export class Log {
	readonly #sql: SqlStorage;
	readonly #conversationId: string;
	readonly #lineage: string;
	/** The newest place and revision. */
	#head: { seq: number; revision: number };

	constructor(sql: SqlStorage, conversation: { id: string; lineage: string }) {
		this.#sql = sql;
		this.#conversationId = conversation.id;
		this.#lineage = conversation.lineage;
		const last = sql.exec<MessageRow>("SELECT * FROM messages ORDER BY seq DESC LIMIT 1").toArray()[0];
		const changed = sql
			.exec<{ revision: number | null }>("SELECT MAX(revision) AS revision FROM messages WHERE revision > born")
			.one().revision;
		this.#head = { seq: last?.seq ?? 0, revision: Math.max(last?.born ?? 0, changed ?? 0) };
	}

	/** The newest place and revision, as clients keep it. */
	get cursor(): string {
		return encodeCursor(this.head);
	}

	get head(): Cursor {
		return { lineage: this.#lineage, ...this.#head };
	}

	addMessage(said: { author: Person; content: string; clientId?: string; asksClaude: boolean }, now: number): Message {
		const { asksClaude, ...message } = said;
		return this.#insert({ role: "user", status: "complete", ...message }, asksClaude, now);
	}

	/** An empty reply that has just begun. */
	addReply(now: number): Message {
		return this.#insert({ role: "assistant", author: claude, content: "", status: "streaming" }, false, now);
	}

	#insert(message: Pick<Message, "role" | "author" | "content" | "status" | "clientId">, asks: boolean, now: number): Message {
		const { role, author, content, status, clientId } = message;
		const seq = this.#head.seq + 1;
		const revision = this.#head.revision + 1;
		// The place is in the id, so that finding a message by its id needs no index.
		const id = `m${seq}-${crypto.randomUUID().slice(0, 8)}`;
		this.#sql.exec(
			`INSERT INTO messages (seq, id, role, author_id, author_name, content, status, client_id, asks, born, revision, created_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			seq,
			id,
			role,
			author.userId,
			author.username,
			content,
			status,
			clientId ?? null,
			asks ? 1 : 0,
			revision,
			revision,
			now,
		);
		this.#head = { seq, revision };
		return { id, conversationId: this.#conversationId, ...message, createdAt: isoTime(now), seq, revision };
	}

	/** Keeps the text so far, and how it came to be; the row stays `streaming` and its revision as it is. */
	checkpoint(message: Message, content: string, facts: ReplyFacts): void {
		this.#sql.exec("UPDATE messages SET content = ?, reply = ? WHERE seq = ?", content, JSON.stringify(facts), message.seq);
	}

	finishReply(message: Message, content: string, outcome: Outcome, facts: ReplyFacts): Message {
		return this.#change(message, { content, status: outcome.status, reason: outcome.reason ?? null, reply: JSON.stringify(facts) });
	}

	/** The same reply from the start. */
	reopenReply(message: Message): Message {
		return this.#change(message, { content: "", status: "streaming", reason: null, reply: null });
	}

	#change(message: Message, change: Pick<MessageRow, "content" | "status" | "reason" | "reply">): Message {
		const revision = this.#head.revision + 1;
		this.#sql.exec(
			"UPDATE messages SET content = ?, status = ?, reason = ?, reply = ?, revision = ? WHERE seq = ?",
			change.content,
			change.status,
			change.reason,
			change.reply,
			revision,
			message.seq,
		);
		this.#head.revision = revision;
		return this.#messages("WHERE seq = ?", message.seq)[0] as Message;
	}

	message(id: string): Message | undefined {
		const seq = /^m(\d{1,15})-/.exec(id)?.[1];
		return seq === undefined ? undefined : this.#messages("WHERE seq = ? AND id = ?", Number(seq), id)[0];
	}

	messageByClientId(userId: string, clientId: string): Message | undefined {
		return this.#messages("WHERE author_id = ? AND client_id = ?", userId, clientId)[0];
	}

	/** Replies that some life of the object began and did not end. */
	streaming(): Message[] {
		return this.#messages("WHERE status = 'streaming' ORDER BY seq");
	}

	isLastReply(message: Message): boolean {
		return this.#messages("WHERE seq > ? AND role = 'assistant' LIMIT 1", message.seq).length === 0;
	}

	/** The messages before a place, oldest first: up to `limit`, and less where they are long. */
	page(before: number, limit: number): { messages: Message[]; hasMore: boolean } {
		const newestFirst: Message[] = [];
		let length = 0;
		for (const message of this.#each("WHERE seq < ? ORDER BY seq DESC LIMIT ?", before, limit + 1)) {
			length += message.content.length;
			if (newestFirst.length === limit || (length > limits.pageLength && newestFirst.length > 0))
				return { messages: newestFirst.reverse(), hasMore: true };
			newestFirst.push(message);
		}
		return { messages: newestFirst.reverse(), hasMore: false };
	}

	/** What came or changed after a cursor's place and revision, or runs now; `undefined` if that is too much for one frame. */
	changesSince({ revision, seq }: { revision: number; seq: number }): Message[] | undefined {
		const known = new Map<number, Message>();
		let length = 0;
		const all = [
			this.#each("WHERE seq > ? ORDER BY seq", seq),
			this.#each("WHERE revision > born AND revision > ? AND seq <= ?", revision, seq),
			this.#each("WHERE status = 'streaming' AND seq <= ?", seq),
		];
		for (const messages of all) {
			for (const message of messages) {
				known.set(message.seq, message);
				length += message.content.length;
				if (known.size > limits.changes || length > limits.pageLength) return undefined;
			}
		}
		return [...known.values()].sort((one, other) => one.seq - other.seq);
	}

	/** The newest messages before a place, oldest first: as many as it takes for their text to exceed `length`, or all. */
	messagesBefore(seq: number, length: number): Message[] {
		const newestFirst: Message[] = [];
		let sum = 0;
		for (const message of this.#each("WHERE seq < ? ORDER BY seq DESC", seq)) {
			newestFirst.push(message);
			sum += message.content.length;
			if (sum > length) break;
		}
		return newestFirst.reverse();
	}

	/** Whether anything after a place asked Claude. */
	isAskedAfter(seq: number): boolean {
		return this.#messages("WHERE seq > ? AND asks = 1 LIMIT 1", seq).length > 0;
	}

	/** When a person sent, in ms, oldest first, as far back as `since`; reads from the end of the log and no further. */
	sendTimes(userId: string, since: number): number[] {
		const times: number[] = [];
		const rows = this.#sql.exec<{ author_id: string; created_at: number }>("SELECT author_id, created_at FROM messages ORDER BY seq DESC");
		for (const row of rows) {
			if (row.created_at < since) break;
			if (row.author_id === userId) times.unshift(row.created_at);
		}
		return times;
	}

	/** When the newest message came, in ms. */
	lastMessageAt(): number | undefined {
		return this.#sql.exec<{ created_at: number }>("SELECT created_at FROM messages ORDER BY seq DESC LIMIT 1").toArray()[0]?.created_at;
	}

	#messages(where: string, ...values: SqlStorageValue[]): Message[] {
		return [...this.#each(where, ...values)];
	}

	/** Reads a row when it is asked for one. */
	*#each(where: string, ...values: SqlStorageValue[]): Iterable<Message> {
		for (const row of this.#sql.exec<MessageRow>(`SELECT * FROM messages ${where}`, ...values))
			yield { ...toMessage(row, this.#conversationId), ...(row.reply_to !== null && this.#quote(row.reply_to)) };
	}

	/** What is said of the message that another one answers, as it reads now. */
	#quote(seq: number): Pick<Message, "replyTo" | "quoted"> {
		const { id, userId, username, content } = this.#sql
			.exec<{ id: string; userId: string; username: string; content: string }>(
				"SELECT id, author_id AS userId, author_name AS username, substr(content, 1, ?) AS content FROM messages WHERE seq = ?",
				limits.excerpt,
				seq,
			)
			.one();
		return { replyTo: id, quoted: { author: { userId, username }, content } };
	}
}

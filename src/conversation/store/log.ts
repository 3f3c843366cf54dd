// The log of one conversation: every SQL statement on its messages, by name. Rows in, the wire's values out; no rule of the chat is
// decided here. All calls are synchronous: what happens between two awaits of the caller is one step.

import type { LastMessage } from "../../protocol/conversation.ts";
import type { Reason } from "../../protocol/errors.ts";
import { limits } from "../../protocol/limits.ts";
import { type Mention, type Message, type MessageStatus, placeOf, type Reaction } from "../../protocol/message.ts";
import { claude, type Person } from "../../protocol/person.ts";
import { withoutMarks } from "../../protocol/plain-text.ts";
import { promptSizeOf } from "../../protocol/prompt-size.ts";
import { harmlessLine } from "../../protocol/text.ts";
import { deletedColumns, factsColumn, isoTime, listColumn, type MessageRow, type ReplyFacts, rowOf } from "./columns.ts";
import { type Cursor, encodeCursor } from "./cursor.ts";
import { insertRow, MessageRows, updateRow } from "./rows.ts";
import { Versions } from "./versions.ts";
import { WordIndex } from "./word-index.ts";

/** How a reply ended. */
export type Outcome = { status: Exclude<MessageStatus, "streaming">; reason?: Reason };

/** What a person says, and what was found in it. */
export type Said = {
	author: Person;
	content: string;
	clientId?: string;
	asksClaude: boolean;
	/** The message that it answers. */
	replyTo?: Message;
	mentions?: readonly Mention[];
};

/** Whose messages, and of what time in ms: from `since` on, before `until`. */
export type Filter = { from?: string | undefined; since?: number | undefined; until?: number | undefined };

/** A message as far as counting needs it; `at` in ms. `counts`: it is whole and not deleted, and so can be unread. */
export type Recent = { seq: number; authorId: string; at: number; counts: boolean };

/** Of what the newest one is asked for. */
const kinds = { reply: "role = 'assistant'", question: "asks = 1" } as const;

export class Log {
	readonly #sql: SqlStorage;
	readonly #conversationId: string;
	readonly #rows: MessageRows;
	readonly #lineage: string;
	/** Of its replies. */
	readonly versions: Versions;
	readonly #words: WordIndex;
	/** The newest place and revision. */
	#head: { seq: number; revision: number };
	/** The place of the newest of a kind, once it was looked for. */
	readonly #newest: Partial<Record<keyof typeof kinds, number>> = {};

	constructor(sql: SqlStorage, conversation: { id: string; lineage: string }) {
		this.#sql = sql;
		this.#conversationId = conversation.id;
		this.#rows = new MessageRows(sql, conversation.id);
		this.#lineage = conversation.lineage;
		this.versions = new Versions(sql);
		this.#words = new WordIndex(sql);
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

	addMessage(said: Said, now: number): Message {
		const { author, content, clientId, mentions = [], asksClaude, replyTo } = said;
		const message = this.#insert(
			{
				role: "user",
				status: "complete",
				author,
				content,
				clientId,
				...(asksClaude && { asksClaude }),
				...(mentions.length > 0 && { mentions: [...mentions] }),
				...(replyTo && this.#rows.quote(replyTo.seq)),
			},
			now,
		);
		this.#tellNamed(undefined, message);
		return message;
	}

	/** An empty reply that has just begun, for those who asked. */
	addReply(now: number, askedBy: readonly Person[] = []): Message {
		return this.#insert(
			{ role: "assistant", author: claude, content: "", status: "streaming", ...(askedBy.length > 0 && { askedBy: [...askedBy] }) },
			now,
		);
	}

	#insert(fields: Omit<Message, "id" | "conversationId" | "createdAt" | "seq" | "revision">, now: number): Message {
		const seq = this.#head.seq + 1;
		const revision = this.#head.revision + 1;
		// The place is in the id, so that finding a message by its id needs no index.
		const id = `m${seq}-${crypto.randomUUID().slice(0, 8)}`;
		const message: Message = { id, conversationId: this.#conversationId, createdAt: isoTime(now), seq, revision, ...fields };
		insertRow(this.#sql, "messages", rowOf(message));
		this.#head = { seq, revision };
		if (message.role === "assistant") this.#newest.reply = seq;
		if (message.asksClaude) this.#newest.question = seq;
		if (message.content !== "") this.#words.put(seq, message.content);
		return message;
	}

	/** Keeps the text so far, and how it came to be; the row stays `streaming` and its revision as it is. */
	checkpoint(message: Message, content: string, facts: ReplyFacts): void {
		updateRow(this.#sql, message.seq, { content, reply: factsColumn(facts) });
	}

	finishReply(message: Message, content: string, outcome: Outcome, facts: ReplyFacts): Message {
		return this.#change(message, { content, status: outcome.status, reason: outcome.reason ?? null, reply: factsColumn(facts) });
	}

	/** The same reply from the start; what it said is kept as a version. */
	reopenReply(message: Message): Message {
		const versions = message.content === "" ? (message.versions ?? 0) : this.versions.keep(message.seq);
		return this.#change(message, { content: "", status: "streaming", reason: null, reply: null, versions });
	}

	setReactions(message: Message, reactions: readonly Reaction[]): Message {
		return this.#change(message, { reactions: listColumn(reactions) });
	}

	editMessage(message: Message, content: string, mentions: readonly Mention[], now: number): Message {
		return this.#change(message, { content, mentions: listColumn(mentions), edited_at: now });
	}

	/** Leaves its place, its author and its `clientId`, and nothing of what was said. */
	deleteMessage(message: Message, now: number): Message {
		this.versions.drop(message.seq);
		if (this.#newest.question === message.seq) this.#newest.question = undefined;
		return this.#change(message, { ...deletedColumns, deleted_at: now });
	}

	/** Every change of what a message holds, once it is in the log. */
	#change(message: Message, change: Partial<MessageRow>): Message {
		const revision = this.#head.revision + 1;
		updateRow(this.#sql, message.seq, { ...change, revision });
		this.#head.revision = revision;
		if (change.content !== undefined) this.#words.put(message.seq, change.content);
		const changed = this.#rows.all("WHERE seq = ?", message.seq)[0] as Message;
		this.#tellNamed(message, changed);
		return changed;
	}

	/** Keeps whom a message names or answers as they are after a change of it. */
	#tellNamed(before: Message | undefined, after: Message): void {
		const former = before ? namedBy(before) : new Set<string>();
		const named = namedBy(after);
		for (const userId of former)
			if (!named.has(userId)) this.#sql.exec("DELETE FROM mentions WHERE user_id = ? AND seq = ?", userId, after.seq);
		for (const userId of named)
			if (!former.has(userId)) this.#sql.exec("INSERT INTO mentions (user_id, seq) VALUES (?, ?)", userId, after.seq);
	}

	/** The number of a change that is made elsewhere, of however many messages: `ofRevision` finds them by it. */
	newRevision(): number {
		this.#head.revision += 1;
		this.#newest.question = undefined;
		return this.#head.revision;
	}

	ofRevision(revision: number, limit: number): Message[] {
		return this.#rows.all("WHERE revision > born AND revision = ? LIMIT ?", revision, limit);
	}

	message(id: string): Message | undefined {
		const seq = placeOf(id);
		return seq === undefined ? undefined : this.#rows.all("WHERE seq = ? AND id = ?", seq, id)[0];
	}

	messageByClientId(userId: string, clientId: string): Message | undefined {
		return this.#rows.all("WHERE author_id = ? AND client_id = ?", userId, clientId)[0];
	}

	/** Replies that some life of the object began and did not end. */
	streaming(): Message[] {
		return this.#rows.all("WHERE status = 'streaming' ORDER BY seq");
	}

	/** What people said first, oldest first. */
	firstSaid(limit: number): Message[] {
		return this.#rows.all("WHERE role = 'user' AND deleted_at IS NULL ORDER BY seq LIMIT ?", limit);
	}

	/** The message that a reply answers. */
	questionOf({ seq }: Message): Message | undefined {
		return this.#rows.all("WHERE seq < ? AND asks = 1 ORDER BY seq DESC LIMIT 1", seq)[0];
	}

	/** The last reply. A deleted one is one still. */
	lastReply(): Message | undefined {
		return this.#rows.all("WHERE seq = ?", this.#newestOf("reply"))[0];
	}

	isLastQuestion({ seq }: Message): boolean {
		return seq === this.#newestOf("question");
	}

	/** Looked for from the end of the log, and once: in a long one it may be far away. 0 where there is none. */
	#newestOf(kind: keyof typeof kinds): number {
		this.#newest[kind] ??=
			this.#sql.exec<{ seq: number }>(`SELECT seq FROM messages WHERE ${kinds[kind]} ORDER BY seq DESC LIMIT 1`).toArray()[0]?.seq ?? 0;
		return this.#newest[kind];
	}

	/** The messages before a place, oldest first: up to `limit`, and less where they are longer than `most` together. */
	page(before: number, limit: number, most?: number): { messages: Message[]; hasMore: boolean } {
		const { messages, hasMore } = firstOf(this.#rows.each("WHERE seq < ? ORDER BY seq DESC LIMIT ?", before, limit + 1), limit, most);
		return { messages: messages.reverse(), hasMore };
	}

	/** The messages after a place, in the same way. */
	pageAfter(after: number, limit: number, most?: number): { messages: Message[]; hasMore: boolean } {
		return firstOf(this.#rows.each("WHERE seq > ? ORDER BY seq LIMIT ?", after, limit + 1), limit, most);
	}

	/** The messages on both sides of a place and at it, in the same way; the later half is whole where the earlier one is short. */
	pageAround(seq: number, limit: number): Message[] {
		const earlier = this.page(seq, Math.floor(limit / 2), limits.pageLength / 2).messages;
		return [...earlier, ...this.pageAfter(seq - 1, limit - earlier.length, limits.pageLength / 2).messages];
	}

	/** The messages before a place whose words fit, in the index's language: newest first, up to `limit`, and less where they are long. */
	search(match: string, before: number, limit: number, { from, since, until }: Filter = {}): { messages: Message[]; hasMore: boolean } {
		const after = since === undefined ? 0 : this.#lastBefore(since);
		const end = until === undefined ? before : Math.min(before, this.#lastBefore(until) + 1);
		return firstOf(this.#at(this.#words.find(match, after, end, limit + 1, from)), limit, limits.search.length);
	}

	/** The last place before a time, 0 if there is none: by halves, as times go up with places and have no index. */
	#lastBefore(time: number): number {
		let [low, high] = [0, this.head.seq];
		while (low < high) {
			const middle = Math.ceil((low + high) / 2);
			const [row] = this.#sql.exec<{ at: number }>("SELECT created_at AS at FROM messages WHERE seq = ?", middle).toArray();
			if (row && row.at < time) low = middle;
			else high = middle - 1;
		}
		return low;
	}

	/** What came or changed after a cursor's place and revision, or runs now; `undefined` if that is too much for one frame. */
	changesSince({ revision, seq }: { revision: number; seq: number }): Message[] | undefined {
		const known = new Map<number, Message>();
		let length = 0;
		const all = [
			this.#rows.each("WHERE seq > ? ORDER BY seq", seq),
			this.#rows.each("WHERE revision > born AND revision > ? AND seq <= ?", revision, seq),
			this.#rows.each("WHERE status = 'streaming' AND seq <= ?", seq),
		];
		for (const messages of all) {
			for (const message of messages) {
				known.set(message.seq, message);
				length += lengthOf(message);
				if (known.size > limits.changes || length > limits.pageLength) return undefined;
			}
		}
		return [...known.values()].sort((one, other) => one.seq - other.seq);
	}

	/** The newest messages before a place, oldest first: as many as it takes for their weight to exceed this one, or all. */
	messagesBefore(seq: number, weight: number): Message[] {
		const newestFirst: Message[] = [];
		let sum = 0;
		for (const message of this.#rows.each("WHERE seq < ? ORDER BY seq DESC", seq)) {
			newestFirst.push(message);
			sum += promptSizeOf(message);
			if (sum > weight) break;
		}
		return newestFirst.reverse();
	}

	/** Who asked Claude after a place, each once, in their order. */
	askersAfter(seq: number): Person[] {
		if (this.#newestOf("question") <= seq) return [];
		return this.#sql
			.exec<Person>(
				`SELECT author_id AS userId, author_name AS username FROM messages WHERE seq > ? AND asks = 1
				GROUP BY author_id ORDER BY MIN(seq) LIMIT ?`,
				seq,
				limits.askers,
			)
			.toArray();
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

	/** The newest message that is whole, as a list shows it. */
	last(): LastMessage | undefined {
		const row = this.#sql
			.exec<Pick<MessageRow, "seq" | "author_id" | "author_name" | "content" | "created_at" | "deleted_at">>(
				`SELECT seq, author_id, author_name, substr(content, 1, ?) AS content, created_at, deleted_at FROM messages
				WHERE status <> 'streaming' ORDER BY seq DESC LIMIT 1`,
				limits.excerpt,
			)
			.toArray()[0];
		if (!row) return undefined;
		return {
			seq: row.seq,
			author: { userId: row.author_id, username: row.author_name },
			content: row.deleted_at === null ? harmlessLine(withoutMarks(row.content)) : "",
			createdAt: isoTime(row.created_at),
			...(row.deleted_at !== null && { deletedAt: isoTime(row.deleted_at) }),
		};
	}

	/** The newest messages that can be unread, newest first. However many are none, it reads no more than some hundreds. */
	recent(limit: number): Recent[] {
		const newestFirst: Recent[] = [];
		for (const message of this.#recent("ORDER BY seq DESC LIMIT ?", limit * 5)) {
			if (message.counts) newestFirst.push(message);
			if (newestFirst.length === limit) break;
		}
		return newestFirst;
	}

	/** What came or changed after a place and revision; `undefined` where that is as much as there is to look at anyway. */
	recentSince({ seq, revision }: { seq: number; revision: number }, limit: number): Recent[] | undefined {
		const changed = [
			...this.#recent("WHERE seq > ? ORDER BY seq DESC LIMIT ?", seq, limit),
			...this.#recent("WHERE revision > born AND revision > ? AND seq <= ? LIMIT ?", revision, seq, limit),
		];
		return changed.length < limit ? changed : undefined;
	}

	*#recent(where: string, ...values: SqlStorageValue[]): Iterable<Recent> {
		type Row = Omit<Recent, "counts"> & { counts: number };
		const columns = "seq, author_id AS authorId, created_at AS at, status <> 'streaming' AND deleted_at IS NULL AS counts";
		for (const row of this.#sql.exec<Row>(`SELECT ${columns} FROM messages ${where}`, ...values))
			yield { ...row, counts: row.counts === 1 };
	}

	*#at(places: Iterable<number>): Iterable<Message> {
		for (const seq of places) yield* this.#rows.each("WHERE seq = ?", seq);
	}
}

/** Whom a message names or answers: others than who wrote it. */
function namedBy({ author, mentions = [], quoted }: Message): Set<string> {
	const named = new Set(mentions.map(({ userId }) => userId));
	if (quoted && quoted.author.userId !== claude.userId) named.add(quoted.author.userId);
	named.delete(author.userId);
	return named;
}

/** The first of them, up to `limit`, and less where they are longer than `most` together; and whether there are others. */
function firstOf(all: Iterable<Message>, limit: number, most: number = limits.pageLength): { messages: Message[]; hasMore: boolean } {
	const messages: Message[] = [];
	let length = 0;
	for (const message of all) {
		length += lengthOf(message);
		if (messages.length === limit || (length > most && messages.length > 0)) return { messages, hasMore: true };
		messages.push(message);
	}
	return { messages, hasMore: false };
}

/** What a message adds to a frame. */
function lengthOf({ content, thinking = "", reactions = [] }: Message): number {
	return reactions.reduce((sum, { userIds }) => sum + userIds.join().length, content.length + thinking.length);
}

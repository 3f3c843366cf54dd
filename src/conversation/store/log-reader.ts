// Reads the messages of a conversation: pages, search results, changes since a cursor, and the newest messages for lists.

import type { LastMessage } from "../../protocol/conversation.ts";
import { isoTime } from "../../protocol/iso-time.ts";
import { limits } from "../../protocol/limits.ts";
import { lengthOf, type Message } from "../../protocol/message.ts";
import type { Person } from "../../protocol/person.ts";
import { promptSizeOf } from "../../protocol/prompt-size.ts";
import { withoutMarks } from "../../protocol/text/plain-text.ts";
import { sanitizeLine } from "../../protocol/text/sanitize.ts";
import type { MessageRow } from "./columns.ts";
import { authorOf, briefsOf } from "./columns.ts";
import type { Log } from "./log.ts";
import type { MessageRows, PromptMessage } from "./rows.ts";
import { WordIndex } from "./word-index.ts";
import type { Query } from "./words.ts";

/** Only messages by `from`, sent at `since` or later and before `until`; times in ms. */
export type Filter = { from?: string | undefined; since?: number | undefined; until?: number | undefined };

/** A message for counting what is unread; `at` in ms. It `counts` unless it is still streaming or deleted. `askers`: who asked for a reply. */
export type Recent = { seq: number; authorId: string; at: number; counts: boolean; askers?: readonly string[] };

/** A message without its words; times in ms. */
export type Trace = { seq: number; role: Message["role"]; deletedAt: number | null; editedAt: number | null; isEmpty: boolean };

/** Messages that match a query. */
export type Found = { messages: Message[]; hasMore: boolean; partial: boolean };

export class LogReader {
	readonly #sql: SqlStorage;
	readonly #rows: MessageRows;
	readonly #log: Pick<Log, "head">;
	readonly #words: WordIndex;
	/** The place of the first message that it reads. */
	readonly from: number;

	constructor(sql: SqlStorage, rows: MessageRows, log: Pick<Log, "head">, from = 1) {
		this.#sql = sql;
		this.#rows = rows;
		this.#log = log;
		this.#words = new WordIndex(sql);
		this.from = from;
	}

	/** Reads nothing that is older than a place: for those who may not see it. */
	startingAt(from: number): LogReader {
		return from <= this.from ? this : new LogReader(this.#sql, this.#rows.startingAt(from), this.#log, from);
	}

	message(id: string): Message | undefined {
		return this.#rows.byId(id);
	}

	/** The messages before a place, oldest first: up to `limit`, and fewer if they are longer than `maxLength` together. */
	page(before: number, limit: number, maxLength?: number): { messages: Message[]; hasMore: boolean } {
		const { messages, hasMore } = firstOf(this.#rows.each("WHERE seq < ? ORDER BY seq DESC LIMIT ?", before, limit + 1), limit, maxLength);
		return { messages: messages.reverse(), hasMore };
	}

	/** The messages after a place, with the same limits. */
	pageAfter(after: number, limit: number, maxLength?: number): { messages: Message[]; hasMore: boolean } {
		return firstOf(this.#rows.each("WHERE seq > ? ORDER BY seq LIMIT ?", after, limit + 1), limit, maxLength);
	}

	/** The message at a place and those on both sides of it. If there are few earlier ones, there are more later ones. */
	pageAround(seq: number, limit: number): Message[] {
		const earlier = this.page(seq, Math.floor(limit / 2), limits.pageLength / 2).messages;
		return [...earlier, ...this.pageAfter(seq - 1, limit - earlier.length, limits.pageLength / 2).messages];
	}

	/**
	 * The messages before a place that match a query: newest first, up to `limit`, and fewer if they are long. `partial`: there may be
	 * more, which were not looked for.
	 */
	search(query: Query, before: number, limit: number, { from, since, until }: Filter = {}): Found {
		this.#words.bringUpToDate();
		const after = since === undefined ? 0 : this.#lastBefore(since);
		const newest = Math.min(before, this.#log.head.seq + 1);
		const end = until === undefined ? newest : Math.min(newest, this.#lastBefore(until) + 1);
		const { places, isPartial } = this.#words.find(query, Math.max(after, this.from - 1), end, limit + 1, from);
		return { ...firstOf(this.#eachAt(places), limit, limits.search.length), partial: isPartial };
	}

	/** The last place before a time, or 0. A binary search, since times grow with places and have no index. */
	#lastBefore(time: number): number {
		let [low, high] = [0, this.#log.head.seq];
		while (low < high) {
			const middle = Math.ceil((low + high) / 2);
			const [row] = this.#sql.exec<{ at: number }>("SELECT created_at AS at FROM messages WHERE seq = ?", middle).toArray();
			if (row && row.at < time) low = middle;
			else high = middle - 1;
		}
		return low;
	}

	/**
	 * The messages added or changed after a cursor's place and revision, and a running reply. `undefined` if they are too much for
	 * one frame.
	 */
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
				length += frameLengthOf(message);
				if (known.size > limits.changes || length > limits.pageLength) return undefined;
			}
		}
		return [...known.values()].sort((one, other) => one.seq - other.seq);
	}

	/** The first messages of people, oldest first. */
	firstUserMessages(limit: number): Message[] {
		return this.#rows.all("WHERE role = 'user' AND deleted_at IS NULL ORDER BY seq LIMIT ?", limit);
	}

	/** The question that a reply answers. */
	questionOf({ seq }: Message): Message | undefined {
		return this.#rows.all("WHERE seq < ? AND asks = 1 ORDER BY seq DESC LIMIT 1", seq)[0];
	}

	/** The first reply after a place, among so many messages. */
	replyAfter(seq: number, within: number): PromptMessage | undefined {
		const where = "WHERE seq > ? AND seq <= ? AND role = 'assistant' ORDER BY seq LIMIT 1";
		return [...this.#rows.eachForPrompt(where, seq, seq + within)][0];
	}

	/** The messages that asked Claude after a place, oldest first. */
	questionsAfter(seq: number): Message[] {
		return this.#rows.all("WHERE seq > ? AND asks = 1 ORDER BY seq", seq);
	}

	/** The newest messages before a place and after another, oldest first: all, or as many as it takes to exceed a size in the prompt. */
	messagesBefore(seq: number, size: number, after = 0): PromptMessage[] {
		const newestFirst: PromptMessage[] = [];
		let sum = 0;
		for (const message of this.#rows.eachForPrompt("WHERE seq < ? AND seq > ? ORDER BY seq DESC", seq, after)) {
			newestFirst.push(message);
			sum += promptSizeOf(message);
			if (sum > size) break;
		}
		return newestFirst.reverse();
	}

	/** The first messages after a place and before another: as many as fit into a size in the prompt, but at least one. */
	messagesAfter(seq: number, before: number, size: number): PromptMessage[] {
		const messages: PromptMessage[] = [];
		let sum = 0;
		for (const message of this.#rows.eachForPrompt("WHERE seq > ? AND seq < ? ORDER BY seq", seq, before)) {
			sum += promptSizeOf(message);
			if (sum > size && messages.length > 0) break;
			messages.push(message);
		}
		return messages;
	}

	/** Counts others' messages after a place that have ended, up to a limit. What a person's programs say counts. */
	countUnread(userId: string, after: number, limit: number): number {
		const where = "seq > ? AND deleted_at IS NULL AND status <> 'streaming' AND (author_id <> ? OR program IS NOT NULL)";
		const statement = `SELECT count(*) AS count FROM (SELECT 1 FROM messages WHERE ${where} LIMIT ?)`;
		return this.#sql.exec<{ count: number }>(statement, Math.max(after, this.from - 1), userId, limit).one().count;
	}

	/** The messages from one place to another. */
	traces(from: number, to: number): Trace[] {
		const columns = "seq, role, deleted_at AS deletedAt, edited_at AS editedAt, content = '' AND files IS NULL AS isEmpty";
		return this.#sql
			.exec<Omit<Trace, "isEmpty"> & { isEmpty: number }>(
				`SELECT ${columns} FROM messages WHERE seq >= ? AND seq <= ? ORDER BY seq`,
				Math.max(from, this.from),
				to,
			)
			.toArray()
			.map((row) => ({ ...row, isEmpty: row.isEmpty === 1 }));
	}

	/** How many messages there are from one place to another, and how long they are together. */
	extent(from: number, to: number): { messages: number; units: number } {
		const query = "SELECT count(*) AS messages, ifnull(sum(length(content)), 0) AS units FROM messages WHERE seq >= ? AND seq <= ?";
		return this.#sql.exec<{ messages: number; units: number }>(query, from, to).one();
	}

	pinned(): Message[] {
		return this.#rows.all("WHERE pinned_at IS NOT NULL ORDER BY pinned_at DESC, seq DESC");
	}

	countPinned(): number {
		return this.#sql.exec<{ count: number }>("SELECT count(*) AS count FROM messages WHERE pinned_at IS NOT NULL").one().count;
	}

	/** The messages that one change of many has changed. */
	changedAt(revision: number, limit: number): Message[] {
		return this.#rows.all("WHERE revision > born AND revision = ? LIMIT ?", revision, limit);
	}

	/** The times since `since` at which a person sent a message, in ms, oldest first. Reads the log from its end back to that time. */
	sendTimes(userId: string, since: number): number[] {
		const times: number[] = [];
		const rows = this.#sql.exec<{ author_id: string; created_at: number }>("SELECT author_id, created_at FROM messages ORDER BY seq DESC");
		for (const row of rows) {
			if (row.created_at < since) break;
			if (row.author_id === userId) times.unshift(row.created_at);
		}
		return times;
	}

	/** The newest message that is not streaming, as a list shows it. */
	last(): LastMessage | undefined {
		const row = this.#sql
			.exec<Pick<MessageRow, "seq" | "author_id" | "author_name" | "content" | "created_at" | "deleted_at" | "files">>(
				`SELECT seq, author_id, author_name, substr(content, 1, ?) AS content, created_at, deleted_at, files FROM messages
				WHERE status <> 'streaming' ORDER BY seq DESC LIMIT 1`,
				limits.excerpt,
			)
			.toArray()[0];
		if (!row) return undefined;
		return {
			seq: row.seq,
			author: authorOf(row),
			content: row.deleted_at === null ? sanitizeLine(withoutMarks(row.content)) || sanitizeLine(row.content) : "",
			createdAt: isoTime(row.created_at),
			...(row.deleted_at !== null && { deletedAt: isoTime(row.deleted_at) }),
			...briefsOf(row),
		};
	}

	/** The newest messages that count, newest first. It reads at most five times as many, even if most of them do not count. */
	recent(limit: number): Recent[] {
		const newestFirst: Recent[] = [];
		for (const message of this.#recent("ORDER BY seq DESC LIMIT ?", limit * 5)) {
			if (message.counts) newestFirst.push(message);
			if (newestFirst.length === limit) break;
		}
		return newestFirst;
	}

	/** The messages added or changed after a place and revision; `undefined` if they are as many as `recent` would read. */
	recentSince({ seq, revision }: { seq: number; revision: number }, limit: number): Recent[] | undefined {
		const changed = [
			...this.#recent("WHERE seq > ? ORDER BY seq DESC LIMIT ?", seq, limit),
			...this.#recent("WHERE revision > born AND revision > ? AND seq <= ? LIMIT ?", revision, seq, limit),
		];
		return changed.length < limit ? changed : undefined;
	}

	*#recent(where: string, ...values: SqlStorageValue[]): Iterable<Recent> {
		type Row = Omit<Recent, "counts" | "askers"> & { counts: number; askedBy: string | null };
		// A program speaks for itself: what it says is unread for its owner, too.
		const authorId = "iif(program IS NULL, author_id, '') AS authorId";
		const columns = `seq, ${authorId}, created_at AS at, status <> 'streaming' AND deleted_at IS NULL AS counts, asked_by AS askedBy`;
		for (const { askedBy, counts, ...row } of this.#sql.exec<Row>(`SELECT ${columns} FROM messages ${where}`, ...values)) {
			const askers = askedBy !== null && { askers: (JSON.parse(askedBy) as Person[]).map(({ userId }) => userId) };
			yield { ...row, counts: counts === 1, ...askers };
		}
	}

	*#eachAt(places: Iterable<number>): Iterable<Message> {
		for (const seq of places) yield* this.#rows.each("WHERE seq = ?", seq);
	}
}

/** The first messages: up to `limit`, and fewer if they are longer than `maxLength` together, but at least one. */
function firstOf(all: Iterable<Message>, limit: number, maxLength: number = limits.pageLength): { messages: Message[]; hasMore: boolean } {
	const messages: Message[] = [];
	let length = 0;
	for (const message of all) {
		length += frameLengthOf(message);
		if (messages.length === limit || (length > maxLength && messages.length > 0)) return { messages, hasMore: true };
		messages.push(message);
	}
	return { messages, hasMore: false };
}

/** About how much a message adds to a frame, in UTF-16 units. */
function frameLengthOf(message: Message): number {
	const { reactions = [] } = message;
	return reactions.reduce((sum, { userIds }) => sum + userIds.join().length, lengthOf(message));
}

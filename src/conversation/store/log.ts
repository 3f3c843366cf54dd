// The log of a conversation: adds and changes its messages, numbers every change, and finds single messages. log-reader.ts reads pages.

import type { Reason } from "../../protocol/errors.ts";
import { type MessageFile, searchTextOf } from "../../protocol/files/file.ts";
import { isoTime } from "../../protocol/iso-time.ts";
import type { Mention, Message, MessageStatus, Reaction } from "../../protocol/message.ts";
import { claude, type Person } from "../../protocol/person.ts";
import { Calls } from "./claude/calls.ts";
import { kinds, Newest } from "./claude/newest.ts";
import { Prompts } from "./claude/prompts.ts";
import type { Summaries } from "./claude/summaries.ts";
import { Turns } from "./claude/turns.ts";
import { Versions } from "./claude/versions.ts";
import {
	type Busy,
	busyColumn,
	busyOf,
	deletedColumns,
	factsColumn,
	listColumn,
	type MessageRow,
	pinColumns,
	type ReplyFacts,
	rowOf,
	type StoredFacts,
	type Written,
	writtenOf,
} from "./columns.ts";
import { type Cursor, encodeCursor } from "./cursor.ts";
import type { Files } from "./files.ts";
import { indexMentions } from "./mention-index.ts";
import { insertRow, type MessageRows, type NewMessage, updateRow } from "./rows.ts";
import { WordIndex } from "./word-index.ts";

/** The end of a reply. */
export type Outcome = { status: Exclude<MessageStatus, "streaming">; reason?: Reason };

/** Kept in memory, so that no row has to be read for it. */
type Memory = { head: { seq: number; revision: number }; newest: Newest["memory"] };

/** `whole` stores everything that is written by some work, or nothing of it. */
type Others = { summaries: Pick<Summaries, "changed">; files: Pick<Files, "name">; whole: <T>(work: () => T) => T };

export class Log {
	readonly #sql: SqlStorage;
	readonly #rows: MessageRows;
	readonly #lineage: string;
	readonly versions: Versions;
	readonly turns: Turns;
	readonly prompts: Prompts;
	readonly calls: Calls;
	readonly #with: Others;
	readonly #words: WordIndex;
	/** The newest place and revision. */
	#head: { seq: number; revision: number };
	readonly #newest: Newest;

	constructor(sql: SqlStorage, rows: MessageRows, lineage: string, others: Others) {
		this.#sql = sql;
		this.#rows = rows;
		this.#lineage = lineage;
		this.#with = others;
		this.versions = new Versions(sql);
		this.turns = new Turns(sql);
		this.prompts = new Prompts(sql);
		this.calls = new Calls(sql);
		this.#words = new WordIndex(sql);
		this.#newest = new Newest(sql);
		const last = sql.exec<MessageRow>("SELECT * FROM messages ORDER BY seq DESC LIMIT 1").toArray()[0];
		const query = "SELECT MAX(revision) AS revision FROM messages WHERE revision > born";
		const changed = sql.exec<{ revision: number | null }>(query).one().revision;
		this.#head = { seq: last?.seq ?? 0, revision: Math.max(last?.born ?? 0, changed ?? 0) };
	}

	/** The newest place and revision, in the form that clients keep. */
	get cursor(): string {
		return encodeCursor(this.head);
	}

	get head(): Cursor {
		return { lineage: this.#lineage, ...this.#head };
	}

	addMessage({ author, content, clientId, mentions = [], files = [], asksClaude, replyTo }: NewMessage, now: number): Message {
		return this.#insert(
			{
				role: "user",
				status: "complete",
				author,
				content,
				clientId,
				...(asksClaude && { asksClaude }),
				...(mentions.length > 0 && { mentions: [...mentions] }),
				...(files.length > 0 && { files: [...files] }),
				...(replyTo && this.#rows.quote(replyTo.seq)),
			},
			now,
		);
	}

	/** Adds an empty reply that begins to stream; `askedBy`: the people who asked for it. */
	addReply(now: number, askedBy: readonly Person[] = []): Message {
		return this.#insert(
			{ role: "assistant", author: claude, content: "", status: "streaming", ...(askedBy.length > 0 && { askedBy: [...askedBy] }) },
			now,
		);
	}

	/** Adds an answer that was given in private. */
	addShared(answer: Pick<Message, "content" | "status" | "reason" | "sharedBy"> & ReplyFacts, now: number): Message {
		return this.#insert({ role: "assistant", author: claude, ...answer }, now);
	}

	/**
	 * Stores a message whole or not at all. Messages come in bursts, and a transaction for each would write the index of words for each:
	 * what was written before there was no room is deleted again, which needs none.
	 */
	#insert(fields: Omit<Message, "id" | "conversationId" | "createdAt" | "seq" | "revision">, now: number): Message {
		const [seq, revision] = [this.#head.seq + 1, this.#head.revision + 1];
		// The place is in the id, so that finding a message by its id needs no index.
		const id = `m${seq}-${crypto.randomUUID().slice(0, 8)}`;
		const message: Message = { id, conversationId: this.#rows.conversationId, createdAt: isoTime(now), seq, revision, ...fields };
		insertRow(this.#sql, "messages", rowOf(message));
		try {
			const text = searchTextOf(message);
			if (text !== "") this.#words.put(seq, text);
			indexMentions(this.#sql, undefined, message);
			// One statement, and the last one: there is nothing to take back of it.
			if (message.files) this.#with.files.name(message.files, seq, message.author.userId, now);
		} catch (error) {
			this.#takeBack(message);
			throw error;
		}
		this.#head = { seq, revision };
		this.#newest.added(message);
		return message;
	}

	#takeBack(message: Message): void {
		this.#sql.exec("DELETE FROM messages WHERE seq = ?", message.seq);
		this.#words.put(message.seq, "");
		indexMentions(this.#sql, message, { ...message, mentions: [], quoted: undefined });
	}

	/** What `whole` puts back where something was not stored. */
	get memory(): Memory {
		return { head: { ...this.#head }, newest: this.#newest.memory };
	}

	set memory({ head, newest }: Memory) {
		this.#head = head;
		this.#newest.memory = newest;
	}

	/** Stores a running reply's text and facts so far. Its status and revision stay the same. */
	checkpoint(message: Message, content: string, facts: StoredFacts, busy?: Busy): void {
		updateRow(this.#sql, message.seq, { content, reply: factsColumn(facts), reason: busy?.reason ?? null, busy: busyColumn(busy) });
	}

	/** Why a reply that streams waits for Claude, and when its row was written. */
	busy({ seq }: Message): Busy | undefined {
		return this.#sql.exec<Pick<MessageRow, "busy">>("SELECT busy FROM messages WHERE seq = ?", seq).toArray().map(busyOf)[0];
	}
	written({ seq }: Message): Written | undefined {
		return this.#sql.exec<Pick<MessageRow, "reply">>("SELECT reply FROM messages WHERE seq = ?", seq).toArray().map(writtenOf)[0];
	}

	/** `declinedAt`: Claude declined to answer, in ms. */
	finishReply(message: Message, content: string, outcome: Outcome & { declinedAt?: number }, facts: ReplyFacts): Message {
		return this.#with.whole(() => {
			this.turns.drop(message.seq);
			this.calls.drop(message.seq);
			return this.#change(message, {
				content,
				status: outcome.status,
				reason: outcome.reason ?? null,
				reply: factsColumn(facts),
				busy: null,
				declined_at: outcome.declinedAt ?? null,
			});
		});
	}

	/** Empties an ended reply, which begins again; its text is kept as a version. */
	reopenReply(message: Message): Message {
		return this.#with.whole(() => {
			this.turns.drop(message.seq);
			const versions = message.content === "" ? (message.versions ?? 0) : this.versions.keep(message.seq);
			return this.#change(message, { content: "", status: "streaming", reason: null, reply: null, versions });
		});
	}

	/** Goes on with an ended reply, which keeps its text and what is known about it. It was interrupted where its text ends. */
	continueReply(message: Message): Message {
		const { stopReason: _, attempts = [], ...facts } = message;
		const broken = { offset: message.content.length, reason: message.reason ?? "unknown_stop" };
		return this.#change(message, { status: "streaming", reason: null, reply: factsColumn({ ...facts, attempts: [...attempts, broken] }) });
	}

	/** `undefined` removes the pin. */
	pinMessage(message: Message, pin: Message["pinned"]): Message {
		return this.#change(message, pinColumns(pin));
	}

	/** The message stays, and asks Claude no longer. */
	withdrawQuestion(message: Message): Message {
		const changed = this.#change(message, { asks: 0 });
		this.#newest.withdrawn(message.seq);
		return changed;
	}

	setReactions(message: Message, reactions: readonly Reaction[]): Message {
		return this.#change(message, { reactions: listColumn(reactions) });
	}

	/** More is known about its files. */
	setFiles(message: Message, files: readonly MessageFile[]): Message {
		return this.#with.whole(() => this.#change(message, { files: listColumn(files) }));
	}

	editMessage(message: Message, content: string, mentions: readonly Mention[], now: number): Message {
		return this.#with.whole(() => this.#change(message, { content, mentions: listColumn(mentions), edited_at: now }));
	}

	/** The message keeps its place, author and `clientId`, and nothing of its text. */
	deleteMessage(message: Message, now: number): Message {
		return this.#with.whole(() => {
			this.prompts.drop(message.seq);
			this.versions.drop(message.seq);
			this.#newest.withdrawn(message.seq);
			return this.#change(message, { ...deletedColumns, deleted_at: now });
		});
	}

	/**
	 * Every change of a message that is in the log. The caller's view of the message may lack what its reader may not see. One that is more
	 * than a row is made as a `whole`.
	 */
	#change({ seq }: Pick<Message, "seq">, change: Partial<MessageRow>): Message {
		const before = this.#rows.all("WHERE seq = ?", seq)[0];
		const revision = this.#head.revision + 1;
		updateRow(this.#sql, seq, { ...change, revision });
		this.#head.revision = revision;
		const changed = this.#rows.all("WHERE seq = ?", seq)[0] as Message;
		if (change.content !== undefined || change.files) this.#words.put(seq, searchTextOf(changed));
		if (change.content !== undefined) this.#with.summaries.changed();
		indexMentions(this.#sql, before, changed);
		return changed;
	}

	/** The revision for a change of many messages that is made elsewhere. `changedAt` finds them by it. */
	newRevision(): number {
		this.#head.revision += 1;
		this.#newest.withdrawn();
		return this.#head.revision;
	}

	message(id: string): Message | undefined {
		return this.#rows.byId(id);
	}

	messageByClientId(userId: string, clientId: string): Message | undefined {
		return this.#rows.all("WHERE author_id = ? AND client_id = ?", userId, clientId)[0];
	}

	/** Replies that have not ended, also those of an object that died. */
	streaming(): Message[] {
		return this.#rows.all("WHERE status = 'streaming' ORDER BY seq");
	}

	/** The reply that answers a question, or will: the first after it, even if it is deleted. */
	firstReplyAfter(seq: number): Message | undefined {
		if (this.#newest.of("reply") <= seq) return undefined;
		return this.#rows.all(`WHERE seq > ? AND ${kinds.reply} ORDER BY seq LIMIT 1`, seq)[0];
	}

	/** The place of the last reply, even if it is deleted; 0 if there is none. */
	get lastReplySeq(): number {
		return this.#newest.of("reply");
	}

	/** The last reply, even if it is deleted. */
	lastReply(): Message | undefined {
		return this.#rows.all("WHERE seq = ?", this.lastReplySeq)[0];
	}

	isLastQuestion({ seq }: Message): boolean {
		return seq === this.#newest.of("question");
	}

	/** Whose questions wait for a reply. */
	get waiting(): Pick<Newest, "isAsking" | "isAskedLately" | "askersAfter"> {
		return this.#newest;
	}
}

// The log of a conversation: adds and changes its messages, numbers every change, and finds single messages. log-reader.ts reads pages.

import type { Reason } from "../../protocol/errors.ts";
import { type MessageFile, searchTextOf } from "../../protocol/files/file.ts";
import { isoTime } from "../../protocol/iso-time.ts";
import { limits } from "../../protocol/limits.ts";
import type { Mention, Message, MessageStatus, Reaction } from "../../protocol/message.ts";
import { type Author, claude, type Person } from "../../protocol/person.ts";
import { Calls } from "./claude/calls.ts";
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
import { insertRow, type MessageRows, updateRow } from "./rows.ts";
import { WordIndex } from "./word-index.ts";

/** The end of a reply. */
export type Outcome = { status: Exclude<MessageStatus, "streaming">; reason?: Reason };

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

/** The messages whose newest one is looked for, as SQL. */
const kinds = { reply: "role = 'assistant' AND is_shared = 0", question: "asks = 1" } as const;

export class Log {
	readonly #sql: SqlStorage;
	readonly #rows: MessageRows;
	readonly #lineage: string;
	readonly versions: Versions;
	readonly turns: Turns;
	readonly prompts: Prompts;
	readonly calls: Calls;
	readonly #with: { summaries: Pick<Summaries, "changed">; files: Pick<Files, "name"> };
	readonly #words: WordIndex;
	/** The newest place and revision. */
	#head: { seq: number; revision: number };
	/** The place of the newest message of a kind, after it was looked up. */
	readonly #newest: Partial<Record<keyof typeof kinds, number>> = {};

	constructor(
		sql: SqlStorage,
		rows: MessageRows,
		lineage: string,
		others: { summaries: Pick<Summaries, "changed">; files: Pick<Files, "name"> },
	) {
		this.#sql = sql;
		this.#rows = rows;
		this.#lineage = lineage;
		this.#with = others;
		this.versions = new Versions(sql);
		this.turns = new Turns(sql);
		this.prompts = new Prompts(sql);
		this.calls = new Calls(sql);
		this.#words = new WordIndex(sql);
		const last = sql.exec<MessageRow>("SELECT * FROM messages ORDER BY seq DESC LIMIT 1").toArray()[0];
		const changed = sql
			.exec<{ revision: number | null }>("SELECT MAX(revision) AS revision FROM messages WHERE revision > born")
			.one().revision;
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
		const message = this.#insert(
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
		indexMentions(this.#sql, undefined, message);
		this.#with.files.name(files, message.seq, author.userId, now);
		return message;
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

	#insert(fields: Omit<Message, "id" | "conversationId" | "createdAt" | "seq" | "revision">, now: number): Message {
		const seq = this.#head.seq + 1;
		const revision = this.#head.revision + 1;
		// The place is in the id, so that finding a message by its id needs no index.
		const id = `m${seq}-${crypto.randomUUID().slice(0, 8)}`;
		const message: Message = { id, conversationId: this.#rows.conversationId, createdAt: isoTime(now), seq, revision, ...fields };
		insertRow(this.#sql, "messages", rowOf(message));
		this.#head = { seq, revision };
		if (message.role === "assistant" && !message.sharedBy) this.#newest.reply = seq;
		if (message.asksClaude) this.#newest.question = seq;
		const text = searchTextOf(message);
		if (text !== "") this.#words.put(seq, text);
		return message;
	}

	/** Stores a running reply's text and facts so far. Its status and revision stay the same. */
	checkpoint(message: Message, content: string, facts: StoredFacts, busy?: Busy): void {
		updateRow(this.#sql, message.seq, { content, reply: factsColumn(facts), reason: busy?.reason ?? null, busy: busyColumn(busy) });
	}

	/** Why a reply that streams waits for Claude. */
	busy({ seq }: Message): Busy | undefined {
		return this.#sql.exec<Pick<MessageRow, "busy">>("SELECT busy FROM messages WHERE seq = ?", seq).toArray().map(busyOf)[0];
	}

	/** When the row of a reply that streams was written. */
	written({ seq }: Message): Written | undefined {
		return this.#sql.exec<Pick<MessageRow, "reply">>("SELECT reply FROM messages WHERE seq = ?", seq).toArray().map(writtenOf)[0];
	}

	/** `declinedAt`: Claude declined to answer, in ms. */
	finishReply(message: Message, content: string, outcome: Outcome & { declinedAt?: number }, facts: ReplyFacts): Message {
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
	}

	/** Empties an ended reply, which begins again; its text is kept as a version. */
	reopenReply(message: Message): Message {
		this.turns.drop(message.seq);
		const versions = message.content === "" ? (message.versions ?? 0) : this.versions.keep(message.seq);
		return this.#change(message, { content: "", status: "streaming", reason: null, reply: null, versions });
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
		if (this.#newest.question === message.seq) this.#newest.question = undefined;
		return this.#change(message, { asks: 0 });
	}

	setReactions(message: Message, reactions: readonly Reaction[]): Message {
		return this.#change(message, { reactions: listColumn(reactions) });
	}

	/** More is known about its files. */
	setFiles(message: Message, files: readonly MessageFile[]): Message {
		return this.#change(message, { files: listColumn(files) });
	}

	editMessage(message: Message, content: string, mentions: readonly Mention[], now: number): Message {
		return this.#change(message, { content, mentions: listColumn(mentions), edited_at: now });
	}

	/** The message keeps its place, author and `clientId`, and nothing of its text. */
	deleteMessage(message: Message, now: number): Message {
		this.prompts.drop(message.seq);
		this.versions.drop(message.seq);
		if (this.#newest.question === message.seq) this.#newest.question = undefined;
		return this.#change(message, { ...deletedColumns, deleted_at: now });
	}

	/** Every change of a message that is in the log. The caller's view of the message may lack what its reader may not see. */
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
		this.#newest.question = undefined;
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
		if (this.#newestOf("reply") <= seq) return undefined;
		return this.#rows.all(`WHERE seq > ? AND ${kinds.reply} ORDER BY seq LIMIT 1`, seq)[0];
	}

	/** The last reply, even if it is deleted. */
	lastReply(): Message | undefined {
		return this.#rows.all("WHERE seq = ?", this.#newestOf("reply"))[0];
	}

	isLastQuestion({ seq }: Message): boolean {
		return seq === this.#newestOf("question");
	}

	/** The place of the newest message of a kind, or 0. Looked up only once: in a long log it may be far from the end. */
	#newestOf(kind: keyof typeof kinds): number {
		this.#newest[kind] ??=
			this.#sql.exec<{ seq: number }>(`SELECT seq FROM messages WHERE ${kinds[kind]} ORDER BY seq DESC LIMIT 1`).toArray()[0]?.seq ?? 0;
		return this.#newest[kind];
	}

	/** A member who may write has asked Claude after a place, and still does. */
	isAsking(userId: string, after: number): boolean {
		const statement = `SELECT 1 FROM messages JOIN members ON user_id = author_id AND members.role <> 'reader'
			WHERE seq > ? AND asks = 1 AND author_id = ? LIMIT 1`;
		return this.#newestOf("question") > after && this.#sql.exec(statement, after, userId).toArray().length > 0;
	}

	/**
	 * The people who asked Claude after a place and are members who may write, in order, each once. If they are too many, whoever may read
	 * least is among them: Claude reads no more than that.
	 */
	askersAfter(seq: number): Person[] {
		if (this.#newestOf("question") <= seq) return [];
		return this.#sql
			.exec<Person>(
				`SELECT userId, username FROM (SELECT author_id AS userId, author_name AS username, MIN(seq) AS place
					FROM messages JOIN members ON user_id = author_id AND members.role <> 'reader' WHERE seq > ? AND asks = 1
					GROUP BY author_id ORDER BY ifnull(from_seq, 1) DESC, place LIMIT ?) ORDER BY place`,
				seq,
				limits.askers,
			)
			.toArray();
	}
}

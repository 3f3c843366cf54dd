// The surroundings of a running reply: what Claude reads for it, where it is stored, and who receives it. A reply of the log has the
// log's; Reply and Runner know only this interface.

import { reasons } from "../../protocol/errors.ts";
import { messageEvent, type ServerEvent } from "../../protocol/events.ts";
import type { UnreadFile } from "../../protocol/files/reading.ts";
import { limits } from "../../protocol/limits.ts";
import type { Message } from "../../protocol/message.ts";
import type { Asked, CallResult, Clients, MemberLists, PromptMessage } from "../ports.ts";
import type { AuditAction } from "../store/audit.ts";
import type { StoredCall } from "../store/claude/calls.ts";
import type { StoredSummary } from "../store/claude/summaries.ts";
import type { StoredTurn } from "../store/claude/turns.ts";
import type { Busy, ReplyFacts, StoredFacts, Written } from "../store/columns.ts";
import type { Outcome } from "../store/log.ts";
import type { Store } from "../store/store.ts";
import { messagesFor, paidFiles, promptSizeFor, promptTokensIn, type ReplySettings, settingsFor } from "./input.ts";
import { isWordless, readableBy } from "./money/link-rights.ts";
import { recalled } from "./recall.ts";
import { unreadFor } from "./seen.ts";

/** Charges what an answer has used. */
export type Settle = () => void;

/** `message` is the reply as it was when it began, or as its object left it when it died. */
export interface Sink {
	readonly message: Message;
	readonly kind: "reply" | "aside";
	/** How long its text may be, in UTF-16 units. */
	readonly longest: number;
	/** The messages that Claude reads, oldest first. */
	context(): readonly PromptMessage[];
	settings(): ReplySettings;
	/** How many tokens the prompt has. Estimated. */
	promptTokens(): number;
	/** What its row says: why Claude has to be waited for, and the turn that its server paused. */
	busy(): Busy | undefined;
	turn(): StoredTurn | undefined;
	/** When the row was written, if it says so. */
	written(): Written | undefined;
	saveTurn(turn: StoredTurn): void;
	/**
	 * Claude was asked with this, which is stored with the next checkpoint or the end: the first words do not wait for it. Returns the files
	 * of the messages which it answers that Claude cannot read.
	 */
	asked(asked: Asked, now: number): UnreadFile[] | undefined;
	/** The calls that it waits for. Without this, Claude has no tools that Parley calls. */
	readonly calls?: {
		/** The MCP servers whose tools Claude may call. */
		servers(): readonly string[];
		stored(): StoredCall[];
		put(call: StoredCall): void;
		drop(): void;
		/** The place of the first message that the latest prompt had. */
		latestStart(): number | undefined;
		/** Searches what was said before a place. */
		recall(input: string, before: number): CallResult;
		/** Notes in the audit what became of a call. */
		note(action: Extract<AuditAction, `tool_${string}`>, actor: string, tool: string, now: number): void;
	};
	/** It begins: people are told. */
	begin(): void;
	send(event: ServerEvent): void;
	checkpoint(text: string, facts: StoredFacts, busy: Busy | undefined): void;
	/**
	 * Makes the row final and sends the events of the end, in the order that every client relies on. `settle` stores what was paid for it,
	 * in the same step: both are stored, or neither, and then nobody is told.
	 */
	finish(text: string, outcome: Outcome, facts: ReplyFacts, now: number, settle: Settle): Message;
}

/** A reply of the log, for everybody. */
export class LogSink implements Sink {
	readonly message: Message;
	readonly kind = "reply";
	readonly longest = limits.reply;
	readonly #store: Store;
	readonly #clients: Pick<Clients, "broadcast">;
	readonly #lists: Pick<MemberLists, "changed">;
	/** The first message that everybody may read who asked. Kept: whoever leaves meanwhile has no limit any more. */
	readonly #from: number;
	/** The summary that Claude was last asked with. It may be gone once Claude answers. */
	#summary: StoredSummary | undefined;
	/** Stores what Claude was asked with, if that is not stored. */
	#saveAsked: (() => void) | undefined;

	constructor(parts: { store: Store; clients: Pick<Clients, "broadcast">; lists: Pick<MemberLists, "changed"> }, message: Message) {
		this.message = message;
		this.#store = parts.store;
		this.#clients = parts.clients;
		this.#lists = parts.lists;
		this.#from = fromFor(parts.store, message);
	}

	context(): readonly PromptMessage[] {
		return messagesFor(this.#store, this.message.seq, this.#from);
	}

	settings(): ReplySettings {
		const settings = settingsFor(this.#store, this.message.seq, this.#from);
		this.#summary = settings.summary;
		return { ...settings, ...paidFiles(this.#store, this.message) };
	}

	promptTokens(): number {
		return promptTokensIn(promptSizeFor(this.#store, this.message.seq, this.#from), paidFiles(this.#store, this.message));
	}

	#recall(input: string, before: number): CallResult {
		return recalled(this.#store.reader.startingAt(this.#from), before, input);
	}

	busy(): Busy | undefined {
		return this.#store.log.busy(this.message);
	}

	written(): Written | undefined {
		return this.#store.log.written(this.message);
	}

	turn(): StoredTurn | undefined {
		return this.#store.log.turns.of(this.message.seq);
	}

	saveTurn(turn: StoredTurn): void {
		this.#store.log.turns.save(this.message.seq, turn);
	}

	asked(asked: Asked, now: number): UnreadFile[] | undefined {
		const { log, instructions, exists } = this.#store;
		const { seq } = this.message;
		const texts = { instructions: instructions.idFor(seq), summary: this.#summary };
		if (!exists) return undefined;
		this.#saveAsked = () => log.prompts.save(seq, asked, texts, now);
		return unreadFor(this.#store, seq, asked);
	}

	#saveLatestAsked(): void {
		this.#saveAsked?.();
		this.#saveAsked = undefined;
	}

	readonly calls: NonNullable<Sink["calls"]> = {
		servers: () => this.#store.info.tools.mcp ?? [],
		stored: () => this.#store.log.calls.of(this.message.seq),
		put: (call) => this.#store.log.calls.put(this.message.seq, call),
		drop: () => this.#store.log.calls.drop(this.message.seq),
		latestStart: () => this.#store.log.prompts.latestStart(),
		recall: (input, before) => this.#recall(input, before),
		note: (action, actor, tool, now) => this.#store.audit.add(action, actor, tool, now),
	};

	begin(): void {
		const { conversationId, id: messageId, askedBy } = this.message;
		this.#store.log.prompts.limit(this.message.seq, this.#from);
		this.#store.payments.linkQuestions.begin(messageId, this.message.seq);
		this.send({ type: "chat:thinking", conversationId, status: "processing", messageId, ...(askedBy && { askedBy }) });
	}

	send(event: ServerEvent): void {
		this.#clients.broadcast(event);
	}

	checkpoint(text: string, facts: StoredFacts, busy: Busy | undefined): void {
		this.#saveLatestAsked();
		this.#store.log.checkpoint(this.message, text, facts, busy);
	}

	finish(text: string, outcome: Outcome, facts: ReplyFacts, now: number, settle: Settle): Message {
		const { conversationId, id: messageId } = this.message;
		const declined = outcome.reason === "refusal" && { declinedAt: now };
		const finished = this.#store.whole(() => {
			this.#saveLatestAsked();
			const finished = this.#store.log.finishReply(this.message, text, { ...outcome, ...declined }, facts);
			this.#store.payments.linkQuestions.end(messageId, !isWordless(outcome, text, facts));
			settle();
			return finished;
		});
		this.send({ type: "chat:streaming", conversationId, messageId, chunk: "", offset: text.length, isComplete: true });
		this.send(messageEvent("chat:message", finished, this.#store.log.cursor));
		this.send({ type: "chat:complete", conversationId, messageId });
		const { status, reason } = outcome;
		if (status === "failed" && reason) this.send({ type: "chat:error", conversationId, error: reasons[reason], code: reason, messageId });
		this.#lists.changed();
		return finished;
	}
}

/**
 * Where somebody who asked has left or was erased, a reply that goes on reads nothing older than it could when it began. What an earlier
 * release began has only its prompt for that.
 */
function fromFor(store: Store, { seq, askedBy = [] }: Message): number {
	const from = Math.max(readableBy(store, askedBy), store.log.prompts.limitOf(seq));
	const isComplete = askedBy.every(({ userId }) => store.members.find(userId));
	return isComplete ? from : Math.max(from, store.log.prompts.of(seq)?.ranges[0]?.[0] ?? 1);
}

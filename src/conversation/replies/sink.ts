// The surroundings of a running reply: what Claude reads for it, where it is stored, and who receives it. A reply of the log has the
// log's; Reply and Runner know only this interface.

import { reasons } from "../../protocol/errors.ts";
import { messageEvent, type ServerEvent } from "../../protocol/events.ts";
import type { Message } from "../../protocol/message.ts";
import type { Asked, Clients, MemberLists, PromptMessage, ReplyOptions } from "../ports.ts";
import type { StoredTurn } from "../store/claude/turns.ts";
import type { Busy, ReplyFacts } from "../store/columns.ts";
import type { Outcome } from "../store/log.ts";
import type { Store } from "../store/store.ts";
import { messagesFor, promptTokensFor, settingsFor } from "./input.ts";

export type ReplySettings = Pick<ReplyOptions, "model" | "effort" | "tools" | "instructions">;

/** `message` is the reply as it was when it began, or as its object left it when it died. */
export interface Sink {
	readonly message: Message;
	readonly kind: "reply" | "aside";
	/** The messages that Claude reads, oldest first. */
	context(): PromptMessage[];
	settings(): ReplySettings;
	/** How many tokens the prompt has. Estimated. */
	promptTokens(): number;
	/** What its row says: why Claude has to be waited for, and the turn that its server paused. */
	busy(): Busy | undefined;
	turn(): StoredTurn | undefined;
	saveTurn(turn: StoredTurn): void;
	/** Claude was asked with this. */
	saveAsked(asked: Asked, now: number): void;
	/** It begins: people are told. */
	begin(): void;
	send(event: ServerEvent): void;
	checkpoint(text: string, facts: ReplyFacts, busy: Busy | undefined): void;
	/** Makes the row final and sends the events of the end, in the order that every client relies on. */
	finish(text: string, outcome: Outcome, facts: ReplyFacts, now: number): Message;
}

/** A reply of the log, for everybody. */
export class LogSink implements Sink {
	readonly message: Message;
	readonly kind = "reply";
	readonly #store: Store;
	readonly #clients: Pick<Clients, "broadcast">;
	readonly #lists: Pick<MemberLists, "changed">;

	constructor(parts: { store: Store; clients: Pick<Clients, "broadcast">; lists: Pick<MemberLists, "changed"> }, message: Message) {
		this.message = message;
		this.#store = parts.store;
		this.#clients = parts.clients;
		this.#lists = parts.lists;
	}

	context(): PromptMessage[] {
		return messagesFor(this.#store, this.message.seq);
	}

	settings(): ReplySettings {
		return settingsFor(this.#store, this.message.seq);
	}

	promptTokens(): number {
		return promptTokensFor(this.#store, this.message.seq);
	}

	busy(): Busy | undefined {
		return this.#store.log.busy(this.message);
	}

	turn(): StoredTurn | undefined {
		return this.#store.log.turns.of(this.message.seq);
	}

	saveTurn(turn: StoredTurn): void {
		this.#store.log.turns.save(this.message.seq, turn);
	}

	saveAsked(asked: Asked, now: number): void {
		const { log, instructions } = this.#store;
		if (this.#store.exists) log.prompts.save(this.message.seq, asked, instructions.idFor(this.message.seq), now);
	}

	begin(): void {
		const { conversationId, id: messageId, askedBy } = this.message;
		this.send({ type: "chat:thinking", conversationId, status: "processing", messageId, ...(askedBy && { askedBy }) });
	}

	send(event: ServerEvent): void {
		this.#clients.broadcast(event);
	}

	checkpoint(text: string, facts: ReplyFacts, busy: Busy | undefined): void {
		this.#store.log.checkpoint(this.message, text, facts, busy);
	}

	finish(text: string, outcome: Outcome, facts: ReplyFacts, now: number): Message {
		const { conversationId, id: messageId } = this.message;
		const declined = outcome.reason === "refusal" && { declinedAt: now };
		const finished = this.#store.log.finishReply(this.message, text, { ...outcome, ...declined }, facts);
		this.send({ type: "chat:streaming", conversationId, messageId, chunk: "", offset: text.length, isComplete: true });
		this.send(messageEvent("chat:message", finished, this.#store.log.cursor));
		this.send({ type: "chat:complete", conversationId, messageId });
		const { status, reason } = outcome;
		if (status === "failed" && reason) this.send({ type: "chat:error", conversationId, error: reasons[reason], code: reason, messageId });
		this.#lists.changed();
		return finished;
	}
}

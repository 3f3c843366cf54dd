// One running reply: its text so far, sent as it grows and checkpointed in its row.
// Must not know where the text comes from nor who receives it, and does not decide when the reply ends.

import type { Reason } from "../../protocol/errors.ts";
import { limits } from "../../protocol/limits.ts";
import type { Message, Usage } from "../../protocol/message.ts";
import type { Person } from "../../protocol/person.ts";
import type { Source } from "../../protocol/sources.ts";
import type { Asked, PausedTurn, PromptMessage, ReplyOptions, ToolEvent } from "../ports.ts";
import type { Busy, ReplyFacts } from "../store/columns.ts";
import type { Outcome } from "../store/log.ts";
import { type PriceOf, Spending } from "./money/spending.ts";
import { textAfterOverlap } from "./overlap.ts";
import { Research } from "./research.ts";
import type { Sink } from "./sink.ts";
import { thinkingToAppend } from "./thinking.ts";

/** A growing reply is checkpointed after this time (ms) or this much text (UTF-16 units), whichever comes first. */
const checkpointAfter = { time: 1_000, length: 2_000 };
/** A checkpoint writes the whole text. A longer text has fewer of them in proportion, so that they do not cost more as it grows. */
const shortLength = 20_000;

export class Reply {
	readonly message: Message;
	readonly #sink: Sink;
	readonly #startedAt: number;
	/** In ms: what a reply that is continued had taken before. */
	readonly #elapsedBefore: number;
	#text: string;
	#thinking: string;
	/** Received and not sent yet: the first half of a character, or text that may repeat what stands before a break. */
	#pending = "";
	/** Where the text broke off, and why. */
	#breaks: NonNullable<Message["attempts"]>;
	/** Why Claude has to be waited for, until more of the reply arrives. */
	#busy: Busy | undefined;
	#model: string | undefined;
	/** What it has used and cost so far. */
	readonly spending: Spending;
	readonly #research: Research;
	#checkpoint: { at: number; length: number };

	/** Begins with what the message holds: nothing, or what a reply had when its object died. */
	constructor(sink: Sink, priceOf: PriceOf, now: number) {
		const { message } = sink;
		this.#sink = sink;
		this.message = message;
		this.#startedAt = now;
		this.#elapsedBefore = message.elapsedMs ?? 0;
		this.#text = message.content;
		this.#thinking = message.thinking ?? "";
		this.#breaks = message.attempts ?? [];
		this.#model = message.model;
		this.spending = new Spending(message, priceOf, () => sink.promptTokens());
		this.#research = new Research(message, (event) => sink.send(event));
		this.#busy = sink.busy();
		this.#checkpoint = { at: now, length: this.#length };
	}

	get text(): string {
		return this.#text;
	}

	/**
	 * What the next request is made with. A paused turn goes on as long as the text is the same: after a break, the text alone does.
	 */
	get options(): ReplyOptions {
		const maxSearches = limits.searches - (this.spending.usage?.searches ?? 0);
		return { ...this.#sink.settings(), partialReply: this.#text, maxSearches, turn: this.#pausedTurn };
	}

	get #pausedTurn(): PausedTurn | undefined {
		const stored = this.#sink.turn();
		return stored?.length === this.#text.length ? stored.turn : undefined;
	}

	/** It is as long as a reply may be. */
	get isFull(): boolean {
		return this.#text.length >= limits.reply;
	}

	/** The attempts before the current one, and why each broke off. */
	get breaks(): readonly { reason: string }[] {
		return this.#breaks;
	}

	/** How many of the latest attempts got no sign of life. */
	get unanswered(): number {
		return this.#breaks.length - 1 - this.#breaks.findLastIndex(({ reason }) => reason !== "no_response");
	}

	/** Since when Claude has been busy, and when it is asked again; in ms. */
	get busySince(): number | undefined {
		return this.#busy?.since;
	}

	get retryAt(): number | undefined {
		return this.#busy?.retryAt;
	}

	/** The messages that Claude reads for this reply, oldest first. */
	context(): PromptMessage[] {
		return this.#sink.context();
	}

	/** The message as it is now, which is more than its row holds. */
	live(message: Message): Message {
		const [content, thinking, reason] = [this.#text, this.#thinking, this.#busy?.reason];
		// The row still has the reason of a wait that is over.
		const { reason: _stored, ...rest } = message;
		return { ...rest, content, ...this.#research.facts, ...(thinking && { thinking }), ...(reason && { reason }) };
	}

	/** Claude was asked with this, unless the reply has ended meanwhile. */
	asked(asked: Asked, now: number, { aborted }: AbortSignal): void {
		if (!aborted) this.#sink.saveAsked(asked, now);
	}

	setModel(model: string | undefined): void {
		this.#model = model ?? this.#model;
		this.spending.answered(model);
	}

	/** The first usage of an attempt is written at once: if the object dies before the first words, it is not forgotten. */
	setUsage(usage: Usage, now: number): void {
		const isFirst = this.spending.report(usage);
		if (isFirst) this.#writeCheckpoint(now);
	}

	/** The model has ended by itself: nothing that it used is left to report. */
	completeAttempt(): void {
		this.spending.complete();
	}

	appendText(text: string, now: number): void {
		this.spending.receive(text);
		this.#research.receiveText(text.length);
		this.#pending += text;
		this.#sendPending(false);
		this.#checkpointIfDue(now);
	}

	/** Written at once: tools are few, and what Claude looks up is paid for. */
	recordTool(event: ToolEvent, now: number): void {
		this.#busy = undefined;
		this.spending.recordTool(event);
		if (this.#research.record(event)) this.#writeCheckpoint(now);
	}

	get isToolRunning(): boolean {
		return this.#research.isToolRunning;
	}

	addSource(source: Source): void {
		this.#research.addSource(source);
	}

	/** The last `length` units that Claude wrote rest on these sources. */
	cite(length: number, sources: readonly Source[]): void {
		this.#research.cite(length, sources);
		this.#sendPending(false);
	}

	/**
	 * Claude's server has paused the turn. Returns false if it cannot go on: it does so only so often. What goes on is stored first, so
	 * that a killed object goes on as well.
	 */
	pause(turn: PausedTurn, now: number): boolean {
		const rounds = (this.#sink.turn()?.rounds ?? 0) + 1;
		if (rounds > limits.rounds) return false;
		this.#sendPending(true);
		this.#sink.saveTurn({ rounds, length: this.#text.length, turn });
		this.spending.end(true, now);
		this.#writeCheckpoint(now);
		return true;
	}

	/** Thinking of an attempt that broke off stays before it. */
	appendThinking(text: string, now: number): void {
		this.spending.receive(text, true);
		const chunk = thinkingToAppend(this.#thinking, text);
		if (chunk === "") return;
		const { conversationId, id: messageId } = this.message;
		const offset = this.#thinking.length;
		this.#thinking += chunk;
		this.#busy = undefined;
		this.#sink.send({ type: "chat:thought", conversationId, messageId, chunk, offset });
		this.#checkpointIfDue(now);
	}

	/**
	 * Ends an attempt that another one follows, at `retryAt` if Claude is busy. Written at once: a killed object must not ask more often
	 * or earlier than it may.
	 */
	breakOff(reason: Reason, now: number, retryAt?: number): void {
		this.#sendPending(true);
		if (!this.#pausedTurn) this.#research.endTools();
		this.#busy = retryAt === undefined ? undefined : { reason, since: this.#busy?.since ?? now, retryAt };
		this.#breaks = [...this.#breaks, { offset: this.#text.length, reason }];
		this.spending.end(reason !== "no_response", now);
		this.#writeCheckpoint(now);
	}

	/** Tells everybody that Claude is busy and when it is asked again. */
	sendBusy(retryAfterMs: number): void {
		const { conversationId, id: messageId } = this.message;
		if (this.#busy) this.#sink.send({ type: "chat:busy", conversationId, messageId, reason: this.#busy.reason, retryAfterMs });
	}

	/** A request is about to be sent. The wait is over: if the object dies from now on, it died in an attempt. */
	beginAttempt(now: number, maxTokens?: number): void {
		this.spending.begin(maxTokens);
		this.#research.begin(this.#text.length);
		if (this.#busy?.retryAt === undefined) return;
		this.#busy = { reason: this.#busy.reason, since: this.#busy.since };
		this.#writeCheckpoint(now);
	}

	/** Makes the row final and sends the events of the end. */
	end(outcome: Outcome, now: number, ended: { stopReason?: string; stoppedBy?: Person }): Message {
		this.#sendPending(true);
		this.#research.endTools();
		this.spending.end(outcome.status !== "stopped" && outcome.reason !== "no_response", now);
		const facts = { ...this.#factsAt(now), ...ended, elapsedMs: this.#elapsedBefore + Math.max(0, now - this.#startedAt) };
		return this.#sink.finish(this.#text, outcome, facts, now);
	}

	/**
	 * Sends the pending text. After a break the first of it may repeat the text before: it waits until the overlap is known, or
	 * until the attempt is over.
	 */
	#sendPending(isOver: boolean): void {
		const isAfterBreak = this.#text !== "" && this.#breaks.at(-1)?.offset === this.#text.length;
		const next = isAfterBreak ? textAfterOverlap(this.#text, this.#pending, isOver) : this.#pending;
		if (next === undefined) return;
		this.#research.skip(this.#pending.length - next.length);
		// Storage would replace half a character by another one.
		const whole = next.replace(/[\uD800-\uDBFF]$/, "");
		this.#pending = isOver ? "" : next.slice(whole.length);
		const chunk = whole.slice(0, limits.reply - this.#text.length).toWellFormed();
		if (chunk !== "") this.#appendChunk(chunk);
		this.#research.settle(this.#text.length);
	}

	#appendChunk(chunk: string): void {
		const { conversationId, id: messageId } = this.message;
		const offset = this.#text.length;
		this.#text += chunk;
		this.#busy = undefined;
		this.#sink.send({ type: "chat:streaming", conversationId, messageId, chunk, offset, isComplete: false });
	}

	#checkpointIfDue(now: number): void {
		const { at, length } = this.#checkpoint;
		const grownBy = this.#length - length;
		const patience = Math.max(1, this.#length / shortLength);
		const isDue = now - at >= checkpointAfter.time * patience || grownBy >= checkpointAfter.length * patience;
		if (grownBy > 0 && isDue) this.#writeCheckpoint(now);
	}

	#writeCheckpoint(now: number): void {
		this.#sink.checkpoint(this.#text, this.#factsAt(now), this.#busy);
		this.#checkpoint = { at: now, length: this.#length };
	}

	get #length(): number {
		return this.#text.length + this.#thinking.length;
	}

	#factsAt(now: number): ReplyFacts {
		const [thinking, attempts] = [this.#thinking, this.#breaks];
		return {
			...(thinking && { thinking }),
			model: this.#model,
			...(attempts.length > 0 && { attempts }),
			usage: this.spending.usage,
			cost: this.spending.costAt(now),
			...(this.#elapsedBefore > 0 && { elapsedMs: this.#elapsedBefore }),
			...this.#research.facts,
		};
	}
}

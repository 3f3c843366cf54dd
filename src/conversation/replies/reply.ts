// One running reply: its text so far, sent as it grows and checkpointed in its row.
// Must not know where the text comes from nor who receives it, and does not decide when the reply ends.

import type { Reason } from "../../protocol/errors.ts";
import { limits } from "../../protocol/limits.ts";
import type { Message, Usage } from "../../protocol/message.ts";
import type { Person } from "../../protocol/person.ts";
import type { Source } from "../../protocol/sources.ts";
import type { Asked, PausedTurn, PromptMessage, ReplyOptions, Toolbox, ToolCall, ToolEvent } from "../ports.ts";
import type { Busy, ReplyFacts } from "../store/columns.ts";
import type { Outcome } from "../store/log.ts";
import { Calls } from "./calls.ts";
import { Checkpoints } from "./checkpoints.ts";
import { type Prices, Spending } from "./money/spending.ts";
import { textAfterOverlap } from "./overlap.ts";
import { Research } from "./research.ts";
import type { Settle, Sink } from "./sink.ts";
import { thinkingToAppend } from "./thinking.ts";
import { Turn } from "./turn.ts";

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
	#unreadFiles: Message["unreadFiles"];
	/** What it has used and cost so far. */
	readonly spending: Spending;
	readonly #research: Research;
	readonly #turn: Turn;
	/** The calls that it waits for. */
	readonly calls: Calls;
	readonly #checkpoints: Checkpoints;

	/** Begins with what the message holds: nothing, or what a reply had when its object died. */
	constructor(sink: Sink, { prices, toolbox, clock }: { prices: Prices; toolbox: Toolbox; clock: () => number }) {
		const now = clock();
		const { message } = sink;
		this.#sink = sink;
		this.message = message;
		this.#startedAt = now;
		this.#elapsedBefore = message.elapsedMs ?? 0;
		this.#text = message.content;
		this.#thinking = message.thinking ?? "";
		this.#breaks = message.attempts ?? [];
		this.#model = message.model;
		this.#unreadFiles = message.unreadFiles;
		this.spending = new Spending({ ...message, charge: sink.written()?.charge }, prices, () => sink.promptTokens());
		this.#research = new Research(message, (event) => sink.send(event));
		this.calls = new Calls({ sink, toolbox, now: clock, show: (event) => this.recordTool(event, clock()) });
		this.#turn = new Turn(sink);
		this.#busy = sink.busy();
		this.#checkpoints = new Checkpoints(now, this.#length);
	}

	get text(): string {
		return this.#text;
	}

	/** What the next request is made with. */
	get options(): ReplyOptions {
		const maxSearches = limits.searches - (this.spending.usage?.searches ?? 0);
		// In the last round Claude answers with what it has.
		const mayCall = this.#turn.rounds < limits.callRounds;
		return { ...this.#sink.settings(), partialReply: this.#text, maxSearches, turn: this.#turn.at(this.#text.length), mayCall };
	}

	/** It is as long as a reply may be. */
	get isFull(): boolean {
		return this.#text.length >= this.#sink.longest;
	}

	/** The attempts before the current one, and why each broke off. */
	get breaks(): readonly { offset: number; reason: string }[] {
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

	/** The messages that Claude reads for this reply, oldest first. `promptTokens` reads them all: about how many tokens the prompt has. */
	context(): { messages: readonly PromptMessage[]; promptTokens: () => number } {
		return { messages: this.#sink.context(), promptTokens: () => this.#sink.promptTokens() };
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
		if (!aborted) this.#unreadFiles = this.#sink.asked(asked, now);
	}

	setModel(model: string | undefined): void {
		this.#model = model ?? this.#model;
		this.spending.answered(model);
	}

	/** Returns true for the first usage of an attempt: it is written with the next words, or by a beat that has to follow at once. */
	setUsage(usage: Usage): boolean {
		const isFirst = this.spending.report(usage);
		if (isFirst) this.#checkpoints.want();
		return isFirst;
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
		if (this.#checkpoints.isDue(now, this.#length)) this.save(now);
	}

	/** Written at once: tools are few, and what Claude looks up is paid for. Says whether the message holds the call. */
	recordTool(event: ToolEvent, now: number): boolean {
		this.#busy = undefined;
		this.spending.recordTool(event);
		if (this.#research.record(event)) this.save(now);
		return this.#research.shows(event);
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
	 * Claude's server has paused the turn, or without a turn has answered in vain. Returns false if it cannot go on: it does so only so
	 * often. What goes on is stored first, so that a killed object goes on as well.
	 */
	pause(turn: PausedTurn | undefined, now: number, calls: readonly ToolCall[] = []): boolean {
		const before = this.#research.calls - calls.filter(({ id }) => this.#research.has(id)).length;
		if (this.#turn.rounds >= (before + calls.length > 0 ? limits.callRounds : limits.rounds)) return false;
		this.#sendPending(true);
		if (turn) this.#turn.pause(turn, this.#text.length);
		this.spending.end(true, now);
		this.calls.begin(calls, before);
		this.save(now);
		return true;
	}

	/** What Claude asked for is there: the turn can go on. */
	takeCallResults(): void {
		this.#turn.addResults((room) => this.calls.takeResults(room));
	}

	/** A person is erased: what is written from now on does not name them. */
	forget(userId: string): void {
		this.#research.forget(userId);
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
		if (this.#checkpoints.isDue(now, this.#length)) this.save(now);
	}

	/**
	 * Ends an attempt that another one follows, at `retryAt` if Claude is busy. Written at once: a killed object must not ask more often
	 * or earlier than it may.
	 */
	breakOff(reason: Reason, now: number, retryAt?: number): void {
		this.#sendPending(true);
		this.#research.endTools(this.#turn.at(this.#text.length) !== undefined);
		this.#turn.breakOff(this.#text);
		this.#busy = retryAt === undefined ? undefined : { reason, since: this.#busy?.since ?? now, retryAt };
		this.#breaks = [...this.#breaks, { offset: this.#text.length, reason }];
		this.spending.end(reason !== "no_response", now);
		this.save(now);
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
		this.save(now);
	}

	/** Makes the row final, with what was paid for it, and sends the events of the end. */
	end(outcome: Outcome, now: number, ended: { stopReason?: string; stoppedBy?: Person }, settle: Settle): Message {
		this.#sendPending(true);
		this.#research.endTools();
		this.spending.end(outcome.status !== "stopped" && outcome.reason !== "no_response", now);
		const facts = { ...this.#factsAt(now), ...ended, elapsedMs: this.#elapsedBefore + Math.max(0, now - this.#startedAt) };
		return this.#sink.finish(this.#text, outcome, facts, now, settle);
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
		const chunk = whole.slice(0, this.#sink.longest - this.#text.length).toWellFormed();
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

	/** Call it every `beatEvery`: stores a first usage, and how long Claude has been writing what nobody sees. */
	beat(now: number): void {
		if (this.spending.isAnswered && this.#checkpoints.isBeatDue(now, this.#length)) this.save(now);
	}

	/** Stores how far it has come. */
	save(now: number): void {
		const facts = { ...this.#factsAt(now), written: this.spending.writtenAt(now) };
		this.#sink.checkpoint(this.#text, facts, this.#busy);
		this.#checkpoints.written(now, this.#length);
	}

	get #length(): number {
		return this.#text.length + this.#thinking.length;
	}

	#factsAt(now: number): ReplyFacts {
		const [thinking, attempts] = [this.#thinking, this.#breaks];
		return {
			...(thinking && { thinking }),
			model: this.#model,
			unreadFiles: this.#unreadFiles,
			...(attempts.length > 0 && { attempts }),
			usage: this.spending.usage,
			cost: this.spending.costAt(now),
			...(this.#elapsedBefore > 0 && { elapsedMs: this.#elapsedBefore }),
			...this.#research.facts,
		};
	}
}

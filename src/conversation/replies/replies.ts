// One reply of Claude: thinking, stream, checkpoint, finish, stop, recover.
// Knows nothing of the platform, of HTTP or of any SDK: what answers is behind `Model`.

import { type Reason, reasons } from "../../protocol/errors.ts";
import { messageEvent, type ServerEvent } from "../../protocol/events.ts";
import { limits } from "../../protocol/limits.ts";
import type { Message, Usage } from "../../protocol/message.ts";
import { claude, type Person } from "../../protocol/person.ts";
import { type Alarm, type Clients, type Listing, type Model, ModelFailure } from "../ports.ts";
import type { Outcome } from "../store/log.ts";
import type { ReplyFacts } from "../store/rows.ts";
import type { Store } from "../store/store.ts";
import { addedBy } from "./overlap.ts";
import { waitBefore } from "./retry.ts";
import { addedThought } from "./thinking.ts";

type Running = {
	message: Message;
	text: string;
	/** What Claude thought before it. */
	thinking: string;
	/** What has come and is not said yet: the first half of a character, or what may repeat the text before a seam. */
	held: string;
	/** Where the text was interrupted and went on, and why Claude had to be asked again. */
	attempts: { offset: number; reason: Reason }[];
	/** Why nothing more of it comes just now. */
	busy?: Reason;
	model: string | undefined;
	/** Tokens used by the attempts that are over, and by the one that runs. */
	usedBefore: Usage | undefined;
	usage?: Usage;
	startedAt: number;
	/** When Claude last gave a sign of life, and whether it thinks since. */
	aliveAt: number;
	isThinking: boolean;
	/** What the row holds: since when, and how much of text and thinking. */
	kept: { at: number; length: number };
	abort: AbortController;
};

type Ended = { outcome: Outcome; retryAfterMs?: number; stopReason?: string };

/** The text so far is kept at least this often while it grows (ms), or after so much of it (UTF-16 units). */
const checkpoint = { interval: 1_000, length: 2_000 };

/** How much longer than otherwise Claude may be silent while it thinks. */
const thinkingPatience = 2;

/** How long after its start a reply that nobody watches any more is looked for, in ms. Far past what a living one needs between two signs. */
const orphanAfter = 30_000;

/** The replies of one conversation: at most one runs at a time. */
export class Replies {
	readonly #store: Store;
	readonly #clients: Pick<Clients, "broadcast">;
	readonly #listing: Pick<Listing, "changed">;
	readonly #model: Model;
	readonly #alarm: Alarm;
	readonly #idleTimeout: number;
	readonly #answered: (reply: Message) => void;
	readonly #now: () => number;
	#running: Running | undefined;

	constructor(parts: {
		store: Store;
		clients: Pick<Clients, "broadcast">;
		listing: Pick<Listing, "changed">;
		model: Model;
		alarm: Alarm;
		idleTimeout: number;
		/** A reply has come to its own end. */
		answered: (reply: Message) => void;
		now: () => number;
	}) {
		this.#store = parts.store;
		this.#clients = parts.clients;
		this.#listing = parts.listing;
		this.#model = parts.model;
		this.#alarm = parts.alarm;
		this.#idleTimeout = parts.idleTimeout;
		this.#answered = parts.answered;
		this.#now = parts.now;
	}

	/** Begins a reply, or leaves the question to the one that follows the running one. Returns at once. */
	ask(by: readonly Person[]): void {
		if (!this.#running) this.#begin(this.#store.log.addReply(this.#now(), by));
	}

	/** A reply that has ended again, from the start, in its place. */
	regenerate(ended: Message): void {
		if (this.#running) return;
		const message = this.#store.log.reopenReply(ended);
		this.#clients.broadcast(messageEvent("chat:updated", message, this.#store.log.cursor));
		this.#begin(message);
	}

	/** Ends the running reply where it is, if it is the one that is meant. */
	stop(by: Person, messageId?: string): void {
		const running = this.#running;
		if (!running || (messageId !== undefined && messageId !== running.message.id)) return;
		this.#halt(running, by);
		this.#askAgain(running.message);
	}

	/** As `stop`; what is changed `meanwhile`, the reply to what was asked while it ran knows of. */
	stopFor(messageId: string, meanwhile: () => void): void {
		const running = this.#running?.message.id === messageId ? this.#running : undefined;
		if (running) this.#halt(running);
		meanwhile();
		if (running) this.#askAgain(running.message);
	}

	#halt(running: Running, stoppedBy?: Person): void {
		this.#say(running, true);
		this.#end(running, { status: "stopped" }, { stoppedBy });
	}

	/** Ends the running reply without a word: there is nobody left to hear it, and nothing to keep it in. */
	abandon(): void {
		this.#running?.abort.abort();
		this.#running = undefined;
		this.#alarm.clear();
	}

	/** A message as it is this moment: what was said of the running reply lies over what is stored of it. */
	live(message: Message): Message {
		if (this.#running?.message.id !== message.id) return message;
		const { text, thinking, busy } = this.#running;
		return { ...message, content: text, ...(thinking && { thinking }), ...(busy && { reason: busy }) };
	}

	/** Goes on with replies whose object died under them, or ends them; to be called on every wake and by the alarm. */
	recover(): void {
		const [orphan] = this.#store.log.streaming().filter(({ id }) => id !== this.#running?.message.id);
		if (this.#running) this.#alarm.set(this.#now() + orphanAfter);
		else if (orphan) this.#goOn(orphan);
	}

	#goOn(orphan: Message): void {
		const attempts = (orphan.attempts ?? []) as Running["attempts"];
		const { content: text, thinking = "", model, usage: usedBefore } = orphan;
		const running = this.#runningOf(orphan, { text, thinking, attempts, model, usedBefore });
		this.#running = running;
		const outcome: Outcome = { status: "failed", reason: "interrupted" };
		if (waitBefore(running.attempts.length + 1, outcome) === undefined) {
			this.#finish(running, outcome);
			return;
		}
		this.#markSeam(running, "interrupted");
		this.#start(running);
	}

	#begin(message: Message): void {
		const running = this.#runningOf(message, { text: "", thinking: "", attempts: [], model: undefined, usedBefore: undefined });
		this.#running = running;
		const { conversationId, id, askedBy } = message;
		this.#clients.broadcast({ type: "chat:thinking", conversationId, status: "processing", messageId: id, ...(askedBy && { askedBy }) });
		this.#start(running);
	}

	#runningOf(message: Message, soFar: Pick<Running, "text" | "thinking" | "attempts" | "model" | "usedBefore">): Running {
		const now = this.#now();
		const kept = { at: now, length: lengthOf(soFar) };
		return { message, ...soFar, held: "", startedAt: now, aliveAt: now, isThinking: false, kept, abort: new AbortController() };
	}

	#start(running: Running): void {
		this.#alarm.set(this.#now() + orphanAfter);
		this.#run(running).catch((error) => console.error("A reply could not be ended", running.message.id, error));
	}

	async #run(running: Running): Promise<void> {
		for (;;) {
			const { outcome, retryAfterMs, stopReason } = await this.#attempt(running);
			if (running !== this.#running) return;
			this.#say(running, true);
			const wait = waitBefore(running.attempts.length + 1, outcome, retryAfterMs);
			if (wait === undefined) return this.#finish(running, outcome, stopReason);
			this.#markSeam(running, outcome.reason as Reason);
			if (wait > 0) await this.#pause(running, outcome.reason as Reason, wait);
			if (running !== this.#running) return;
		}
	}

	/** Says that Claude is busy, and waits; no longer than until the reply is ended. */
	async #pause(running: Running, reason: Reason, ms: number): Promise<void> {
		running.busy = reason;
		const { conversationId, id: messageId } = running.message;
		this.#clients.broadcast({ type: "chat:busy", conversationId, messageId, reason, retryAfterMs: ms });
		running.abort = new AbortController();
		const over = Promise.withResolvers<void>();
		const timer = setTimeout(over.resolve, ms);
		running.abort.signal.addEventListener("abort", () => over.resolve());
		await over.promise;
		clearTimeout(timer);
	}

	/** Kept at once: whatever happens to the next attempt, it has been made. */
	#markSeam(running: Running, reason: Reason): void {
		running.attempts = [...running.attempts, { offset: running.text.length, reason }];
		running.usedBefore = usageOf(running);
		running.usage = undefined;
		this.#keep(running);
	}

	/** Asks Claude once. Events of an attempt that is over change nothing. */
	async #attempt(running: Running): Promise<Ended> {
		const abort = new AbortController();
		running.abort = abort;
		running.aliveAt = this.#now();
		running.isThinking = false;
		const stalled = Promise.withResolvers<Ended>();
		// A stream that is stalled looks like one that thinks: only time tells.
		const watch = () => {
			const patience = this.#idleTimeout * (running.isThinking ? thinkingPatience : 1);
			const left = running.aliveAt + patience - this.#now();
			if (left > 0) watchdog = setTimeout(watch, Math.min(left, this.#idleTimeout));
			else stalled.resolve({ outcome: { status: "failed", reason: "timed_out" } });
		};
		let watchdog = setTimeout(watch, this.#idleTimeout);
		try {
			return await Promise.race([this.#read(running, abort.signal), stalled.promise]);
		} finally {
			clearTimeout(watchdog);
			abort.abort();
		}
	}

	async #read(running: Running, signal: AbortSignal): Promise<Ended> {
		try {
			const messages = this.#store.log.messagesBefore(running.message.seq, limits.prompt);
			for await (const event of this.#model.reply(messages, signal, running.text)) {
				if (signal.aborted) break;
				running.aliveAt = this.#now();
				running.isThinking = event.type === "thinking";
				switch (event.type) {
					case "start":
						running.model = event.model ?? running.model;
						break;
					case "usage":
						this.#use(running, event.usage);
						break;
					case "alive":
						break;
					case "thinking":
						this.#think(running, event.text);
						break;
					case "text":
						running.held += event.text;
						this.#say(running, false);
						break;
					case "end":
						return { outcome: endOf(event.reason), stopReason: event.stopReason };
					default:
						event satisfies never;
				}
			}
			return { outcome: { status: "failed", reason: "interrupted" } };
		} catch (error) {
			if (error instanceof ModelFailure) return { outcome: { status: "failed", reason: error.reason }, retryAfterMs: error.retryAfterMs };
			if (!signal.aborted) console.error("A reply failed", running.message.id, error);
			return { outcome: { status: "failed", reason: "internal" } };
		}
	}

	/** Says what has come, as far as it is known what it adds; all of it where no more comes of this attempt. */
	#say(running: Running, isAll: boolean): void {
		const isAtSeam = running.text !== "" && running.attempts.at(-1)?.offset === running.text.length;
		const added = isAtSeam ? addedBy(running.text, running.held, isAll) : running.held;
		if (added === undefined) return;
		// Half a character is not text yet: storage would make another one of it.
		const chunk = added.replace(/[\uD800-\uDBFF]$/, "");
		running.held = isAll ? "" : added.slice(chunk.length);
		if (chunk === "") return;
		const { conversationId, id } = running.message;
		const offset = running.text.length;
		running.text += chunk;
		running.busy = undefined;
		this.#clients.broadcast({ type: "chat:streaming", conversationId, messageId: id, chunk, offset, isComplete: false });
		this.#keepIfDue(running);
	}

	/** Says what Claude thinks. What an attempt that broke off had thought stays before it. */
	#think(running: Running, more: string): void {
		const chunk = addedThought(running.thinking, more);
		if (chunk === "") return;
		const { conversationId, id: messageId } = running.message;
		const offset = running.thinking.length;
		running.thinking += chunk;
		running.busy = undefined;
		this.#clients.broadcast({ type: "chat:thought", conversationId, messageId, chunk, offset });
		this.#keepIfDue(running);
	}

	/** The first usage of an attempt is written at once, or an object that dies would forget what it has spent. */
	#use(running: Running, usage: Usage): void {
		const isFirst = running.usage === undefined;
		running.usage = usage;
		if (isFirst) this.#keep(running);
	}

	#keepIfDue(running: Running): void {
		const { kept, aliveAt } = running;
		if (aliveAt - kept.at >= checkpoint.interval || lengthOf(running) - kept.length >= checkpoint.length) this.#keep(running);
	}

	#keep(running: Running): void {
		this.#store.log.checkpoint(running.message, running.text, factsOf(running));
		running.kept = { at: running.aliveAt, length: lengthOf(running) };
	}

	#finish(running: Running, outcome: Outcome, stopReason?: string): void {
		const finished = this.#end(running, outcome, { stopReason });
		if (!finished) return;
		this.#askAgain(running.message);
		if (outcome.status === "complete") this.#answered(finished);
	}

	/** The one end of a reply: whoever comes second finds it ended. The reply as it is then, if it was this one. */
	#end(running: Running, outcome: Outcome, ended: Partial<ReplyFacts> = {}): Message | undefined {
		if (running !== this.#running) return undefined;
		this.#running = undefined;
		running.abort.abort();
		const finished = this.#close(running, outcome, { ...factsOf(running), ...ended, elapsedMs: this.#now() - running.startedAt });
		// Not before: should the row not take its end, the alarm gives it another chance.
		this.#alarm.clear();
		return finished;
	}

	/** Makes a reply whole and says so, in the order that every client relies on. */
	#close({ message, text }: Running, outcome: Outcome, facts: ReplyFacts): Message {
		const { conversationId, id: messageId } = message;
		const broadcast = (event: ServerEvent) => this.#clients.broadcast(event);
		const finished = this.#store.log.finishReply(message, text, outcome, facts);
		broadcast({ type: "chat:streaming", conversationId, messageId, chunk: "", offset: text.length, isComplete: true });
		broadcast(messageEvent("chat:message", finished, this.#store.log.cursor));
		broadcast({ type: "chat:complete", conversationId, messageId });
		if (outcome.status === "failed" && outcome.reason)
			broadcast({ type: "chat:error", conversationId, error: reasons[outcome.reason], code: outcome.reason, messageId });
		this.#listing.changed(claude.userId);
		return finished;
	}

	/** What was asked while a reply ran is answered by one further reply, which sees everything said. */
	#askAgain(ended: Message): void {
		const askers = this.#store.log.askersAfter(ended.seq);
		if (askers.length > 0) this.ask(askers);
	}
}

function lengthOf({ text, thinking }: Pick<Running, "text" | "thinking">): number {
	return text.length + thinking.length;
}

function factsOf(running: Running): ReplyFacts {
	const { thinking, model, attempts } = running;
	return { ...(thinking && { thinking }), model, ...(attempts.length > 0 && { attempts }), usage: usageOf(running) };
}

/** What all attempts have used together; `undefined` if none was accepted. */
function usageOf({ usedBefore, usage }: Running): Usage | undefined {
	if (!usedBefore || !usage) return usage ?? usedBefore;
	return {
		input: usedBefore.input + usage.input,
		output: usedBefore.output + usage.output,
		cacheRead: usedBefore.cacheRead + usage.cacheRead,
		cacheWrite: usedBefore.cacheWrite + usage.cacheWrite,
	};
}

/** How an answer ended that came to its end. One that was cut by a limit is an answer; one that was declined is not. */
function endOf(reason: Reason | undefined): Outcome {
	if (reason === undefined) return { status: "complete" };
	return { status: reason === "refusal" ? "failed" : "complete", reason };
}

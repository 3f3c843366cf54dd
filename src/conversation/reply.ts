// One reply of Claude: thinking, stream, checkpoint, finish, stop, recover.
// Knows nothing of the platform, of HTTP or of any SDK: what answers is behind `Model`.

import { type Reason, reasons } from "../protocol/errors.ts";
import type { Message, ServerEvent, Usage } from "../protocol/events.ts";
import { limits } from "../protocol/limits.ts";
import type { Clients } from "./conversation.ts";
import type { Outcome, ReplyFacts } from "./log.ts";
import type { Store } from "./store.ts";

/** What answers: the whole of what a reply may read, to the events of one answer. */
export interface Model {
	/**
	 * Yields events until the answer is over. `end` is the last one and is yielded only when the answer is known to be whole
	 * as far as its stop reason says; an iteration that finishes without it was cut off. Throws `ModelFailure`, and ends quietly
	 * or throws anything once `signal` is aborted.
	 */
	reply(messages: readonly Message[], signal: AbortSignal): AsyncIterable<ModelEvent>;
}

export type ModelEvent =
	/** The answer has begun, by this model. */
	| { type: "start"; model: string }
	/** A sign of life without text: thinking, or a keep-alive. */
	| { type: "alive" }
	| { type: "text"; text: string }
	/** `stopReason` in the model's own word; `reason` where the answer is not simply whole. */
	| { type: "end"; stopReason: string; reason?: Reason; usage?: Usage };

/** A failure of Claude's side that is understood. Carries a reason and never words of the other side. */
export class ModelFailure extends Error {
	readonly reason: Reason;
	constructor(reason: Reason) {
		super(reason);
		this.reason = reason;
	}
}

/** Brings the object back to `recover` should it die while a reply runs. */
export interface Alarm {
	set(at: number): void;
	clear(): void;
}

type Running = {
	message: Message;
	text: string;
	/** The first half of a character whose second half has not come. */
	half: string;
	model?: string;
	startedAt: number;
	/** When Claude last gave a sign of life. */
	aliveAt: number;
	/** What the row holds: since when, and how much of the text. */
	kept: { at: number; length: number };
	abort: AbortController;
	watchdog: ReturnType<typeof setTimeout>;
};

/** The text so far is kept at least this often while it grows (ms), or after so much of it (UTF-16 units). */
const checkpoint = { interval: 1_000, length: 2_000 };

/** How long after its start a reply that nobody watches any more is looked for, in ms. Far past what a living one needs between two signs. */
const orphanAfter = 60_000;

/** The replies of one conversation: at most one runs at a time. */
export class Replies {
	readonly #store: Store;
	readonly #clients: Pick<Clients, "broadcast">;
	readonly #model: Model;
	readonly #alarm: Alarm;
	readonly #idleTimeout: number;
	readonly #now: () => number;
	#running: Running | undefined;

	constructor(parts: {
		store: Store;
		clients: Pick<Clients, "broadcast">;
		model: Model;
		alarm: Alarm;
		idleTimeout: number;
		now: () => number;
	}) {
		this.#store = parts.store;
		this.#clients = parts.clients;
		this.#model = parts.model;
		this.#alarm = parts.alarm;
		this.#idleTimeout = parts.idleTimeout;
		this.#now = parts.now;
	}

	/** Begins a reply, or leaves the question to the one that follows the running one. Returns at once. */
	ask(): void {
		if (!this.#running) this.#begin(this.#store.log.addReply(this.#now()));
	}

	/** A failed reply again, from the start, in its place. */
	retry(failed: Message): void {
		if (this.#running) return;
		const message = this.#store.log.reopenReply(failed);
		this.#clients.broadcast({ type: "chat:updated", conversationId: message.conversationId, message, cursor: this.#store.log.cursor });
		this.#begin(message);
	}

	/** Ends the running reply where it is, if it is the one that is meant. */
	stop(messageId?: string): void {
		const running = this.#running;
		if (running && (messageId === undefined || messageId === running.message.id)) this.#finish(running, { status: "stopped" });
	}

	/** A message as it is this moment: what was said of the running reply lies over what is stored of it. */
	live(message: Message): Message {
		return this.#running?.message.id === message.id ? { ...message, content: this.#running.text } : message;
	}

	/** Ends replies whose object died under them; to be called on every wake and by the alarm. */
	recover(): void {
		const orphans = this.#store.log.streaming().filter(({ id }) => id !== this.#running?.message.id);
		for (const orphan of orphans) this.#close(orphan, orphan.content, { status: "failed", reason: "interrupted" }, {});
		if (this.#running) this.#alarm.set(this.#now() + orphanAfter);
		else if (orphans.length > 0) {
			this.#alarm.clear();
			this.#askAgain(orphans[0] as Message);
		}
	}

	#begin(message: Message): void {
		const now = this.#now();
		const running: Running = {
			message,
			text: "",
			half: "",
			startedAt: now,
			aliveAt: now,
			kept: { at: now, length: 0 },
			abort: new AbortController(),
			watchdog: setTimeout(() => this.#watch(running), this.#idleTimeout),
		};
		this.#running = running;
		this.#alarm.set(now + orphanAfter);
		const { conversationId, id } = message;
		this.#clients.broadcast({ type: "chat:thinking", conversationId, status: "processing", messageId: id });
		this.#run(running).catch((error) => console.error("A reply could not be ended", id, error));
	}

	async #run(running: Running): Promise<void> {
		const { outcome, ...facts } = await this.#answer(running);
		this.#finish(running, outcome, facts);
	}

	async #answer(running: Running): Promise<{ outcome: Outcome } & Pick<ReplyFacts, "usage" | "stopReason">> {
		try {
			const messages = this.#store.log.messagesBefore(running.message.seq, limits.prompt);
			for await (const event of this.#model.reply(messages, running.abort.signal)) {
				if (running !== this.#running) break;
				running.aliveAt = this.#now();
				switch (event.type) {
					case "start":
						running.model = event.model;
						break;
					case "alive":
						break;
					case "text":
						this.#append(running, event.text);
						break;
					case "end":
						return { outcome: endOf(event.reason), usage: event.usage, stopReason: event.stopReason };
					default:
						event satisfies never;
				}
			}
			return { outcome: { status: "failed", reason: "interrupted" } };
		} catch (error) {
			if (error instanceof ModelFailure) return { outcome: { status: "failed", reason: error.reason } };
			if (running === this.#running) console.error("A reply failed", running.message.id, error);
			return { outcome: { status: "failed", reason: "internal" } };
		}
	}

	#append(running: Running, text: string): void {
		// Half a character is not text yet: storage would make another one of it.
		const whole = running.half + text;
		const chunk = whole.replace(/[\uD800-\uDBFF]$/, "");
		running.half = whole.slice(chunk.length);
		if (chunk === "") return;
		const { conversationId, id } = running.message;
		const offset = running.text.length;
		running.text += chunk;
		this.#clients.broadcast({ type: "chat:streaming", conversationId, messageId: id, chunk, offset, isComplete: false });

		const { kept, aliveAt } = running;
		const { length } = running.text;
		if (aliveAt - kept.at < checkpoint.interval && length - kept.length < checkpoint.length) return;
		this.#store.log.checkpoint(running.message, running.text);
		running.kept = { at: aliveAt, length };
	}

	/** A stream that is stalled looks like one that thinks: only time tells. */
	#watch(running: Running): void {
		if (running !== this.#running) return;
		const left = running.aliveAt + this.#idleTimeout - this.#now();
		if (left <= 0) this.#finish(running, { status: "failed", reason: "timed_out" });
		else running.watchdog = setTimeout(() => this.#watch(running), left);
	}

	/** The one end of a reply: whoever comes second finds it ended. */
	#finish(running: Running, outcome: Outcome, ended: Pick<ReplyFacts, "usage" | "stopReason"> = {}): void {
		if (running !== this.#running) return;
		this.#running = undefined;
		clearTimeout(running.watchdog);
		running.abort.abort();
		const { model, startedAt } = running;
		this.#close(running.message, running.text, outcome, { model, ...ended, elapsedMs: this.#now() - startedAt });
		// Not before: should the row not take its end, the alarm gives it another chance.
		this.#alarm.clear();
		this.#askAgain(running.message);
	}

	/** Makes a reply whole and says so, in the order that every client relies on. */
	#close(message: Message, text: string, outcome: Outcome, facts: ReplyFacts): void {
		const { conversationId, id: messageId } = message;
		const broadcast = (event: ServerEvent) => this.#clients.broadcast(event);
		const finished = this.#store.log.finishReply(message, text, outcome, facts);
		broadcast({ type: "chat:streaming", conversationId, messageId, chunk: "", offset: text.length, isComplete: true });
		broadcast({ type: "chat:message", conversationId, message: finished, cursor: this.#store.log.cursor });
		broadcast({ type: "chat:complete", conversationId, messageId });
		if (outcome.status === "failed" && outcome.reason)
			broadcast({ type: "chat:error", conversationId, error: reasons[outcome.reason], code: outcome.reason, messageId });
	}

	/** What was asked while a reply ran is answered by one further reply, which sees everything said. */
	#askAgain(ended: Message): void {
		if (this.#store.log.isAskedAfter(ended.seq)) this.ask();
	}
}

/** How an answer ended that came to its end. One that was cut by a limit is an answer; one that was declined is not. */
function endOf(reason: Reason | undefined): Outcome {
	if (reason === undefined) return { status: "complete" };
	return { status: reason === "refusal" ? "failed" : "complete", reason };
}

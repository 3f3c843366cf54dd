// The replies of one conversation, of which at most one runs: ask, stop, regenerate, retry, recover.
// Must not know the platform, HTTP or any SDK: whatever answers stands behind `Model`.

import type { Reason } from "../../protocol/errors.ts";
import { messageEvent } from "../../protocol/events.ts";
import type { Message } from "../../protocol/message.ts";
import type { Person } from "../../protocol/person.ts";
import type { Alarm, Clients, MemberLists, Model } from "../ports.ts";
import type { Outcome } from "../store/log.ts";
import type { Store } from "../store/store.ts";
import { attempt } from "./attempt.ts";
import { Reply } from "./reply.ts";
import { isBusy, retryDelay } from "./retry.ts";
import type { PriceOf } from "./spending.ts";
import type { Titles } from "./title.ts";

/**
 * `ended` is aborted when the reply ends: it ends the request to Claude, or the wait for the next one. `isAsleep`: nothing of it runs
 * until the alarm, so that the object may sleep meanwhile.
 */
type Running = { reply: Reply; ended: AbortController; isAsleep: boolean };

/**
 * An alarm looks for orphaned replies this long after a reply has begun (ms). Far more than a running reply needs between two signs
 * of life.
 */
const orphanAfter = 30_000;

/** The longest wait for Claude that a timer measures (ms). It keeps the object awake; longer ones are left to the alarm. */
const longestTimer = 5_000;

export class Replies {
	readonly #store: Store;
	readonly #clients: Pick<Clients, "broadcast">;
	readonly #lists: Pick<MemberLists, "changed">;
	readonly #model: Model;
	readonly #priceOf: PriceOf;
	readonly #titles: Pick<Titles, "replyCompleted">;
	readonly #alarm: Alarm;
	readonly #idleTimeout: number;
	readonly #afterwards: (work: () => void) => void;
	readonly #now: () => number;
	#running: Running | undefined;

	constructor(parts: {
		store: Store;
		clients: Pick<Clients, "broadcast">;
		lists: Pick<MemberLists, "changed">;
		model: Model;
		priceOf: PriceOf;
		titles: Pick<Titles, "replyCompleted">;
		alarm: Alarm;
		idleTimeout: number;
		/** Runs work when the current step is over and its frame is sent. */
		afterwards: (work: () => void) => void;
		now: () => number;
	}) {
		this.#store = parts.store;
		this.#clients = parts.clients;
		this.#lists = parts.lists;
		this.#model = parts.model;
		this.#priceOf = parts.priceOf;
		this.#titles = parts.titles;
		this.#alarm = parts.alarm;
		this.#idleTimeout = parts.idleTimeout;
		this.#afterwards = parts.afterwards;
		this.#now = parts.now;
	}

	/** Begins a reply and returns; the prompt is built afterwards. While a reply runs, the next one answers the question. */
	ask(by: readonly Person[]): void {
		if (!this.#running) this.#begin(this.#store.log.addReply(this.#now(), by));
	}

	/** Begins an ended reply anew, in the same message. */
	regenerate(ended: Message): void {
		if (this.#running) return;
		this.#store.instructions.moveBefore(ended.seq);
		const message = this.#store.log.reopenReply(ended);
		this.#clients.broadcast(messageEvent("chat:updated", message, this.#store.log.cursor));
		this.#begin(message);
	}

	/** Goes on with an ended reply that reached the length limit, in the same message. */
	continue(ended: Message): void {
		if (this.#running) return;
		const message = this.#store.log.continueReply(ended);
		this.#clients.broadcast(messageEvent("chat:updated", message, this.#store.log.cursor));
		this.#begin(message);
	}

	/** Stops the running reply; with a `messageId` only if it is that one. */
	stop(by: Person, messageId?: string): void {
		const running = this.#running;
		if (!running || (messageId !== undefined && messageId !== running.reply.message.id)) return;
		this.#end(running, { status: "stopped" }, { stoppedBy: by });
		this.askNext(running.reply.message);
	}

	/** Ends the running reply where it is. The next one begins at once and answers the question that was just stored, with all that waited. */
	steer(by: Person): void {
		if (this.#running) this.stop(by);
		else this.ask([by]);
	}

	/** Stops this reply if it runs, and says whether it did. `askNext` is left to the caller. */
	cancel(messageId: string): boolean {
		const running = this.#running;
		if (running?.reply.message.id !== messageId) return false;
		this.#end(running, { status: "stopped" });
		return true;
	}

	/** Questions that came while a reply ran are answered by one further reply, which reads all that was said. */
	askNext(ended: Message): void {
		const askers = this.#store.log.askersAfter(ended.seq);
		if (askers.length > 0) this.ask(askers);
	}

	/** Ends the running reply without an event: the conversation is being deleted. */
	abandon(): void {
		this.#running?.ended.abort();
		this.#running = undefined;
		this.#alarm.clear();
	}

	/** A message as it is now: the running reply has more text than its row. */
	live(message: Message): Message {
		const reply = this.#running?.reply;
		return reply?.message.id === message.id ? reply.live(message) : message;
	}

	/** Continues or ends replies whose object died. Call it on every wake and from the alarm. */
	recover(): void {
		const running = this.#running;
		const [orphan] = this.#store.log.streaming().filter(({ id }) => id !== running?.reply.message.id);
		if (running?.isAsleep) this.#wake(running);
		else if (running) this.#alarm.set(this.#now() + orphanAfter);
		else if (orphan) this.#resume(orphan);
	}

	#begin(message: Message): void {
		const { conversationId, id, askedBy } = message;
		const running = this.#open(message);
		this.#clients.broadcast({ type: "chat:thinking", conversationId, status: "processing", messageId: id, ...(askedBy && { askedBy }) });
		this.#start(running);
	}

	#resume(orphan: Message): void {
		const running = this.#open(orphan);
		if (running.reply.retryAt !== undefined) {
			this.#wake(running);
			return;
		}
		const outcome: Outcome = { status: "failed", reason: "interrupted" };
		if (retryDelay(outcome, { breaks: running.reply.breaks, busyFor: 0 }) === undefined) {
			this.#finish(running, outcome);
			return;
		}
		running.reply.breakOff("interrupted", this.#now());
		this.#start(running);
	}

	/** Takes up a reply that waits for Claude, or goes on waiting. */
	#wake(running: Running): void {
		const { retryAt = 0 } = running.reply;
		running.isAsleep = retryAt > this.#now();
		if (running.isAsleep) this.#alarm.set(retryAt);
		else this.#start(running);
	}

	#open(message: Message): Running {
		this.#running = {
			reply: new Reply({ store: this.#store, clients: this.#clients, priceOf: this.#priceOf }, message, this.#now()),
			ended: new AbortController(),
			isAsleep: false,
		};
		return this.#running;
	}

	#start(running: Running): void {
		this.#alarm.set(this.#now() + orphanAfter);
		// The prompt may be long: it is read after the frame that announces the reply was sent.
		this.#afterwards(() => {
			this.#run(running).catch((error) => console.error("A reply could not be ended", running.reply.message.id, error));
		});
	}

	/** Asks Claude until the reply has come to its end, was ended meanwhile, or has to wait for long. */
	async #run(running: Running): Promise<void> {
		const { reply, ended } = running;
		const upstream = { model: this.#model, idleTimeout: this.#idleTimeout, now: this.#now };
		while (running === this.#running) {
			reply.beginAttempt(this.#now());
			const { outcome, retryAfterMs, stopReason, turn } = await attempt(reply, upstream, ended.signal);
			if (running !== this.#running) return;
			const now = this.#now();
			if (turn && reply.pause(turn, now)) continue;
			const { breaks, busySince = now } = reply;
			const delay = retryDelay(outcome, { breaks, retryAfterMs, busyFor: now - busySince });
			if (delay === undefined) return this.#finish(running, outcome, stopReason);
			const reason = outcome.reason as Reason;
			reply.breakOff(reason, now, isBusy(reason) ? now + delay : undefined);
			if (delay === 0) continue;
			reply.sendBusy(delay);
			if (delay > longestTimer) return this.#wake(running);
			await wait(delay, ended.signal);
		}
	}

	#finish(running: Running, outcome: Outcome, stopReason?: string): void {
		const finished = this.#end(running, outcome, { stopReason });
		if (!finished) return;
		this.askNext(finished);
		if (outcome.status === "complete") void this.#titles.replyCompleted(finished);
	}

	/** The only end of a reply. Returns `undefined` if it has ended before. */
	#end(running: Running, outcome: Outcome, facts: { stopReason?: string; stoppedBy?: Person } = {}): Message | undefined {
		if (running !== this.#running) return undefined;
		this.#running = undefined;
		running.ended.abort();
		const finished = running.reply.end(outcome, this.#now(), facts);
		this.#lists.changed();
		// Cleared last: if the row could not be written, the alarm tries again.
		this.#alarm.clear();
		return finished;
	}
}

/** Waits, but no longer than until the signal is aborted. */
async function wait(ms: number, signal: AbortSignal): Promise<void> {
	const over = Promise.withResolvers<void>();
	const timer = setTimeout(over.resolve, ms);
	signal.addEventListener("abort", () => over.resolve());
	await over.promise;
	clearTimeout(timer);
}

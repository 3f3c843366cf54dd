// The replies of one conversation, of which at most one runs: ask, stop, regenerate, retry, recover.
// Must not know the platform, HTTP or any SDK: whatever answers stands behind `Model`.

import type { Reason } from "../../protocol/errors.ts";
import { messageEvent } from "../../protocol/events.ts";
import type { Message } from "../../protocol/message.ts";
import type { Notice } from "../../protocol/money/notice.ts";
import type { Person } from "../../protocol/person.ts";
import type { Alarm, Clients, MemberLists, Model } from "../ports.ts";
import type { Outcome } from "../store/log.ts";
import { type Ask, type Paid, type Payer, personOf } from "../store/money/payments.ts";
import type { Store } from "../store/store.ts";
import { Asking } from "./asking.ts";
import { attempt, outcomeBy } from "./attempt.ts";
import type { Funding, Granted } from "./funding.ts";
import { Reply } from "./reply.ts";
import { isBusy, retryDelay } from "./retry.ts";
import type { PriceOf } from "./spending.ts";
import type { Titles } from "./title.ts";
import { wait } from "./wait.ts";

/**
 * `ended` is aborted when the reply ends: it ends the request to Claude, or the wait for the next one. `isAsleep`: nothing of it runs
 * until the alarm, so that the object may sleep meanwhile. `paid`: its payment, where Claude is paid for.
 */
type Running = { reply: Reply; ended: AbortController; isAsleep: boolean; paid: Paid | undefined };

/**
 * An alarm looks for orphaned replies this long after a reply has begun (ms). Far more than a running reply needs between two signs
 * of life.
 */
const orphanAfter = 30_000;

/** The longest wait for Claude that a timer measures (ms). It keeps the object awake; longer ones are left to the alarm. */
const longestTimer = 5_000;

export class Replies {
	readonly #store: Store;
	readonly #clients: Clients;
	readonly #lists: Pick<MemberLists, "changed" | "skipRevision">;
	readonly #model: Model;
	readonly #priceOf: PriceOf;
	readonly #funding: Funding;
	readonly #asking: Asking;
	readonly #titles: Pick<Titles, "replyCompleted">;
	readonly #alarm: Alarm;
	readonly #idleTimeout: number;
	readonly #afterwards: (work: () => void) => void;
	readonly #now: () => number;
	#running: Running | undefined;

	constructor(parts: {
		store: Store;
		clients: Clients;
		lists: Pick<MemberLists, "changed" | "skipRevision">;
		model: Model;
		priceOf: PriceOf;
		funding: Funding;
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
		this.#funding = parts.funding;
		this.#titles = parts.titles;
		this.#alarm = parts.alarm;
		this.#idleTimeout = parts.idleTimeout;
		this.#afterwards = parts.afterwards;
		this.#now = parts.now;
		this.#asking = new Asking({
			...parts,
			begin: (ask, granted) => this.#beginPaid(ask, granted),
			askNext: () => this.askNext(this.#store.log.lastReply()),
		});
	}

	/** Begins a reply and returns; the prompt is built afterwards. While a reply runs, the next one answers the question. */
	ask(by: readonly Payer[]): void {
		if (this.#running || this.#asking.isUnderWay) return;
		if (this.#funding.isNeeded) this.#pay(by);
		else this.#begin(this.#store.log.addReply(this.#now(), by.map(personOf)));
	}

	/** Begins an ended reply anew, in the same message. `by` pays for it. */
	regenerate(ended: Message, by: Payer): void {
		if (this.#running || this.#asking.isUnderWay) return;
		if (this.#funding.isNeeded) this.#pay([by], { id: ended.id });
		else this.#reopen(ended);
	}

	#pay(by: readonly Payer[], reply?: Ask["reply"]): void {
		this.#alarm.set(this.#now() + orphanAfter);
		this.#asking.begin(by, reply);
	}

	/** It is paid for. What was asked may be gone by now. */
	#beginPaid({ reply }: Ask, granted: Granted): void {
		const { log } = this.#store;
		const last = log.lastReply();
		const askers = reply ? [] : log.askersAfter(last?.seq ?? 0);
		const isThere = last?.id === reply?.id && last?.status !== "streaming" && last?.deletedAt === undefined;
		if (askers.length > 0) this.#begin(log.addReply(this.#now(), askers), granted);
		else if (reply && last && isThere) this.#reopen(last, reply, granted);
		else {
			this.#funding.giveBack(granted);
			this.#alarm.clear();
		}
	}

	#reopen(ended: Message, { isContinued = false } = {}, granted?: Granted): void {
		const { log } = this.#store;
		if (!isContinued) this.#store.instructions.moveBefore(ended.seq);
		const message = isContinued ? log.continueReply(ended) : log.reopenReply(ended);
		this.#clients.broadcast(messageEvent("chat:updated", message, this.#store.log.cursor));
		this.#begin(message, granted);
	}

	/** Resolves to why a question is not answered, once that is known; `undefined` if it is answered, or waits for the running reply. */
	noticeOf(messageId: string): Promise<Notice | undefined> {
		return this.#asking.noticeOf(messageId);
	}

	/** Goes on with an ended reply that reached the length limit, in the same message. */
	continue(ended: Message, by: Payer): void {
		if (this.#running || this.#asking.isUnderWay) return;
		if (this.#funding.isNeeded) this.#pay([by], { id: ended.id, isContinued: true });
		else this.#reopen(ended, { isContinued: true });
	}

	/** Stops the running reply; with a `messageId` only if it is that one. */
	stop(by: Person, messageId?: string): void {
		const running = this.#running;
		if (!running || (messageId !== undefined && messageId !== running.reply.message.id)) return;
		this.#end(running, { status: "stopped" }, { stoppedBy: by });
		this.askNext(running.reply.message);
	}

	/** Ends the running reply where it is. The next one begins at once and answers the question that was just stored, with all that waited. */
	steer(by: Payer): void {
		if (this.#running) this.stop(personOf(by));
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
	askNext(ended: Message | undefined): void {
		const askers = this.#store.log.askersAfter(ended?.seq ?? 0);
		if (askers.length > 0) this.ask(askers);
	}

	/** Ends the running reply without an event: the conversation is being deleted. */
	abandon(): void {
		const running = this.#running;
		this.#running = undefined;
		running?.ended.abort();
		this.#asking.abandon();
		this.#funding.endTitles(true);
		running?.reply.spending.end(false, this.#now());
		if (running?.paid) this.#funding.settle(running.paid, running.reply.spending.at(this.#now()), "stopped");
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
		else this.#asking.recover();
		this.#funding.endTitles();
	}

	#begin(message: Message, granted?: Granted): void {
		const { conversationId, id, askedBy } = message;
		const running = this.#open(message, granted && this.#funding.begin(granted, "reply", message));
		this.#clients.broadcast({ type: "chat:thinking", conversationId, status: "processing", messageId: id, ...(askedBy && { askedBy }) });
		this.#start(running);
	}

	#resume(orphan: Message): void {
		const running = this.#open(orphan, this.#funding.find(orphan.id));
		if (running.reply.retryAt !== undefined) {
			this.#wake(running);
			return;
		}
		const outcome: Outcome = { status: "failed", reason: "interrupted" };
		if (retryDelay(outcome, { breaks: running.reply.breaks, busyFor: 0 }) === undefined) {
			this.#finish(running, outcome);
			return;
		}
		this.#breakOff(running, "interrupted");
		this.#start(running);
	}

	/** Takes up a reply that waits for Claude, or goes on waiting. */
	#wake(running: Running): void {
		const { retryAt = 0 } = running.reply;
		running.isAsleep = retryAt > this.#now();
		if (running.isAsleep) this.#alarm.set(retryAt);
		else this.#start(running);
	}

	#open(message: Message, paid: Paid | undefined): Running {
		this.#running = {
			reply: new Reply({ store: this.#store, clients: this.#clients, priceOf: this.#priceOf }, message, this.#now()),
			ended: new AbortController(),
			isAsleep: false,
			paid,
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
			const allowance = running.paid && this.#funding.allowanceOf(running.paid, reply.text);
			if (running.paid && !allowance) return this.#finish(running, outcomeBy("budget", reply.text));
			reply.beginAttempt(this.#now());
			const { outcome, retryAfterMs, stopReason, turn } = await attempt(reply, { ...upstream, allowance }, ended.signal);
			if (running !== this.#running) return;
			const now = this.#now();
			if (turn && reply.pause(turn, now)) {
				this.#enter(running, "paused");
				continue;
			}
			const { breaks, busySince = now } = reply;
			const delay = retryDelay(outcome, { breaks, retryAfterMs, busyFor: now - busySince });
			if (delay === undefined) return this.#finish(running, outcome, stopReason);
			const reason = outcome.reason as Reason;
			this.#breakOff(running, reason, isBusy(reason) ? now + delay : undefined);
			if (delay === 0) continue;
			reply.sendBusy(delay);
			if (delay > longestTimer) return this.#wake(running);
			await wait(delay, ended.signal);
		}
	}

	/** Ends an attempt that another one follows. */
	#breakOff(running: Running, reason: Reason, retryAt?: number): void {
		running.reply.breakOff(reason, this.#now(), retryAt);
		this.#enter(running, reason);
	}

	/** A request is over, and another one follows. */
	#enter(running: Running, outcome: string): void {
		const { reply, paid } = running;
		if (paid) running.paid = this.#funding.requestEnded(paid, reply.spending.at(this.#now()), outcome);
	}

	#finish(running: Running, outcome: Outcome, stopReason?: string): void {
		const finished = this.#end(running, outcome, { stopReason });
		if (!finished) return;
		this.askNext(finished);
		if (outcome.status === "complete") void this.#titles.replyCompleted(finished, running.paid?.payer);
	}

	/** The only end of a reply. Returns `undefined` if it has ended before. */
	#end(running: Running, outcome: Outcome, facts: { stopReason?: string; stoppedBy?: Person } = {}): Message | undefined {
		if (running !== this.#running) return undefined;
		this.#running = undefined;
		running.ended.abort();
		const finished = running.reply.end(outcome, this.#now(), facts);
		if (running.paid) this.#funding.settle(running.paid, finished, outcome.reason ?? outcome.status);
		this.#lists.changed();
		// Cleared last: if the row could not be written, the alarm tries again.
		this.#alarm.clear();
		return finished;
	}
}

// Runs one reply at a time, from its beginning to its only end. Asks Claude again where a request breaks off, and waits while Claude is
// busy. Must not decide who asks, nor what follows a reply.

import type { Reason } from "../../protocol/errors.ts";
import type { Message } from "../../protocol/message.ts";
import type { Person } from "../../protocol/person.ts";
import type { Alarm, Model } from "../ports.ts";
import type { Outcome } from "../store/log.ts";
import type { Paid } from "../store/money/payments.ts";
import { attempt, outcomeBy } from "./attempt.ts";
import type { Funding, Granted } from "./money/funding.ts";
import type { PriceOf } from "./money/spending.ts";
import { Reply } from "./reply.ts";
import { isBusy, retryDelay } from "./retry.ts";
import type { Sink } from "./sink.ts";
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
export const orphanAfter = 30_000;

/** The longest wait for Claude that a timer measures (ms). It keeps the object awake; longer ones are left to the alarm. */
const longestTimer = 5_000;

export type RunnerParts = {
	sinkFor: (message: Message) => Sink;
	model: Model;
	priceOf: PriceOf;
	funding: Funding;
	alarm: Alarm;
	idleTimeout: number;
	/** Runs work when the current step is over and its frame is sent. */
	afterwards: (work: () => void) => void;
	now: () => number;
};

export class Runner {
	readonly #with: RunnerParts;
	readonly #ended: (reply: Message, outcome: Outcome, paid: Paid | undefined) => void;
	#running: Running | undefined;

	/** `ended`: a reply has ended that nobody stopped. */
	constructor(parts: RunnerParts, ended: (reply: Message, outcome: Outcome, paid: Paid | undefined) => void) {
		this.#with = parts;
		this.#ended = ended;
	}

	/** The reply that runs. */
	get reply(): Reply | undefined {
		return this.#running?.reply;
	}

	/** Begins a reply whose row is stored, and returns. `granted`: it is paid for. */
	begin(message: Message, granted?: Granted): void {
		const sink = this.#with.sinkFor(message);
		const running = this.#open(sink, granted && this.#with.funding.begin(granted, sink.kind, message));
		sink.begin();
		this.#start(running);
	}

	/** Takes up a reply whose object died: continues or ends it. An aside goes on only if it was waiting: its asker may be gone. */
	resume(orphan: Message): void {
		const sink = this.#with.sinkFor(orphan);
		const running = this.#open(sink, this.#with.funding.find(orphan.id));
		if (running.reply.retryAt !== undefined) {
			this.#wake(running);
			return;
		}
		this.#lose(running);
		const outcome: Outcome = { status: "failed", reason: "interrupted" };
		const isOver = sink.kind === "aside" || retryDelay(outcome, { breaks: running.reply.breaks, busyFor: 0 }) === undefined;
		if (isOver) {
			this.#finish(running, outcome);
			return;
		}
		this.#breakOff(running, "interrupted");
		this.#start(running);
	}

	/** Call it from the alarm: a wait may be over, or the alarm is needed once more. */
	proceed(): void {
		const running = this.#running;
		if (running?.isAsleep) this.#wake(running);
		else if (running) this.#with.alarm.set(this.#with.now() + orphanAfter);
	}

	/** Ends the running reply where it is, and returns it. */
	stop(by?: Person): Message | undefined {
		return this.#running && this.#end(this.#running, { status: "stopped" }, by && { stoppedBy: by });
	}

	/** Ends the running reply without an event: the conversation is being deleted. */
	abandon(): void {
		const running = this.#running;
		const { funding, now } = this.#with;
		this.#running = undefined;
		running?.ended.abort();
		running?.reply.spending.end(false, now());
		if (running?.paid) funding.settle(running.paid, running.reply.spending.at(now()), "stopped");
	}

	/** Takes up a reply that waits for Claude, or goes on waiting. */
	#wake(running: Running): void {
		const { retryAt = 0 } = running.reply;
		running.isAsleep = retryAt > this.#with.now();
		if (running.isAsleep) this.#with.alarm.set(retryAt);
		else this.#start(running);
	}

	#open(sink: Sink, paid: Paid | undefined): Running {
		this.#running = {
			reply: new Reply(sink, this.#with.priceOf, this.#with.now()),
			ended: new AbortController(),
			isAsleep: false,
			paid,
		};
		return this.#running;
	}

	#start(running: Running): void {
		this.#with.alarm.set(this.#with.now() + orphanAfter);
		// The prompt may be long: it is read after the frame that announces the reply was sent.
		this.#with.afterwards(() => {
			this.#run(running).catch((error) => console.error("A reply could not be ended", running.reply.message.id, error));
		});
	}

	/** Asks Claude until the reply has come to its end, was ended meanwhile, or has to wait for long. */
	async #run(running: Running): Promise<void> {
		const { reply, ended } = running;
		const upstream = { model: this.#with.model, idleTimeout: this.#with.idleTimeout, now: this.#with.now };
		while (running === this.#running) {
			const allowance = running.paid && this.#with.funding.allowanceOf(running.paid, reply.text, reply.options.turn);
			if (running.paid && !allowance) return this.#finish(running, outcomeBy("budget", reply.text));
			if (running.paid) running.paid = this.#with.funding.sending(running.paid);
			reply.beginAttempt(this.#with.now(), allowance?.maxTokens);
			const { outcome, retryAfterMs, stopReason, turn } = await attempt(reply, { ...upstream, allowance }, ended.signal);
			if (running !== this.#running) return;
			const now = this.#with.now();
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

	/** The request that ran when the object died has cost something. */
	#lose({ reply, paid }: Running): void {
		const lost = paid && this.#with.funding.lostRequest(paid, reply.message);
		if (lost) reply.spending.lose(lost, this.#with.now());
	}

	/** Ends an attempt that another one follows. */
	#breakOff(running: Running, reason: Reason, retryAt?: number): void {
		running.reply.breakOff(reason, this.#with.now(), retryAt);
		this.#enter(running, reason, retryAt !== undefined);
	}

	/** A request is over, and another one follows. */
	#enter(running: Running, outcome: string, isLater = false): void {
		const { reply, paid } = running;
		if (paid) running.paid = this.#with.funding.requestEnded(paid, reply.spending.at(this.#with.now()), outcome, isLater);
	}

	#finish(running: Running, outcome: Outcome, stopReason?: string): void {
		const finished = this.#end(running, outcome, { stopReason });
		if (finished) this.#ended(finished, outcome, running.paid);
	}

	/** The only end of a reply. Returns `undefined` if it has ended before. */
	#end(running: Running, outcome: Outcome, facts: { stopReason?: string; stoppedBy?: Person } = {}): Message | undefined {
		if (running !== this.#running) return undefined;
		this.#running = undefined;
		running.ended.abort();
		const finished = running.reply.end(outcome, this.#with.now(), facts);
		if (running.paid) this.#with.funding.settle(running.paid, finished, outcome.reason ?? outcome.status);
		// Cleared last: if the row could not be written, the alarm tries again.
		this.#with.alarm.clear();
		return finished;
	}
}

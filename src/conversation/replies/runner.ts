// Runs one reply at a time, from its beginning to its only end. Asks Claude again where a request breaks off, and waits while Claude is
// busy. Must not decide who asks, nor what follows a reply.

import type { Reason } from "../../protocol/errors.ts";
import type { Message } from "../../protocol/message.ts";
import type { Person } from "../../protocol/person.ts";
import type { ClientTool } from "../ports.ts";
import type { Outcome } from "../store/log.ts";
import type { Paid } from "../store/money/payments.ts";
import { attempt, outcomeBy } from "./attempt.ts";
import { Reply } from "./reply.ts";
import { attemptsOf, isBusy, retryDelay } from "./retry.ts";
import { type Decision, longestTimer, orphanAfter, type RunnerParts, type Running, wait } from "./running.ts";
import type { Sink } from "./sink.ts";

export class Runner {
	readonly #with: RunnerParts;
	readonly #ended: (reply: Message, outcome: Outcome, paid: Paid | undefined) => void;
	#running: Running | undefined;
	#isLeft = false;

	/** `ended`: a reply has ended that nobody stopped. */
	constructor(parts: RunnerParts, ended: (reply: Message, outcome: Outcome, paid: Paid | undefined) => void) {
		this.#with = parts;
		this.#ended = ended;
	}

	/** The reply that runs. */
	get reply(): Reply | undefined {
		return this.#running?.reply;
	}

	/** True if there was no room to continue or to end a reply. Nothing runs until it is resumed. */
	get isLeft(): boolean {
		return this.#isLeft;
	}

	forgetLeft(): void {
		this.#isLeft = false;
	}

	/** Nothing is reserved for the reply: it waits for people. */
	get isSuspended(): boolean {
		return this.#running?.isSuspended ?? false;
	}

	/** Begins a reply whose row and payment are stored, and returns. */
	begin(message: Message, paid?: Paid): void {
		const sink = this.#with.sinkFor(message);
		const running = this.#open(sink, paid);
		this.#orNone(() => sink.begin());
		this.#start(running);
	}

	/** Takes up a reply whose object died: continues or ends it. Throws, and asks nobody, if the storage is full. */
	resume(orphan: Message): void {
		const sink = this.#with.sinkFor(orphan);
		const running = this.#open(sink, this.#with.funding.find(orphan.id));
		this.#orNone(() => this.#takeUp(running, sink));
	}

	/** Nothing runs if this throws. */
	#orNone(work: () => void): void {
		try {
			work();
		} catch (error) {
			this.#leave();
			throw error;
		}
	}

	/** Leaves the reply to be resumed later, as if its object had died. */
	#leave(): void {
		this.#running?.ended.abort();
		this.#running = undefined;
		this.#isLeft = true;
		this.#with.alarm.set(this.#with.now() + orphanAfter);
	}

	/** An aside goes on only if it was waiting: its asker may be gone. */
	#takeUp(running: Running, sink: Sink): void {
		running.isSuspended = running.reply.calls.isOpen && !running.paid;
		if (running.reply.retryAt !== undefined || running.reply.calls.isOpen) {
			running.reply.calls.recover();
			this.#wake(running);
			return;
		}
		this.#lose(running, sink);
		const outcome: Outcome = { status: "failed", reason: "interrupted" };
		const isOver = sink.kind === "aside" || retryDelay(outcome, { ...attemptsOf(running.reply), busyFor: 0 }) === undefined;
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
		if (running?.isAsleep && !this.#with.resumption.isFor(running.reply.message)) this.#wake(running);
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
		if (!running) return;
		this.#with.resumption.cancel(running.reply.message);
		running.ended.abort();
		running.reply.spending.end(false, now());
		if (running.paid) funding.settle(running.paid, running.reply.spending.at(now()), "stopped");
	}

	/** People allow or decline calls that wait for it. `paid`: for what follows. Returns those of calls that did not wait. */
	decide(decisions: readonly Decision[], paid?: Paid): Decision[] {
		const running = this.#running;
		if (!running) return [...decisions];
		if (paid) this.#pay(running, paid);
		const late = decisions.filter(({ toolId, allow, by }) => !running.reply.calls.decide(toolId, allow, by));
		if (running.isAsleep) this.#wake(running);
		return late;
	}

	/** Takes up a reply that waits for Claude or for a decision, or goes on waiting. */
	#wake(running: Running): void {
		const { retryAt, calls } = running.reply;
		const until = retryAt ?? calls.waitsUntil ?? 0;
		running.isAsleep = until > this.#with.now();
		if (!running.isAsleep) this.#start(running);
		else this.#with.alarm.set(until);
		if (running.isAsleep && retryAt === undefined) this.#suspend(running);
	}

	/** People may take an hour to decide: others need what is reserved. */
	#suspend(running: Running): void {
		if (running.paid) this.#with.funding.suspend(running.paid, running.reply.spending.at(this.#with.now()));
		running.paid = undefined;
		running.isSuspended = true;
	}

	#pay(running: Running, paid: Paid | undefined): void {
		running.paid = paid;
		running.isSuspended = false;
	}

	/** Nobody has decided in time. Returns false if what Claude says to that cannot be paid for now. */
	async #payAgain(running: Running): Promise<boolean> {
		const paid = await this.#with.resumption.payUndecided(running.reply);
		if (running !== this.#running) return false;
		if (paid && "again" in paid) {
			running.isAsleep = true;
			this.#with.alarm.set(paid.again);
			return false;
		}
		if (paid && "reason" in paid) {
			this.#finish(running, outcomeBy("budget", running.reply.text));
			return false;
		}
		this.#pay(running, paid);
		return true;
	}

	#open(sink: Sink, paid: Paid | undefined): Running {
		const { priceOf, toolbox, now: clock, funding } = this.#with;
		const paidFor = () => running.paid && { model: running.paid.model, price: funding.priceOf(running.paid) };
		const reply = new Reply(sink, { prices: { priceOf, paidFor }, toolbox, clock });
		const running: Running = { reply, ended: new AbortController(), isAsleep: false, paid, isSuspended: false };
		this.#running = running;
		this.#isLeft = false;
		return running;
	}

	#start(running: Running): void {
		this.#with.alarm.set(this.#with.now() + orphanAfter);
		// The prompt may be long: it is read after the frame that announces the reply was sent.
		this.#with.afterwards(() => {
			this.#run(running).catch((error) => {
				console.error("A reply could not be ended", running.reply.message.id, error);
				if (running === this.#running) this.#leave();
			});
		});
	}

	/** Asks Claude until the reply has come to its end, was ended meanwhile, or has to wait for long. */
	async #run(running: Running): Promise<void> {
		const { reply, ended } = running;
		const upstream = { model: this.#with.model, idleTimeout: this.#with.idleTimeout, now: this.#with.now };
		while (running === this.#running) {
			if (running.isSuspended && !(await this.#payAgain(running))) return;
			if (reply.calls.isOpen && !(await this.#carryOut(running))) return;
			const offered: readonly ClientTool[] = reply.calls.isOffered ? await reply.calls.offered() : [];
			if (running !== this.#running) return;
			const { messages, promptTokens } = reply.context();
			const options = running.paid ? this.#with.funding.asPaid(running.paid, reply.options) : reply.options;
			const clientTools = [...offered, ...reply.calls.own(messages)];
			const next = { text: reply.text, turn: options.turn, clientTools };
			const allowance = running.paid && this.#with.funding.allowanceOf(running.paid, { ...next, promptTokens: promptTokens() });
			if (running.paid && !allowance) return this.#finish(running, outcomeBy("budget", reply.text));
			if (running.paid) running.paid = this.#with.funding.sending(running.paid);
			reply.beginAttempt(this.#with.now(), allowance?.maxTokens);
			const asked = attempt(reply, { ...upstream, messages, options: { ...options, clientTools }, allowance }, ended.signal);
			const { outcome, retryAfterMs, stopReason, turn, calls, asksAgain } = await asked;
			if (running !== this.#running) return;
			const now = this.#with.now();
			if ((turn || asksAgain) && reply.pause(turn, now, calls)) {
				this.#enter(running, asksAgain ? "asked_again" : "paused", reply.calls.isOpen);
				continue;
			}
			const { busySince = now } = reply;
			const delay = retryDelay(outcome, { ...attemptsOf(reply), retryAfterMs, busyFor: now - busySince });
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
	#lose({ reply, paid }: Running, sink: Sink): void {
		const lost = paid && this.#with.funding.lostRequest(paid, reply.message, sink.written());
		if (lost) reply.spending.lose(lost, this.#with.now());
	}

	/** Makes the calls that Claude has asked for. Returns false if the reply has ended, or sleeps until somebody decides. */
	async #carryOut(running: Running): Promise<boolean> {
		const { reply, ended } = running;
		do {
			await reply.calls.carryOut(ended.signal);
			if (running !== this.#running) return false;
			reply.takeCallResults();
			if (!reply.calls.isOpen) return true;
			// Somebody may have decided meanwhile.
		} while (reply.calls.waitsUntil === undefined);
		this.#wake(running);
		return false;
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
		this.#isLeft = true;
		this.#with.resumption.cancel(running.reply.message);
		const now = this.#with.now();
		running.ended.abort();
		let finished: Message;
		try {
			finished = running.reply.end(outcome, now, facts, () => {
				const charged = running.reply.spending.at(now);
				if (running.paid) this.#with.funding.settle(running.paid, charged, outcome.reason ?? outcome.status);
			});
		} catch (error) {
			// The alarm of a reply that waits for people may be an hour away.
			this.#with.alarm.set(now + orphanAfter);
			throw error;
		}
		this.#isLeft = false;
		// Cleared last: if the row could not be written, the alarm tries again.
		this.#with.alarm.clear();
		return finished;
	}
}

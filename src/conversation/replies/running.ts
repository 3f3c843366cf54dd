// The parts, state and times of a running reply.

import type { Message } from "../../protocol/message.ts";
import type { Person } from "../../protocol/person.ts";
import type { Alarm, Model, Toolbox } from "../ports.ts";
import type { Paid } from "../store/money/payments.ts";
import type { Funding } from "./money/funding.ts";
import type { Resumption } from "./money/resumption.ts";
import type { PriceOf } from "./money/spending.ts";
import type { Reply } from "./reply.ts";
import type { Sink } from "./sink.ts";

/**
 * `ended` is aborted when the reply ends: it ends the request to Claude, or the wait for the next one. `isAsleep`: nothing of it runs
 * until the alarm, so that the object may sleep meanwhile. `paid`: its payment, where Claude is paid for. `isSuspended`: it has none while
 * it waits for people.
 */
export type Running = { reply: Reply; ended: AbortController; isAsleep: boolean; paid: Paid | undefined; isSuspended: boolean };

/** Somebody's answer to whether a call may be made. */
export type Decision = { toolId: string; allow: boolean; by: Person };

/**
 * An alarm looks for orphaned replies this long after a reply has begun (ms). Far more than a running reply needs between two signs
 * of life.
 */
export const orphanAfter = 30_000;

/** The longest wait for Claude that a timer measures (ms). It keeps the object awake; longer ones are left to the alarm. */
export const longestTimer = 5_000;

export type RunnerParts = {
	sinkFor: (message: Message) => Sink;
	model: Model;
	toolbox: Toolbox;
	priceOf: PriceOf;
	funding: Funding;
	resumption: Resumption;
	alarm: Alarm;
	idleTimeout: number;
	/** Runs work when the current step is over and its frame is sent. */
	afterwards: (work: () => void) => void;
	now: () => number;
};

/** Waits until the time is over or the signal is aborted. */
export async function wait(ms: number, signal: AbortSignal): Promise<void> {
	const over = Promise.withResolvers<void>();
	const timer = setTimeout(over.resolve, ms);
	signal.addEventListener("abort", () => over.resolve());
	await over.promise;
	clearTimeout(timer);
}

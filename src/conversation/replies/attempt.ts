// One request to Claude: reads its events into the reply, and gives up a request that falls silent.
// Must not decide whether there is another attempt.

import type { Reason } from "../../protocol/errors.ts";
import { isVisible } from "../../protocol/text/sanitize.ts";
import {
	type Asked,
	type Model,
	type ModelEvent,
	ModelFailure,
	type PausedTurn,
	type PromptMessage,
	type ReplyOptions,
	type ToolCall,
} from "../ports.ts";
import type { Outcome } from "../store/log.ts";
import { beatEvery } from "./checkpoints.ts";
import { type Allowance, hasCalled } from "./money/allowance.ts";
import type { Reply } from "./reply.ts";

/**
 * How an attempt ended. `retryAfterMs`: how long Claude's server asks us to wait. `stopReason`: as the model gave it. `asksAgain`: the answer
 * was of no use, and another request follows at once.
 */
export type AttemptResult = {
	outcome: Outcome;
	retryAfterMs?: number;
	stopReason?: string;
	turn?: PausedTurn | undefined;
	calls?: readonly ToolCall[] | undefined;
	asksAgain?: true;
};

/** Silence is allowed for this many times as long while Claude thinks. */
const thinkingPatience = 2;

/** Pings without anything else are believed for this many times as long: a server that sends only them would never be given up. */
const pingPatience = 10;

/** `messages` and `options`: what Claude is asked with. `allowance`: what the request may use, where it is paid for. */
type Upstream = {
	model: Model;
	idleTimeout: number;
	now: () => number;
	messages: readonly PromptMessage[];
	options: ReplyOptions;
	allowance?: Allowance | undefined;
};

/**
 * Asks Claude once. The patience for the first sign of life doubles with each attempt before that got none. Events
 * that arrive after the attempt, or after `ended` is aborted, change nothing.
 */
export async function attempt(reply: Reply, upstream: Upstream, ended: AbortSignal): Promise<AttemptResult> {
	const over = new AbortController();
	const watchdog = new Watchdog(upstream.idleTimeout, upstream.now, reply.unanswered);
	const { now, allowance } = upstream;
	// If the object dies, what it has not stored is estimated.
	const beat = allowance && setInterval(() => ended.aborted || reply.beat(now()), beatEvery);
	try {
		return await Promise.race([read(reply, upstream, watchdog, AbortSignal.any([ended, over.signal])), watchdog.timedOut]);
	} finally {
		watchdog.stop();
		clearInterval(beat);
		over.abort();
	}
}

async function read(
	reply: Reply,
	{ model, now, messages, options, allowance }: Upstream,
	watchdog: Watchdog,
	signal: AbortSignal,
): Promise<AttemptResult> {
	try {
		const asked = (asked: Asked) => reply.asked(asked, now(), signal);
		for await (const event of model.reply(messages, signal, optionsOf({ ...options, asked }, allowance))) {
			if (signal.aborted) break;
			const at = now();
			watchdog.reset(at, event.type, reply.isToolRunning);
			reply.spending.sign(event, at);
			switch (event.type) {
				case "start":
					reply.setModel(event.model);
					break;
				case "usage":
					// Words that came with it are sent first: they do not wait for its row.
					if (reply.setUsage(event.usage)) setTimeout(() => signal.aborted || reply.beat(now()));
					break;
				case "alive":
					break;
				case "tool":
					reply.recordTool(event, at);
					break;
				case "source":
					reply.addSource(event.source);
					break;
				case "citation":
					reply.cite(event.length, event.sources);
					break;
				case "thinking":
					reply.appendThinking(event.text, at);
					break;
				case "text":
					reply.appendText(event.text, at);
					if (reply.isFull) return { outcome: outcomeOf("max_tokens") };
					break;
				case "pause":
					reply.completeAttempt();
					return {
						outcome: outcomeOf("too_many_steps"),
						stopReason: event.calls ? "tool_use" : "pause_turn",
						turn: event.turn,
						calls: event.calls,
					};
				case "again":
					reply.completeAttempt();
					return { outcome: outcomeOf("too_many_steps"), asksAgain: true };
				case "end":
					reply.completeAttempt();
					return { outcome: outcomeOf(reasonOf(event, reply.text, allowance)), ...(event.stopReason && { stopReason: event.stopReason }) };
				default:
					event satisfies never;
			}
			if (allowance?.isUsedUp(reply.spending.microUsdAt(at))) return { outcome: outcomeBy("budget", reply.text) };
		}
		return { outcome: { status: "failed", reason: "interrupted" } };
	} catch (error) {
		if (error instanceof ModelFailure) return { outcome: { status: "failed", reason: error.reason }, retryAfterMs: error.retryAfterMs };
		if (!signal.aborted) console.error("A reply failed", reply.message.id, error);
		return { outcome: { status: "failed", reason: "internal" } };
	}
}

/** Nothing is asked for that is not paid for. */
function optionsOf(options: ReplyOptions, allowance: Allowance | undefined): ReplyOptions {
	if (!allowance) return options;
	const { maxTokens, uses } = allowance;
	const { maxSearches = uses.searches, tools, clientTools = [], turn } = options;
	const mayCall = allowance.mayCall && options.mayCall !== false;
	return {
		...options,
		mayCall,
		clientTools: mayCall || hasCalled(turn) ? clientTools : [],
		maxTokens,
		maxSearches: Math.min(maxSearches, uses.searches),
		maxPages: uses.pages,
		...(tools && { tools: { ...tools, webSearch: tools.webSearch && uses.searches > 0, webFetch: tools.webFetch && uses.pages > 0 } }),
	};
}

/** The end of a reply that is cut by a limit of ours. */
export function outcomeBy(reason: Reason, text: string): Outcome {
	return { status: isVisible(text) ? "complete" : "failed", reason };
}

function reasonOf({ reason }: Extract<ModelEvent, { type: "end" }>, text: string, allowance: Allowance | undefined): Reason | undefined {
	if (reason === "max_tokens" && allowance?.isReduced) return "budget";
	if (isVisible(text)) return reason;
	if (reason === undefined || reason === "other_model") return "empty";
	return reason === "context_window" ? "prompt_too_long" : reason;
}

/** An answer that a limit cut is complete; one that Claude declined, or that could not begin, has failed. */
function outcomeOf(reason: Reason | undefined): Outcome {
	if (reason === undefined) return { status: "complete" };
	return { status: reason === "refusal" || reason === "prompt_too_long" ? "failed" : "complete", reason };
}

/** Notices a request in which Claude has been silent for too long. A stalled stream and a thinking one differ only by their time. */
class Watchdog {
	readonly #idleTimeout: number;
	readonly #now: () => number;
	readonly #timedOut = Promise.withResolvers<AttemptResult>();
	#timer: ReturnType<typeof setTimeout>;
	#aliveAt: number;
	/** When something came that is part of a reply. */
	#progressAt: number;
	#isThinking = false;
	#hasBegun = false;
	readonly #unanswered: number;

	/** `unanswered`: how many attempts before this one got no sign of life. A slow server would never answer if each were as short. */
	constructor(idleTimeout: number, now: () => number, unanswered: number) {
		this.#unanswered = unanswered;
		this.#idleTimeout = idleTimeout;
		this.#now = now;
		this.#aliveAt = now();
		this.#progressAt = now();
		this.#timer = setTimeout(this.#check, idleTimeout);
	}

	/** Resolves when the time is over. */
	get timedOut(): Promise<AttemptResult> {
		return this.#timedOut.promise;
	}

	/** Claude gave a sign of life. Sets no timer: that would cost as much as a token. */
	reset(now: number, type: ModelEvent["type"], isToolRunning = false): void {
		this.#aliveAt = now;
		this.#hasBegun = true;
		// A ping says nothing about what Claude does.
		if (type === "alive") return;
		this.#isThinking = type === "thinking" || type === "tool" || isToolRunning;
		if (type !== "usage") this.#progressAt = now;
	}

	stop(): void {
		clearTimeout(this.#timer);
	}

	readonly #check = () => {
		const patience = this.#idleTimeout * (this.#hasBegun ? (this.#isThinking ? thinkingPatience : 1) : 2 ** this.#unanswered);
		const now = this.#now();
		// The clock may have been set back since.
		this.#aliveAt = Math.min(this.#aliveAt, now);
		this.#progressAt = Math.min(this.#progressAt, now);
		const due = Math.min(this.#aliveAt + patience, this.#progressAt + this.#idleTimeout * pingPatience);
		const left = due - now;
		if (left > 0) this.#timer = setTimeout(this.#check, Math.min(left, this.#idleTimeout));
		else this.#giveUp(this.#hasBegun ? "timed_out" : "no_response");
	};

	#giveUp(reason: Reason): void {
		console.error("Claude failed:", reason, { setting: "REPLY_IDLE_TIMEOUT_SECONDS", seconds: this.#idleTimeout / 1000 });
		this.#timedOut.resolve({ outcome: { status: "failed", reason } });
	}
}

// What the requests of one reply have used and cost so far. Each request is priced by itself, because prices depend on the model and
// on the length of the prompt. Must not know budgets.

import { type Billed, costOf, microUsdOf, outputTokensIn, usdOf } from "../../../money/cost.ts";
import type { Price } from "../../../money/prices.ts";
import type { Message, Usage } from "../../../protocol/message.ts";
import type { ModelEvent, ToolEvent } from "../../ports.ts";
import { costOfUses, mostPromptTokens, resultTokensOf, type Uses } from "./amounts.ts";

/** The price of the model that a server names, or of the one that it was asked for if it names none. */
export type PriceOf = (model: string | undefined, at: number) => Price | undefined;

/** In micro-dollars; `undefined` while the price of any request is unknown. */
type Amount = { microUsd: number; isEstimated: boolean } | undefined;

/**
 * A request that was sent. `bytes` of text and thinking have come, `reportedBytes` of them before the last report. `hiddenMs`: how long
 * Claude may have written what nobody sees. `signAt`: its last sign. `tools`: those that have not failed, by their id.
 */
type Request = {
	model: string | undefined;
	usage: Billed | undefined;
	bytes: number;
	thinkingBytes: number;
	reportedBytes: number;
	hasEnded: boolean;
	maxTokens: number;
	hiddenMs: number;
	signAt: number | undefined;
	isWriting: boolean;
	tools: Map<string, string>;
};

/** A request that was under way when the object died. `isReported`: its prompt has been counted. */
export type LostRequest = { isReported: boolean; sentAt: number; maxTokens: number; uses: Uses };

const nothing: Billed = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };
const utf8 = new TextEncoder();
/** No text has so many bytes for each of its tokens: if the report says so, it leaves the output out. */
const mostBytesPerToken = 100;
/** Claude writes no faster, in tokens a second. */
const mostTokensPerSecond = 150;
/** In ms. So long Claude may go on after we have ended a request. */
const endsWithin = 1_000;

export class Spending {
	readonly #priceOf: PriceOf;
	readonly #promptTokens: () => number;
	#estimatedPrompt: number | undefined;
	/** Of the requests that are over. */
	#usage: Usage | undefined;
	#amount: Amount;
	#request: Request | undefined;

	/** Goes on from what a reply had used when its object died. `promptTokens` estimates the prompt of the current request. */
	constructor({ usage, cost }: Pick<Message, "usage" | "cost">, priceOf: PriceOf, promptTokens: () => number) {
		this.#priceOf = priceOf;
		this.#promptTokens = promptTokens;
		this.#usage = usage;
		const isUnknown = usage !== undefined && cost === undefined;
		this.#amount = isUnknown ? undefined : { microUsd: microUsdOf(cost?.usd ?? 0), isEstimated: cost?.about ?? false };
	}

	/** A request is about to be sent, whose answer has at most so many tokens. */
	begin(maxTokens = Number.POSITIVE_INFINITY): void {
		this.#request = {
			model: undefined,
			usage: undefined,
			bytes: 0,
			thinkingBytes: 0,
			reportedBytes: 0,
			hasEnded: false,
			maxTokens,
			hiddenMs: 0,
			signAt: undefined,
			isWriting: false,
			tools: new Map(),
		};
	}

	/** Claude gave a sign of life. Text comes as it is written. Before anything else, more may have been written than is shown. */
	sign(type: ModelEvent["type"], at: number): void {
		const request = this.#open;
		// A ping does not say that the text goes on.
		if (type === "alive" && request.isWriting) return;
		if (request.signAt !== undefined && !request.isWriting) request.hiddenMs += Math.max(0, at - request.signAt);
		request.signAt = at;
		if (type !== "alive") request.isWriting = type === "text" || type === "citation";
	}

	/** Claude reads what a tool returns, and that is reported only at the end. */
	recordTool({ id, name, status }: ToolEvent): void {
		if (status === "failed") this.#open.tools.delete(id);
		else this.#open.tools.set(id, name);
	}

	/** The object died while this request ran. Nobody knows how far it came: Claude may have written ever since. */
	lose({ isReported, sentAt, maxTokens, uses }: LostRequest, at: number): void {
		const price = this.#priceOf(undefined, at);
		if (!this.#amount || !price) return;
		const prompt = promptAt(price, mostPromptTokens(this.#promptTokens()));
		const written = Math.min(maxTokens, Math.ceil((Math.max(0, at - sentAt) / 1000) * mostTokensPerSecond));
		const cost = costOf({ ...nothing, ...prompt, output: written }, price) - (isReported ? costOf({ ...nothing, ...prompt }, price) : 0);
		// Tools are stored as they begin, so that at most one more has.
		const oneMore = costOfUses(price, { searches: Math.min(1, uses.searches), pages: Math.min(1, uses.pages) });
		this.#amount = { microUsd: this.#amount.microUsd + cost + oneMore, isEstimated: true };
	}

	answered(model: string | undefined): void {
		this.#open.model = model;
	}

	/** Returns true for the first report of a request. Each report replaces the one before it. */
	report(usage: Billed): boolean {
		const request = this.#open;
		const isFirst = request.usage === undefined;
		request.usage = usage;
		request.reportedBytes = request.bytes;
		return isFirst;
	}

	/** Text or thinking has come, whatever is kept of it. */
	receive(text: string, isThinking = false): void {
		const bytes = utf8.encode(text).length;
		this.#open.bytes += bytes;
		if (isThinking) this.#open.thinkingBytes += bytes;
	}

	/** The model has come to its own end: nothing is left to report. */
	complete(): void {
		this.#open.hasEnded = true;
	}

	/** The request is over. `isFree`: the server refused it or could not be reached, so that it cost nothing unless it was answered. */
	end(isFree: boolean, at: number): void {
		const request = this.#request;
		if (request && !request.hasEnded && request.signAt !== undefined) request.hiddenMs += Math.max(0, at - request.signAt) + endsWithin;
		if (!isFree || this.#isAnswered) this.#amount = this.#amountAt(at);
		this.#usage = this.usage;
		this.#request = undefined;
		this.#estimatedPrompt = undefined;
	}

	/** The tokens of all requests, as reported; `undefined` if no request was answered. */
	get usage(): Usage | undefined {
		const [before, current] = [this.#usage, this.#request?.usage];
		if (!before || !current) return current ?? before;
		return {
			input: before.input + current.input,
			output: before.output + current.output,
			cacheRead: before.cacheRead + current.cacheRead,
			cacheWrite: before.cacheWrite + current.cacheWrite,
			...((before.searches || current.searches) && { searches: (before.searches ?? 0) + (current.searches ?? 0) }),
		};
	}

	/** The cost of all requests. A request without any sign of life counts only once it is over. */
	costAt(at: number): Message["cost"] {
		const amount = this.#isAnswered ? this.#amountAt(at) : this.#amount;
		const isNothing = this.usage === undefined && amount?.microUsd === 0;
		if (!amount || isNothing) return undefined;
		return { usd: usdOf(amount.microUsd), ...(amount.isEstimated && { about: true }) };
	}

	/** Both as they are stored with the reply. */
	at(now: number): Pick<Message, "usage" | "cost"> {
		return { usage: this.usage, cost: this.costAt(now) };
	}

	/** The cost of all requests so far, in micro-dollars; 0 if it is not known. */
	microUsdAt(at: number): number {
		return microUsdOf(this.costAt(at)?.usd ?? 0);
	}

	/** Events come only while a request runs. */
	get #open(): Request {
		if (!this.#request) this.begin();
		return this.#request as Request;
	}

	get #isAnswered(): boolean {
		return this.#request !== undefined && (this.#request.usage !== undefined || this.#request.bytes > 0);
	}

	#amountAt(at: number): Amount {
		const before = this.#amount;
		const request = this.#request;
		if (!request || !before) return before;
		const price = this.#priceOf(request.model, at);
		if (!price) return undefined;
		const { isEstimated, ...billed } = this.#billed(request, price);
		return { microUsd: before.microUsd + costOf(billed, price), isEstimated: before.isEstimated || isEstimated };
	}

	/**
	 * What was not reported is estimated. A request that did not come to its end has reported neither its output nor what its tools read:
	 * then the estimate is the most that it can be.
	 */
	#billed(request: Request, price: Price): Billed & { isEstimated: boolean } {
		const { usage = nothing, bytes, reportedBytes, hasEnded, tools } = request;
		const isPromptKnown = usage.input + usage.cacheRead + usage.cacheWrite > 0;
		const isOutputKnown = hasEnded && bytes === reportedBytes && bytes <= usage.output * mostBytesPerToken;
		const estimate = isPromptKnown ? 0 : this.#estimatePrompt();
		const prompt = hasEnded ? { input: estimate, cacheWrite: 0 } : promptAt(price, estimate === 0 ? 0 : mostPromptTokens(estimate));
		const read = hasEnded ? 0 : [...tools.values()].reduce((tokens, name) => tokens + resultTokensOf(name), 0);
		return {
			...usage,
			input: usage.input + prompt.input,
			cacheWrite: usage.cacheWrite + prompt.cacheWrite + read,
			...(!isOutputKnown && { output: Math.max(usage.output, mostOutputOf(request)) }),
			isEstimated: !isPromptKnown || !isOutputKnown,
		};
	}

	/** Reads the whole prompt, so it is done once a request. */
	#estimatePrompt(): number {
		this.#estimatedPrompt ??= this.#promptTokens();
		return this.#estimatedPrompt;
	}
}

/** The most that Claude may have written by now: what came, and in the time in which nothing came as it was written. */
function mostOutputOf({ bytes, thinkingBytes, hiddenMs, maxTokens, hasEnded }: Request): number {
	const seen = outputTokensIn(bytes);
	if (hasEnded) return seen;
	const hidden = Math.ceil((hiddenMs / 1000) * mostTokensPerSecond);
	return Math.max(seen, Math.min(maxTokens, outputTokensIn(bytes - thinkingBytes) + hidden));
}

/** A prompt that is new to the cache, or that is not cached: whatever costs more. */
function promptAt({ input, cacheWrite }: Price, tokens: number): { input: number; cacheWrite: number } {
	return cacheWrite > input ? { input: 0, cacheWrite: tokens } : { input: tokens, cacheWrite: 0 };
}

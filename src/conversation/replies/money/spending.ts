// What the requests of one reply have used and cost so far. Each request is priced by itself, because prices depend on the model and
// on the length of the prompt. Must not know budgets.

import { type Billed, costOf, microUsdOf, outputTokensIn, usdOf } from "../../../money/cost.ts";
import type { Price } from "../../../money/prices.ts";
import type { Message, Usage } from "../../../protocol/message.ts";
import type { ModelEvent, ToolEvent } from "../../ports.ts";
import type { Written } from "../../store/columns.ts";
import { costOfUses, mostPromptTokens, resultTokensOf, type Uses } from "./amounts.ts";
import { fastest, Pace } from "./pace.ts";

/** The price of the model that a server names, or of the one that it was asked for if it names none. */
export type PriceOf = (model: string | undefined, at: number) => Price | undefined;

/** What a payment is for: the model that is asked, and the price at which it was paid, which holds for models without a price. */
export type PaidFor = { model: string; price: Price | undefined };

/** `paidFor`: the payment of the request that runs, if there is one. */
export type Prices = { priceOf: PriceOf; paidFor: () => PaidFor | undefined };

/**
 * In micro-dollars; `undefined` while a request has no price at all. `isKnown`: the price of every model that answered is known. Otherwise
 * the amount is charged, and no cost is shown.
 */
type Amount = { microUsd: number; isEstimated: boolean; isKnown: boolean } | undefined;

/**
 * A request that was sent. `bytes` have come of what Claude writes, `reportedBytes` of them before the last report. `timedBytes`: those of
 * thinking and arguments, of which more may have been written than came. `tools`: what those have read that have not failed, by their id.
 */
type Request = {
	model: string | undefined;
	usage: Billed | undefined;
	bytes: number;
	timedBytes: number;
	reportedBytes: number;
	hasEnded: boolean;
	maxTokens: number;
	/** What the model costs, once it was looked up: each chunk is priced. */
	priced?: { model: string | undefined; price: Price | undefined; isKnown: boolean };
	pace: Pace;
	tools: Map<string, number>;
};

/**
 * A request that was under way when the object died. `isReported`: its prompt has been counted. `unseenMs`: how long it may have gone on
 * after what is stored, at most `perSecond` tokens; `unseenUses`: and what it may have looked up.
 */
export type LostRequest = { isReported: boolean; maxTokens: number; unseenMs: number; perSecond: number; unseenUses: Uses };

const nothing: Billed = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };
const utf8 = new TextEncoder();
/** No text has so many bytes for each of its tokens: if the report says so, it leaves the output out. */
const mostBytesPerToken = 100;

export class Spending {
	readonly #prices: Prices;
	readonly #promptTokens: () => number;
	#estimatedPrompt: number | undefined;
	/** Of the requests that are over. */
	#usage: Usage | undefined;
	#amount: Amount;
	#request: Request | undefined;

	/**
	 * Goes on from what a reply had used when its object died. `charge`: what is charged for that, if its cost is unknown. `promptTokens`
	 * estimates the prompt of the current request.
	 */
	constructor(
		{ usage, cost, charge }: Pick<Message, "usage" | "cost"> & Pick<Written, "charge">,
		prices: Prices,
		promptTokens: () => number,
	) {
		this.#prices = prices;
		this.#promptTokens = promptTokens;
		this.#usage = usage;
		const { usd = 0, about = false } = cost ?? charge ?? {};
		const isKnown = cost !== undefined || (usage === undefined && charge === undefined);
		if (isKnown || charge) this.#amount = { microUsd: microUsdOf(usd), isEstimated: about, isKnown };
	}

	/** A request is about to be sent, whose answer has at most so many tokens. */
	begin(maxTokens = Number.POSITIVE_INFINITY): void {
		this.#request = {
			model: undefined,
			usage: undefined,
			bytes: 0,
			timedBytes: 0,
			reportedBytes: 0,
			hasEnded: false,
			maxTokens,
			pace: new Pace(),
			tools: new Map(),
		};
	}

	/** Claude gave a sign of life. */
	sign(event: ModelEvent, at: number): void {
		this.#open.pace.sign(event, at);
		if (event.type === "alive" && event.unshown) this.#count(event.unshown, true);
	}

	/** Claude reads what a tool returns, and that is reported only at the end. What Parley calls, it reads in another request. */
	recordTool({ id, name, status, isCall, readTokens }: ToolEvent): void {
		if (isCall) return;
		const most = resultTokensOf(name);
		if (status === "failed") this.#request?.tools.delete(id);
		else this.#request?.tools.set(id, Math.min(most, readTokens ?? most));
	}

	/** The object died while this request ran. What had come by the last checkpoint is counted, with each tool that had begun. */
	lose({ isReported, maxTokens, unseenMs, perSecond, unseenUses }: LostRequest, at: number): void {
		const before = this.#amountBefore;
		const { price, isKnown } = this.#priceOf(undefined, at);
		if (!before || !price) return;
		const prompt = promptAt(price, mostPromptTokens(this.#promptTokens()));
		const written = Math.min(maxTokens, Math.ceil((Math.max(0, unseenMs) / 1000) * perSecond));
		const cost = costOf({ ...nothing, ...prompt, output: written }, price) - (isReported ? costOf({ ...nothing, ...prompt }, price) : 0);
		const { searches, pages } = unseenUses;
		const lookedUp = Math.max(costOfUses(price, { searches, pages: 0 }), costOfUses(price, { searches: 0, pages }));
		this.#amount = { microUsd: before.microUsd + cost + lookedUp, isEstimated: true, isKnown: before.isKnown && isKnown };
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
		this.#count(bytes, isThinking);
		if (!isThinking) this.#open.pace.receive(outputTokensIn(bytes));
	}

	#count(bytes: number, isTimed: boolean): void {
		const request = this.#open;
		request.bytes += bytes;
		if (isTimed) request.timedBytes += bytes;
	}

	/** At most so many tokens a second Claude writes now. */
	get perSecond(): number {
		return this.#request?.pace.perSecond ?? fastest;
	}

	/** The model has come to its own end: nothing is left to report. */
	complete(): void {
		this.#open.hasEnded = true;
	}

	/** The request is over. `isFree`: the server refused it or could not be reached, so that it cost nothing unless it was answered. */
	end(isFree: boolean, at: number): void {
		const request = this.#request;
		if (request && !request.hasEnded) request.pace.end(at);
		if (!isFree || this.isAnswered) this.#amount = this.#amountAt(at);
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

	/** The cost of all requests, as people see it. A request without any sign of life counts only once it is over. */
	costAt(at: number): Message["cost"] {
		const amount = this.#totalAt(at);
		return amount?.isKnown ? this.#costOf(amount) : undefined;
	}

	/** What is charged for all requests. */
	at(now: number): Pick<Message, "usage" | "cost"> {
		return { usage: this.usage, cost: this.#costOf(this.#totalAt(now)) };
	}

	/** What is charged for all requests so far, in micro-dollars; 0 if no price is known. */
	microUsdAt(at: number): number {
		return this.#totalAt(at)?.microUsd ?? 0;
	}

	/** What the row of a running reply needs besides its facts, in case the object dies. */
	writtenAt(now: number): Written {
		const amount = this.#totalAt(now);
		const charge = amount && !amount.isKnown && this.#costOf(amount);
		return { at: now, perSecond: this.perSecond, ...(charge && { charge }) };
	}

	#costOf(amount: Amount): Message["cost"] {
		const isNothing = this.usage === undefined && amount?.microUsd === 0;
		if (!amount || isNothing) return undefined;
		return { usd: usdOf(amount.microUsd), ...(amount.isEstimated && { about: true }) };
	}

	#totalAt(at: number): Amount {
		return this.isAnswered ? this.#amountAt(at) : this.#amountBefore;
	}

	/** Of the requests that are over. A payment that begins after requests without a price counts their tokens at its own. */
	get #amountBefore(): Amount {
		if (this.#amount) return this.#amount;
		const price = this.#prices.paidFor()?.price;
		return price && { microUsd: costOf(this.#usage ?? nothing, price), isEstimated: false, isKnown: false };
	}

	/** A model without a price is charged at the one that was paid. */
	#priceOf(served: string | undefined, at: number): { price: Price | undefined; isKnown: boolean } {
		const paidFor = this.#prices.paidFor();
		const price = this.#prices.priceOf(served ?? paidFor?.model, at);
		return { price: price ?? paidFor?.price, isKnown: price !== undefined };
	}

	/** Events come only while a request runs. */
	get #open(): Request {
		if (!this.#request) this.begin();
		return this.#request as Request;
	}

	/** Claude has begun to answer the request that runs. */
	get isAnswered(): boolean {
		return this.#request !== undefined && (this.#request.usage !== undefined || this.#request.bytes > 0);
	}

	#amountAt(at: number): Amount {
		const before = this.#amountBefore;
		const request = this.#request;
		if (!request || !before) return before;
		if (!request.priced || request.priced.model !== request.model)
			request.priced = { model: request.model, ...this.#priceOf(request.model, at) };
		const { price, isKnown } = request.priced;
		if (!price) return undefined;
		const { isEstimated, ...billed } = this.#billed(request, price, at);
		return {
			microUsd: before.microUsd + costOf(billed, price),
			isEstimated: before.isEstimated || isEstimated,
			isKnown: before.isKnown && isKnown,
		};
	}

	/**
	 * What was not reported is estimated. A request that did not come to its end has reported neither its output nor what its tools read:
	 * then the estimate is the most that it can be.
	 */
	#billed(request: Request, price: Price, at: number): Billed & { isEstimated: boolean } {
		const { usage = nothing, bytes, reportedBytes, hasEnded, tools } = request;
		const isPromptKnown = usage.input + usage.cacheRead + usage.cacheWrite > 0;
		const isOutputKnown = hasEnded && bytes === reportedBytes && bytes <= usage.output * mostBytesPerToken;
		const estimate = isPromptKnown ? 0 : this.#estimatePrompt();
		const prompt = hasEnded ? { input: estimate, cacheWrite: 0 } : promptAt(price, estimate === 0 ? 0 : mostPromptTokens(estimate));
		const read = hasEnded ? 0 : [...tools.values()].reduce((tokens, one) => tokens + one, 0);
		return {
			...usage,
			input: usage.input + prompt.input,
			cacheWrite: usage.cacheWrite + prompt.cacheWrite + read,
			...(!isOutputKnown && { output: Math.max(usage.output, mostOutputOf(request, at)) }),
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
function mostOutputOf({ bytes, timedBytes, pace, maxTokens, hasEnded }: Request, at: number): number {
	const seen = outputTokensIn(bytes);
	if (hasEnded) return seen;
	return Math.max(seen, Math.min(maxTokens, outputTokensIn(bytes - timedBytes) + pace.unseenAt(at)));
}

/** A prompt that is new to the cache, or that is not cached: whatever costs more. */
function promptAt({ input, cacheWrite }: Price, tokens: number): { input: number; cacheWrite: number } {
	return cacheWrite > input ? { input: 0, cacheWrite: tokens } : { input: tokens, cacheWrite: 0 };
}

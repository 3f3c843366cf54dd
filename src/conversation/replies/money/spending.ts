// What the requests of one reply have used and cost so far. Each request is priced by itself, because prices depend on the model and
// on the length of the prompt. Must not know budgets.

import { type Billed, costOf, microUsdOf, outputTokensIn, usdOf } from "../../../money/cost.ts";
import type { Price } from "../../../money/prices.ts";
import type { Message, Usage } from "../../../protocol/message.ts";

/** The price of the model that a server names, or of the one that it was asked for if it names none. */
export type PriceOf = (model: string | undefined, at: number) => Price | undefined;

/** In micro-dollars; `undefined` while the price of any request is unknown. */
type Amount = { microUsd: number; isEstimated: boolean } | undefined;

/** A request that was sent. `bytes` of text and thinking have come, `reportedBytes` of them before the last report. */
type Request = { model: string | undefined; usage: Billed | undefined; bytes: number; reportedBytes: number; hasEnded: boolean };

const nothing: Billed = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };
const utf8 = new TextEncoder();
/** No text has so many bytes for each of its tokens: if the report says so, it leaves the output out. */
const mostBytesPerToken = 100;

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

	/** A request is about to be sent. */
	begin(): void {
		this.#request = { model: undefined, usage: undefined, bytes: 0, reportedBytes: 0, hasEnded: false };
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
	receive(text: string): void {
		this.#open.bytes += utf8.encode(text).length;
	}

	/** The model has come to its own end: nothing is left to report. */
	complete(): void {
		this.#open.hasEnded = true;
	}

	/** The request is over. `isFree`: the server refused it or could not be reached, so that it cost nothing unless it was answered. */
	end(isFree: boolean, at: number): void {
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
		const { isEstimated, ...billed } = this.#billed(request);
		return { microUsd: before.microUsd + costOf(billed, price), isEstimated: before.isEstimated || isEstimated };
	}

	/** What was not reported is estimated: the output of a request that did not come to its end, and the prompt if nothing says its length. */
	#billed({ usage = nothing, bytes, reportedBytes, hasEnded }: Request): Billed & { isEstimated: boolean } {
		const isPromptKnown = usage.input + usage.cacheRead + usage.cacheWrite > 0;
		const isOutputKnown = hasEnded && bytes === reportedBytes && bytes <= usage.output * mostBytesPerToken;
		return {
			...usage,
			...(!isPromptKnown && { input: this.#estimatePrompt() }),
			...(!isOutputKnown && { output: Math.max(usage.output, outputTokensIn(bytes)) }),
			isEstimated: !isPromptKnown || !isOutputKnown,
		};
	}

	/** Reads the whole prompt, so it is done once a request. */
	#estimatePrompt(): number {
		this.#estimatedPrompt ??= this.#promptTokens();
		return this.#estimatedPrompt;
	}
}

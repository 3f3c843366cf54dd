// Makes single summaries: pays for each, asks for it, and stores it. Must not decide when there is one, nor who may have it.

import { costOf, usdOf } from "../../../money/cost.ts";
import type { Message, Usage } from "../../../protocol/message.ts";
import { tokensIn } from "../../../protocol/prompt-size.ts";
import { ModelFailure, type PromptMessage, type ProposedSummary, type Summarizer, type SummaryRequest } from "../../ports.ts";
import type { StoredSummary } from "../../store/claude/summaries.ts";
import type { Payer } from "../../store/money/payments.ts";
import type { Store } from "../../store/store.ts";
import type { Funding } from "../money/funding.ts";
import type { Unfunded } from "../money/reservations.ts";
import type { PriceOf } from "../money/spending.ts";
import { isBusy } from "../retry.ts";
import { placesOf, sizeOf } from "./plan.ts";

/** In ms. With the wait for purses it stays below the time after which `Funding` settles a request whose object died. */
const timeout = 90_000;

/** In tokens. A model that reads less sums nothing up. */
const leastPrompt = 3_000;

/** `about`: the message that the journal names. */
export type Wanted = {
	kind: SummaryRequest["kind"];
	messages: readonly PromptMessage[];
	former?: StoredSummary | undefined;
	about: Pick<Message, "id">;
	/** Asked once purses have answered: owners may have decided otherwise. */
	mayAsk?: () => boolean;
};

/** A summary, or why there is none. `busy`: Claude is to be asked later. */
export type Made = StoredSummary | Unfunded | "busy" | "failed";

export type RequestParts = { store: Store; summarizer: Summarizer | undefined; funding: Funding; priceOf: PriceOf; now: () => number };

export class SummaryRequests {
	readonly #with: RequestParts;

	constructor(parts: RequestParts) {
		this.#with = parts;
	}

	/** In tokens; `undefined` where nothing is summed up. */
	get sizes(): ReturnType<Summarizer["sizesFor"]> | undefined {
		const { summarizer, store } = this.#with;
		const sizes = summarizer?.sizesFor(store.info.model);
		return sizes && sizes.prompt >= leastPrompt ? sizes : undefined;
	}

	/** Its row is stored first: if a message is changed meanwhile, what is written comes to nothing. */
	async make({ kind, messages, former, about, mayAsk = () => true }: Wanted, payer: Payer | undefined): Promise<Made> {
		const { store, funding, now } = this.#with;
		const { summaries } = store;
		const id = summaries.begin(kind, placesOf(messages, former), now());
		const tokens = { prompt: sizeOf(messages) + tokensIn(former?.text ?? ""), answer: this.sizes?.answer ?? 0 };
		const paid = payer && (await funding.forRequest("summary", [payer], about, tokens));
		if (paid && "reason" in paid) {
			if (store.exists) summaries.drop(id);
			return paid;
		}
		const isBarred = store.exists && !mayAsk();
		const isWanted = !isBarred && store.exists && summaries.isRunning(id);
		const result = isWanted ? await this.#ask({ kind, former: former?.text, messages }, paid?.model) : "failed";
		// A conversation that is deleted settles everything itself.
		if (!store.exists) return "failed";
		if (paid) funding.endRequest(paid, result === "busy" ? "failed" : result);
		if (isBarred) summaries.drop(id);
		if (isBarred) return { reason: "gone", scope: "person" };
		if (result === "busy") summaries.drop(id);
		else if (typeof result === "string" || result.text === undefined) summaries.fail(id);
		else return summaries.finish(id, this.#newSummary({ ...result, text: result.text }), store.log.head.seq, now()) ?? "failed";
		return result === "busy" ? "busy" : "failed";
	}

	/** `paidModel`: the one that was paid for. The timer is cleared, because it would keep the object awake. */
	async #ask(request: SummaryRequest, paidModel: string | undefined): Promise<ProposedSummary | "failed" | "timed_out" | "busy"> {
		const { summarizer, store } = this.#with;
		const abort = new AbortController();
		const timer = setTimeout(() => abort.abort(), timeout);
		try {
			return (await summarizer?.summarize(request, abort.signal, paidModel ?? store.info.model)) ?? "failed";
		} catch (error) {
			if (abort.signal.aborted) return "timed_out";
			return error instanceof ModelFailure && isBusy(error.reason) ? "busy" : "failed";
		} finally {
			clearTimeout(timer);
		}
	}

	#newSummary({ text, model, usage }: { text: string; model: string; usage: Usage }) {
		const price = this.#with.priceOf(model, this.#with.now());
		return { text, model, usage, cost: price && { usd: usdOf(costOf(usage, price)) } };
	}
}

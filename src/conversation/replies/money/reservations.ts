// Reserves money for questions in the purses of the conversation, the person, their network and the deployment, and releases it. Must not
// know what follows.

import type { Scope } from "../../../money/budgets.ts";
import type { Price } from "../../../money/prices.ts";
import { type Answer, isSamePurse, type Limit, nothingSpent, type PurseOwner, type Wish } from "../../../money/purse-calls.ts";
import { limits } from "../../../protocol/limits.ts";
import type { Purses } from "../../ports.ts";
import { rewriteId } from "../../store/money/link-purses.ts";
import { type Ask, isAnswer, ownersOf, type Paid } from "../../store/money/payments.ts";
import type { Store } from "../../store/store.ts";
import type { PromptSize } from "../input.ts";
import { affordableFiles, costOfTools, leastOf, wantedFor, worstCost } from "./amounts.ts";
import { releasesFor } from "./charged.ts";
import { isHeld, Payers, type Payment } from "./payers.ts";
import { rewriteCost } from "./rewrites.ts";
import { limitsOf, type Terms } from "./terms.ts";

/**
 * `spent`: that purse is empty until `resetsAt`. `busy`: too much runs at once. `unreachable`: nobody could say what is left. `gone`: who
 * would have paid was erased meanwhile.
 */
export type Unfunded = {
	reason: "spent" | "busy" | "unreachable" | "gone";
	scope: Scope;
	/** It is the purse of the link that the payer came by. */
	isLink?: boolean;
	/** It is the purse of all guests of the payer's network. */
	isNetwork?: boolean;
	resetsAt?: number | undefined;
};

export type Granted = Omit<Paid, "type" | "kind" | "messageId">;
type Refusing = Exclude<Answer, { granted: number }> | "unreachable" | "gone";

export class Reservations {
	readonly #store: Store;
	readonly #purses: Purses;
	readonly #terms: Terms;
	readonly #payers: Payers;
	readonly #now: () => number;
	/** Asks that purses are asked about now, or that they may still hold something for. */
	readonly #pending = new Set<string>();

	constructor(parts: { store: Store; purses: Purses; terms: Terms; now: () => number }) {
		this.#store = parts.store;
		this.#purses = parts.purses;
		this.#terms = parts.terms;
		this.#now = parts.now;
		this.#payers = new Payers({ ...parts, limitsOf: (owner) => this.limitsOf(owner) });
	}

	/**
	 * Reserves for a request of this size, or with as many of its files as can be paid. Repeated after a crash it gets the same. A refusal
	 * leaves nothing behind.
	 */
	async reserve(ask: Ask, prompt: PromptSize, maxTokens: number): Promise<Granted | Unfunded> {
		const model = this.#terms.model();
		const price = this.#terms.priceOf(model, ask.at);
		if (!price) return this.#refuse(ask, "unreachable", "deployment", []);
		const amounts = this.#amountsOf(ask, price, prompt, maxTokens);
		const { purse } = this.#store.payments;
		const own = purse.reserve({ id: ask.id, at: ask.at, ...amounts }, this.limitsOf("conversation"));
		if ("refused" in own) return this.#refuse(ask, own, "conversation", []);
		const wish = { id: ask.id, at: ask.at, ...amounts, most: own.granted };
		this.#pending.add(ask.id);
		const [shared, payment, rewrite] = await Promise.all([
			this.#payers.reserveIn("deployment", { ...wish, label: model }),
			this.#payers.find(ask, wish),
			this.#reserveRewrite(ask, price, prompt.text + prompt.files),
		]);
		// It was cancelled meanwhile, and released everywhere.
		if (!this.#pending.delete(ask.id)) return { reason: "unreachable", scope: "conversation" };
		const held: PurseOwner[] = [...(isHeld(shared) ? (["deployment"] as const) : []), ...payment.held, ...rewritersIn(ask)];
		if (!this.#store.payments.isPayer(ask, payment.payer)) return this.#refuse(ask, "gone", "person", held);
		if (shared === "unreachable" || "refused" in shared) return this.#refuse(ask, shared, "deployment", held);
		const { answer, link, isLink, isNetwork } = payment;
		if (isLink && answer !== "unreachable" && "refused" in answer) return { ...this.#refuse(ask, answer, "conversation", held), isLink };
		if (answer === "unreachable" || "refused" in answer)
			return { ...this.#refuse(ask, answer, "person", held), ...(isNetwork && { isNetwork }) };
		this.#releaseUnused(ask, payment);
		const microUsd = Math.min(own.granted, shared.granted, answer.granted);
		purse.narrow(ask.id, microUsd);
		this.#store.payments.links.narrow(ask.id, microUsd);
		const files = affordableFiles(price, prompt, maxTokens, microUsd);
		return {
			id: ask.id,
			at: ask.at,
			payer: payment.payer,
			model,
			microUsd,
			promptTokens: prompt.text + files,
			...(files < prompt.files && { fileTokens: files }),
			spent: nothingSpent,
			...(rewrite && { rewrite }),
			...(link !== undefined && { link }),
		};
	}

	/** Others were asked first, and some of their purses hold something. */
	#releaseUnused(ask: Ask, { payer, held }: Payment): void {
		const used = ownersOf(payer);
		const unused = held.filter((owner) => !used.some((one) => isSamePurse(one, owner)));
		if (unused.length > 0) this.#purses.settle(`${ask.id} unused`, releasesFor(ask, unused));
	}

	/** As much as the purse has of the one who has changed what Claude has read. Nothing waits for them: without it, the payer pays all. */
	async #reserveRewrite(ask: Ask, price: Price, promptTokens: number): Promise<Paid["rewrite"]> {
		const { id, at, rewrite } = ask;
		const cost = rewrite ? rewriteCost(price, promptTokens, rewrite.tokens) : 0;
		if (!rewrite || cost === 0) return undefined;
		const { members, payments } = this.#store;
		const { link } = members.standing(rewrite.payer.userId);
		const ofLink = link === null ? { granted: cost } : payments.links.reserve(link, { id: rewriteId(id), least: 1, most: cost });
		if (!("granted" in ofLink)) return undefined;
		const most = ofLink.granted;
		const answer = await this.#payers.reserveIn(rewrite.payer, { id, at, label: this.#store.info.id, least: 1, most });
		if (!isHeld(answer)) return undefined;
		// They may have been erased meanwhile. What is held has to be released in any case.
		const isCharged = answer !== "unreachable" && "granted" in answer && payments.isRewriter(ask, rewrite.payer);
		return { ...rewrite, microUsd: isCharged ? answer.granted : 0, ...(link !== null && { link }) };
	}

	/** The least that is of use, without any files, what is enough for all of them, and the most that it can cost. */
	#amountsOf({ kind }: Ask, price: Price, { text, files }: PromptSize, maxTokens: number): Pick<Wish, "least" | "enough" | "most"> {
		const promptTokens = text + files;
		const wanted = wantedFor(price, promptTokens, maxTokens);
		const mayRecall = promptTokens >= limits.prompt || this.#store.summaries.current() !== undefined;
		const calls = kind === "reply" || kind === "decision" ? { mayRecall } : undefined;
		const mayLookUp = kind === "decision" || isAnswer(kind);
		const tools = mayLookUp ? costOfTools(price, this.#store.info.tools, promptTokens, calls) : 0;
		const most = worstCost(wanted, maxTokens);
		// Half a summary or description is of no use: it is reserved in whole, or not made.
		const isWhole = kind === "summary" || kind === "description";
		if (isWhole) return { least: most, most: most + tools };
		return { least: leastOf(wantedFor(price, text, maxTokens)), enough: leastOf(wanted), most: most + tools };
	}

	limitsOf(owner: PurseOwner | "conversation"): Limit[] {
		const { info, members } = this.#store;
		return limitsOf(owner, this.#terms.budgets(), info.budget, (userId) => members.isGuest(userId));
	}

	#refuse(ask: Ask, answer: Refusing, scope: Scope, held: readonly PurseOwner[]): Unfunded {
		this.release(ask, held);
		if (answer === "gone") return { reason: "gone", scope };
		if (answer === "unreachable" || answer.refused === "settled") return { reason: "unreachable", scope };
		if (answer.refused === "busy") return { reason: "busy", scope };
		return { reason: "spent", scope, ...(answer.resetsAt !== undefined && { resetsAt: answer.resetsAt }) };
	}

	/** Nobody asks any more. What purses grant, or have granted, is released. */
	cancel(ask: Ask): void {
		this.#pending.delete(ask.id);
		// An earlier life of the object may have asked purses too.
		const isHeld = !ask.waiting || ask.waiting.retryAt <= this.#now();
		this.release(ask, isHeld ? ["deployment", ...ask.payers.flatMap(ownersOf), ...rewritersIn(ask)] : []);
	}

	/** Nothing is asked for what these purses hold. Throws if there is no room to store that: they hold it until that is tried again. */
	release({ id, at }: Pick<Ask, "id" | "at">, held: readonly PurseOwner[]): void {
		const { payments } = this.#store;
		payments.purse.drop(id);
		payments.links.drop(id);
		if (held.length === 0) {
			payments.delete(id);
			return;
		}
		this.#pending.add(id);
		this.#purses.settle(id, releasesFor({ id, at }, held));
		this.#pending.delete(id);
	}
}

/** Whose purse may hold something for the change of an old message. */
export function rewritersIn({ rewrite }: Pick<Ask | Paid, "rewrite">): PurseOwner[] {
	return rewrite ? [{ userId: rewrite.payer.userId }] : [];
}

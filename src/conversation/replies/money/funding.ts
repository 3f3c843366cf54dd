// Pays for requests to Claude: reserves the most that they can cost in the purses of the conversation, a person and the deployment, and
// settles what they did cost. Must not know when Claude is asked, nor how a request is made.

import type { Budgets, Scope } from "../../../money/budgets.ts";
import { microUsdOf, usdOf } from "../../../money/cost.ts";
import type { Period } from "../../../money/periods.ts";
import type { Price } from "../../../money/prices.ts";
import { newReservationId } from "../../../money/purse.ts";
import { type Answer, type Balance, type Limit, nothingSpent, type Report, type Spent, type Wish } from "../../../money/purse-calls.ts";
import type { Message, Usage } from "../../../protocol/message.ts";
import { isGuestId } from "../../../protocol/person.ts";
import type { Alarm, PausedTurn, PurseOwner, Purses } from "../../ports.ts";
import { type Ask, isAnswer, type Kind, type Paid, type Payer, type Waiting } from "../../store/money/payments.ts";
import type { Store } from "../../store/store.ts";
import { type Allowance, allowanceFor } from "./allowance.ts";
import { costOfUses, difference, leastOf, usesOf, wantedFor, worstCost } from "./amounts.ts";
import { spentOf, totalOf, type Used } from "./charged.ts";
import type { LostRequest } from "./spending.ts";

/** What the deployment's settings say about money. */
export type Terms = {
	budgets: () => Budgets;
	/** Claude is paid for, whether or not there are budgets. */
	isPaid: boolean;
	/** The model that is asked, and the longest reply in tokens. */
	model: () => string;
	maxTokens: number;
	priceOf: (model: string, at: number) => Price | undefined;
};

/** `spent`: that purse is empty until `resetsAt`. `busy`: too much runs at once. `unreachable`: nobody could say what is left. */
export type Unfunded = { reason: "spent" | "busy" | "unreachable"; scope: Scope; resetsAt?: number | undefined };

export type Granted = Omit<Paid, "type" | "kind" | "messageId">;
type Refusing = Exclude<Answer, { granted: number }> | "unreachable";

/** In ms. A title or a summary takes less time, its wait for purses included. */
const longestRequest = 120_000;

export class Funding {
	readonly #store: Store;
	readonly #purses: Purses;
	readonly #terms: Terms;
	readonly #alarm: Pick<Alarm, "bringForward">;
	readonly #now: () => number;
	/** Asks that purses are asked about now. */
	readonly #pending = new Set<string>();
	/** Payments that began in this life of the object. */
	readonly #begun = new Set<string>();
	/** When single requests that run now are certainly over, in ms: if the object dies, the alarm ends them then. */
	readonly #requests = new Map<string, number>();

	constructor(parts: { store: Store; purses: Purses; terms: Terms; alarm: Pick<Alarm, "bringForward">; now: () => number }) {
		this.#alarm = parts.alarm;
		this.#store = parts.store;
		this.#purses = parts.purses;
		this.#terms = parts.terms;
		this.#now = parts.now;
	}

	/** False where nothing is paid, or no price is known: then Claude is asked at once, and nothing is written down. */
	get isNeeded(): boolean {
		const { budgets, isPaid, model, priceOf } = this.#terms;
		const isLimited = isPaid || Object.keys(budgets()).length > 0 || this.#store.info.budget !== null;
		return isLimited && priceOf(model(), this.#now()) !== undefined;
	}

	/** Stores that Claude is asked, before anything is awaited. */
	ask(kind: Kind, payers: readonly Payer[], reply?: Ask["reply"], waiting?: Waiting): Ask {
		const now = this.#now();
		const ask: Ask = {
			type: "ask",
			kind,
			id: newReservationId(now),
			at: now,
			payers,
			...(reply && { reply }),
			...(waiting && { waiting }),
		};
		this.#store.payments.put(ask);
		this.#begun.add(ask.id);
		return ask;
	}

	/** The ask for a reply that is stored, if there is one. */
	openAsk(): Ask | undefined {
		return this.#store.payments.open().find((one): one is Ask => one.type === "ask" && one.kind === "reply");
	}

	/**
	 * Ends what single requests, such as for a title, of an earlier life of the object left, and all of them if the conversation is deleted.
	 * Nobody knows how far they came, so all that was reserved is charged. An aside that nobody has paid for yet ends, too.
	 */
	endRequests(isDeleted = false): void {
		for (const payment of this.#store.payments.open()) {
			const isKept = isAnswer(payment.kind) && !(payment.kind === "aside" && payment.type === "ask");
			if (isKept || (this.#begun.has(payment.id) && !isDeleted)) continue;
			if (payment.type === "ask") this.#release(payment, ["deployment", ...payment.payers]);
			else this.settle(payment, { cost: { usd: usdOf(payment.microUsd), about: true } }, "interrupted");
		}
	}

	/** Reserves for a single request. `undefined` if nobody can pay for it: then there is none. `about`: the message that the journal names. */
	async forRequest(
		kind: Exclude<Kind, "reply" | "aside">,
		payers: readonly Payer[],
		about: Pick<Message, "id">,
		tokens: { prompt: number; answer: number },
	): Promise<Paid | undefined> {
		const ask = this.ask(kind, payers);
		this.#requests.set(ask.id, ask.at + longestRequest);
		this.#alarm.bringForward();
		const granted = await this.reserve(ask, tokens.prompt, tokens.answer);
		return "reason" in granted ? undefined : this.begin(granted, kind, about);
	}

	/** When what a single request has reserved is settled if the object dies meanwhile, in ms. */
	get dueAt(): number | undefined {
		return this.#requests.size > 0 ? Math.min(...this.#requests.values()) : undefined;
	}

	/** A refused request costs nothing. Of one that took too long nobody knows what it cost. */
	endRequest(paid: Paid, result: { usage: Usage } | "failed" | "timed_out"): void {
		if (this.#store.payments.find(paid.id) === undefined) return;
		if (result === "timed_out") this.settle(paid, { cost: { usd: usdOf(paid.microUsd), about: true } }, result);
		else if (result === "failed") this.settle(paid, {}, result);
		else this.settle(paid, { usage: result.usage }, "complete");
	}

	/** Reserves for a request of so many tokens. Repeated after a crash it gets the same. A refusal leaves nothing behind. */
	async reserve(ask: Ask, promptTokens: number, maxTokens = this.#terms.maxTokens): Promise<Granted | Unfunded> {
		const model = this.#terms.model();
		const price = this.#terms.priceOf(model, ask.at);
		if (!price) return this.#refuse(ask, "unreachable", "deployment", []);
		const wanted = wantedFor(price, promptTokens, maxTokens);
		const tools = isAnswer(ask.kind) ? costOfUses(price, usesOf(this.#store.info.tools)) : 0;
		const [least, most] = [leastOf(wanted), worstCost(wanted, maxTokens) + tools];
		const { purse } = this.#store.payments;
		const [first] = ask.payers as [Payer, ...Payer[]];
		const own = purse.reserve({ id: ask.id, label: first.userId, at: ask.at, least, most }, this.#limitsOf("conversation"));
		if ("refused" in own) return this.#refuse(ask, own, "conversation", []);
		const wish = { id: ask.id, at: ask.at, least, most: own.granted };
		this.#pending.add(ask.id);
		const [shared, payment] = await Promise.all([this.#reserveIn("deployment", { ...wish, label: model }), this.#findPayer(ask, wish)]);
		// It was cancelled meanwhile, and released everywhere.
		if (!this.#pending.delete(ask.id)) return { reason: "unreachable", scope: "conversation" };
		const held: PurseOwner[] = [...(isHeld(shared) ? (["deployment"] as const) : []), ...(isHeld(payment.answer) ? [payment.payer] : [])];
		if (shared === "unreachable" || "refused" in shared) return this.#refuse(ask, shared, "deployment", held);
		if (payment.answer === "unreachable" || "refused" in payment.answer) return this.#refuse(ask, payment.answer, "person", held);
		const microUsd = Math.min(own.granted, shared.granted, payment.answer.granted);
		if (!this.#store.payments.isPayer(ask, payment.payer)) return this.#refuse(ask, "unreachable", "person", held);
		purse.narrow(ask.id, microUsd, payment.payer.userId);
		return { id: ask.id, at: ask.at, payer: payment.payer, model, microUsd, promptTokens, spent: nothingSpent };
	}

	/** The first whose purse can pay, or else one who can pay later, or else the last one. The purses of those before hold nothing. */
	async #findPayer(ask: Ask, wish: Omit<Wish, "label">): Promise<{ payer: Payer; answer: Answer | "unreachable" }> {
		let refused: { payer: Payer; answer: Answer } | undefined;
		for (const payer of ask.payers) {
			const answer = await this.#reserveIn(payer, { ...wish, label: this.#store.info.id });
			if (answer === "unreachable" || "granted" in answer) return { payer, answer };
			if (!(refused && "refused" in refused.answer && refused.answer.refused === "busy")) refused = { payer, answer };
		}
		if (!refused) throw new Error("Nobody is there who could pay.");
		return refused;
	}

	async #reserveIn(owner: PurseOwner, wish: Wish): Promise<Answer | "unreachable"> {
		try {
			return await this.#purses.reserve(owner, wish, this.#limitsOf(owner));
		} catch (error) {
			console.error("A purse could not be reached", error);
			return "unreachable";
		}
	}

	/** What has been spent in the conversation, and what is left of its budgets. */
	report(period: Period): { report: Report; balances: Balance[]; at: number } {
		const { purse } = this.#store.payments;
		const at = this.#now();
		const balances = this.#limitsOf("conversation").map((limit) => ({ limit, left: purse.leftOf(limit, at) }));
		return { report: purse.report(period, at), balances, at };
	}

	#limitsOf(owner: PurseOwner | "conversation"): Limit[] {
		const scope = typeof owner === "string" ? owner : isGuestId(owner.userId) ? "guest" : "person";
		const microUsd = this.#terms.budgets()[scope];
		const limits: Limit[] = microUsd === undefined ? [] : [{ microUsd, period: "day" }];
		const own = owner === "conversation" ? this.#store.info.budget : null;
		return own ? [...limits, { microUsd: microUsdOf(own.usd), period: own.period }] : limits;
	}

	#refuse(ask: Ask, answer: Refusing, scope: Scope, held: readonly PurseOwner[]): Unfunded {
		this.#release(ask, held);
		if (answer === "unreachable" || answer.refused === "settled") return { reason: "unreachable", scope };
		if (answer.refused === "busy") return { reason: "busy", scope };
		return { reason: "spent", scope, ...(answer.resetsAt !== undefined && { resetsAt: answer.resetsAt }) };
	}

	/** Nobody asks any more. What purses grant, or have granted, is released. */
	cancel(ask: Ask): void {
		const wasPending = this.#pending.delete(ask.id);
		this.#release(ask, wasPending ? ["deployment", ...ask.payers] : []);
	}

	#release({ id, at }: Pick<Ask, "id" | "at">, held: readonly PurseOwner[]): void {
		this.#requests.delete(id);
		this.#store.payments.delete(id);
		this.#store.payments.purse.drop(id);
		for (const owner of held) this.#purses.settle(owner, { id, at, label: "", spent: nothingSpent });
	}

	/** From now on the payment is for this message. */
	begin(granted: Granted, kind: Kind, message: Pick<Message, "id" | "usage" | "cost">): Paid {
		const paid: Paid = { type: "paid", ...granted, kind, messageId: message.id };
		if (isAnswer(kind) && message.usage) paid.before = totalOf(this.#priceOf(paid), message);
		// Its first request follows at once.
		if (isAnswer(kind)) paid.sentAt = this.#now();
		this.#store.payments.put(paid);
		return paid;
	}

	/** The message is gone: nothing is asked for it. */
	giveBack({ id, at, payer }: Granted): void {
		this.#release({ id, at }, ["deployment", payer]);
	}

	/** The payment that a reply goes on with after a crash. */
	find(messageId: string): Paid | undefined {
		return this.#store.payments.open().find((one): one is Paid => one.type === "paid" && isAnswer(one.kind) && one.messageId === messageId);
	}

	/** What the next request may use, which goes on from `text`, or from a paused `turn`; `undefined` if too little is left for one. */
	allowanceOf(paid: Paid, text: string, turn?: PausedTurn): Allowance | undefined {
		const price = this.#priceOf(paid);
		const { tools } = this.#store.info;
		return price && allowanceFor(paid, price, { text, turn, tools, maxTokens: this.#terms.maxTokens });
	}

	/** A request is about to be sent. If the object dies from now on, it is charged. Returns the payment as it is now. */
	sending(paid: Paid): Paid {
		if (paid.sentAt !== undefined) return paid;
		const next = { ...this.#stored(paid), sentAt: this.#now() };
		this.#store.payments.put(next);
		return next;
	}

	/** The request that ran when the object died, after which the reply was stored like this. */
	lostRequest(paid: Paid, message: Message): LostRequest | undefined {
		const { sentAt, spent, before = nothingSpent } = paid;
		if (sentAt === undefined) return undefined;
		const { input, cacheRead, cacheWrite } = difference(difference(totalOf(this.#priceOf(paid), message), before), spent);
		const { maxTokens, uses } = this.allowanceOf(paid, message.content) ?? { maxTokens: 0, uses: { searches: 0, pages: 0 } };
		return { isReported: input + cacheRead + cacheWrite > 0, sentAt, maxTokens, uses };
	}

	/** A request is over, and another one follows, which waits if `isLater`. `total`: what all have used so far. Returns the payment as it is now. */
	requestEnded(paid: Paid, total: Used, outcome: string, isLater = false): Paid {
		const stored = this.#stored(paid);
		const spent = spentOf(stored, this.#priceOf(stored), total);
		this.#enter(stored, spent, outcome);
		const next = { ...stored, spent, sentAt: isLater ? undefined : this.#now() };
		this.#store.payments.put(next);
		return next;
	}

	/** Nothing more is asked: charges all purses. */
	settle(paid: Paid, total: Used, outcome: string): void {
		const stored = this.#stored(paid);
		const spent: Spent = { ...spentOf(stored, this.#priceOf(stored), total), replies: isAnswer(stored.kind) ? 1 : 0 };
		this.#enter(stored, spent, outcome);
		const { id, at, payer, model } = stored;
		this.#store.payments.purse.settle({ id, at, label: payer.alias ?? payer.userId, spent }, this.#now());
		this.#requests.delete(id);
		this.#store.payments.delete(id);
		this.#purses.settle("deployment", { id, at, label: model, spent });
		this.#purses.settle({ userId: payer.userId }, { id, at, label: this.#store.info.id, spent });
	}

	#priceOf({ model, at }: Paid): Price | undefined {
		return this.#terms.priceOf(model, at);
	}

	#stored(paid: Paid): Paid {
		const stored = this.#store.payments.find(paid.id);
		return stored?.type === "paid" ? stored : paid;
	}

	/** The journal has each request by itself. */
	#enter(paid: Paid, total: Spent, outcome: string): void {
		const { payer, spent } = paid;
		const kind = payer.isProgram ? "program" : isGuestId(payer.userId) ? "guest" : "person";
		this.#store.payments.enter(paid, kind, difference(total, spent), outcome, this.#now());
	}
}

function isHeld(answer: Answer | "unreachable"): boolean {
	return answer === "unreachable" || "granted" in answer;
}

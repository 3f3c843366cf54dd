// Pays for requests to Claude: reserves the most that they can cost in the purses of the conversation, a person and the deployment, and
// settles what they did cost. Must not know when Claude is asked, nor how a request is made.

import { newReservationId } from "../../../money/account.ts";
import type { Period } from "../../../money/periods.ts";
import type { Price } from "../../../money/prices.ts";
import { hasSpent } from "../../../money/purse.ts";
import { type Balance, nothingSpent, type Report, type Spent } from "../../../money/purse-calls.ts";
import type { Message } from "../../../protocol/message.ts";
import type { Alarm, Purses, ReplyOptions } from "../../ports.ts";
import type { Written } from "../../store/columns.ts";
import { type Ask, isAnswer, type Kind, labelOf, ownersOf, type Paid, type Payer, type Waiting } from "../../store/money/payments.ts";
import type { Store } from "../../store/store.ts";
import type { PromptSize } from "../input.ts";
import { type Allowance, allowanceFor, type Next } from "./allowance.ts";
import { chargesFor, lostOf, spentOf, startOf, totalOf, type Used } from "./charged.ts";
import type { GuestNetworks } from "./guest-networks.ts";
import { enterRequest, enterShare } from "./journal.ts";
import { isLeft, usedBy } from "./left.ts";
import { type Granted, Reservations, rewritersIn, type Unfunded } from "./reservations.ts";
import { rewriteFor, shareOf } from "./rewrites.ts";
import { SingleRequests } from "./single-requests.ts";
import type { LostRequest } from "./spending.ts";
import type { Terms } from "./terms.ts";

/**
 * In ms. When an object died, and how long it had stood still before, is not known. Whoever waits for the reply wakes it within seconds,
 * and an object that stands still for longer is restarted.
 */
const mostUnseen = 10_000;

export class Funding {
	readonly #store: Store;
	readonly #purses: Purses;
	readonly #terms: Terms;
	readonly #reservations: Reservations;
	readonly #alarm: Pick<Alarm, "bringForward">;
	readonly #networks: Pick<GuestNetworks, "locate">;
	readonly #now: () => number;
	/** Payments that began in this life of the object. */
	readonly #begun = new Set<string>();
	readonly #requests: SingleRequests;

	constructor(parts: {
		store: Store;
		purses: Purses;
		terms: Terms;
		alarm: Pick<Alarm, "bringForward">;
		networks: Pick<GuestNetworks, "locate">;
		now: () => number;
	}) {
		this.#alarm = parts.alarm;
		this.#store = parts.store;
		this.#purses = parts.purses;
		this.#terms = parts.terms;
		this.#reservations = new Reservations(parts);
		this.#networks = parts.networks;
		this.#now = parts.now;
		this.#requests = new SingleRequests(this, parts);
	}

	/** False where nothing is paid, or no price is known: then Claude is asked at once, and nothing is written down. */
	get isNeeded(): boolean {
		const { budgets, isPaid, model, priceOf } = this.#terms;
		const isLimited = isPaid || Object.keys(budgets()).length > 0 || this.#store.info.budget !== null || this.#store.invites.limitSpending;
		return isLimited && priceOf(model(), this.#now()) !== undefined;
	}

	/** Stores that Claude is asked, before anything is awaited. */
	ask(kind: Ask["kind"], payers: readonly Payer[], reply?: Ask["reply"], waiting?: Waiting): Ask {
		const now = this.#now();
		const ask: Ask = {
			type: "ask",
			kind,
			id: newReservationId(now),
			at: now,
			payers: payers.map((payer) => this.#networks.locate(payer)),
			...(reply && { reply }),
			...(waiting && { waiting }),
			...(kind === "reply" && { rewrite: rewriteFor(this.#store, payers, this.#terms.cacheFor, now) }),
		};
		this.#store.payments.put(ask);
		this.#begun.add(ask.id);
		return ask;
	}

	/**
	 * Ends what single requests, such as for a title, of an earlier life of the object left, the payments of answers that have ended, and all
	 * of them if the conversation is deleted. An aside that nobody has paid for yet ends, too.
	 */
	endRequests(isDeleted = false): void {
		for (const payment of this.#store.payments.open()) {
			const settle = this.#requests.settlementOf(payment.id);
			if (!isDeleted && !settle && !isLeft(this.#store, payment, this.#begun)) continue;
			// If there is no room to end it now, the alarm tries again.
			if (this.#requests.has(payment.id)) this.#requests.add(payment.id);
			if (settle) settle();
			else if (payment.type === "ask") this.#releaseAll(payment);
			else this.settle(payment, usedBy(this.#store, payment), "interrupted");
		}
	}

	#releaseAll(ask: Ask): void {
		this.#reservations.release(ask, ["deployment", ...ask.payers.flatMap(ownersOf), ...rewritersIn(ask)]);
		this.#requests.delete(ask.id);
	}

	/** Reserves for a single request. `about`: the message that the journal names. */
	forRequest(...request: Parameters<SingleRequests["pay"]>): Promise<Paid | Unfunded> {
		return this.#requests.pay(...request);
	}

	endRequest(...ended: Parameters<SingleRequests["end"]>): void {
		this.#requests.end(...ended);
	}

	/** Does the next step of an ask. If the storage has no room for it, the ask is left to the alarm, which ends it. */
	async orLeave<T>(ask: Ask, work: () => T | Promise<T>): Promise<T> {
		try {
			return await work();
		} catch (error) {
			this.#begun.delete(ask.id);
			// Questions of the log are taken up again.
			if (ask.kind !== "reply") this.#requests.add(ask.id);
			this.#alarm.bringForward();
			throw error;
		}
	}

	/** When what a single request has reserved is settled if the object dies meanwhile, in ms. */
	get dueAt(): number | undefined {
		return this.#requests.dueAt;
	}

	/** Reserves for a request of this size. A refusal leaves nothing behind. Where a decision has no room to go on, the alarm ends its ask. */
	async reserve(ask: Ask, prompt: PromptSize, maxTokens = this.#terms.maxTokens): Promise<Granted | Unfunded> {
		const answer = await this.orLeave(ask, () => this.#reservations.reserve(ask, prompt, maxTokens));
		if (ask.kind === "decision") this.#begun.delete(ask.id);
		return answer;
	}

	/** What has been spent in the conversation, and what is left of its budgets. */
	report(period: Period): { report: Report; balances: Balance[]; at: number } {
		const { purse } = this.#store.payments;
		const at = this.#now();
		const balances = this.#reservations.limitsOf("conversation").map((limit) => ({ limit, left: purse.leftOf(limit, at) }));
		return { report: purse.report(period, at), balances, at };
	}

	/** Nobody asks any more. What purses grant, or have granted, is released. */
	cancel(ask: Ask): void {
		this.#reservations.cancel(ask);
	}

	/** From now on the payment is for this message. */
	begin(granted: Granted, kind: Kind, message: Pick<Message, "id" | "usage" | "cost">): Paid {
		const paid: Paid = { type: "paid", ...granted, kind, messageId: message.id };
		if (!isAnswer(kind)) return this.#put(paid);
		// Its first request follows at once.
		return this.#put({ ...paid, ...this.#paidBefore(paid, message), sentAt: this.#now() });
	}

	/** A reply goes on for which nothing was reserved while it waited. It has been counted. */
	resume(granted: Granted, message: Pick<Message, "id" | "usage" | "cost">): Paid {
		const paid: Paid = { type: "paid", ...granted, kind: "reply", messageId: message.id, isResumed: true };
		return this.#put({ ...paid, ...this.#paidBefore(paid, message) });
	}

	/** What the message has used so far is paid. */
	#paidBefore(paid: Paid, used: Used): Pick<Paid, "before"> {
		return used.usage || used.cost ? { before: totalOf(this.priceOf(paid), used) } : {};
	}

	#put(paid: Paid): Paid {
		this.#store.payments.put(paid);
		this.#store.payments.purse.drop(paid.id);
		this.#store.payments.links.drop(paid.id);
		return paid;
	}

	/** The message is gone: nothing is asked for it. */
	giveBack(granted: Granted): void {
		this.#reservations.release(granted, ["deployment", ...ownersOf(granted.payer), ...rewritersIn(granted)]);
	}

	/** The payment that a reply goes on with after a crash. */
	find(messageId: string): Paid | undefined {
		return this.#store.payments.paidFor(messageId);
	}

	/** What the next request may use, which goes on from `text`, or from a paused `turn`; `undefined` if too little is left for one. */
	allowanceOf(paid: Paid, next: Pick<Next, "text" | "turn" | "promptTokens" | "clientTools">): Allowance | undefined {
		const price = this.priceOf(paid);
		const { tools } = this.#store.info;
		return price && allowanceFor(paid, price, { ...next, tools, maxTokens: this.#terms.maxTokens });
	}

	/** The options of a request, with the model that was paid for. Owners may have chosen another one since. */
	asPaid(paid: Paid, options: ReplyOptions): ReplyOptions {
		return paid.model === this.#terms.model() ? options : { ...options, model: paid.model };
	}

	/** A request is about to be sent. If the object dies from now on, it is charged. Returns the payment as it is now. */
	sending(paid: Paid): Paid {
		if (paid.sentAt !== undefined) return paid;
		const next = { ...this.#stored(paid), sentAt: this.#now() };
		this.#store.payments.put(next);
		return next;
	}

	/** The request that ran when the object died. `written`: when the message was last stored, if that was since the reply began. */
	lostRequest(paid: Paid, message: Message, written?: Written): LostRequest | undefined {
		if (paid.sentAt === undefined) return undefined;
		const since = Math.max(paid.sentAt, written?.at ?? 0);
		const unseen = { ms: Math.min(mostUnseen, this.#now() - since), perSecond: written?.perSecond };
		// What the request was allowed does not depend on what it brought.
		const allowance = this.allowanceOf(paid, { text: message.content.slice(0, startOf(message)) });
		return lostOf(paid, this.priceOf(paid), message, { ...unseen, allowance });
	}

	/** A request is over, and another one follows, which waits if `isLater`. `total`: what all have used so far. Returns the payment as it is now. */
	requestEnded(paid: Paid, total: Used, outcome: string, isLater = false): Paid {
		const stored = this.#stored(paid);
		const spent = spentOf(stored, this.priceOf(stored), total);
		const next = { ...stored, spent, sentAt: isLater ? undefined : this.#now() };
		// In one step: what is entered alone would be entered again.
		this.#store.whole(() => {
			enterRequest(this.#store, stored, spent, outcome, this.#now());
			this.#store.payments.put(next);
		});
		return next;
	}

	/** Nothing more is asked: charges all purses, or none of them. */
	settle(paid: Paid, total: Used, outcome: string): void {
		const stored = this.#stored(paid);
		const spent = spentOf(stored, this.priceOf(stored), total);
		this.#store.whole(() => {
			enterRequest(this.#store, stored, spent, outcome, this.#now());
			this.#charge(stored, spent);
		});
	}

	/** A reply waits for people. What it has used is charged, and nothing is reserved meanwhile. */
	suspend(paid: Paid, total: Used): void {
		const stored = this.#stored(paid);
		const spent = spentOf(stored, this.priceOf(stored), total);
		if (hasSpent(spent)) this.#store.whole(() => this.#charge(stored, spent));
		else this.giveBack(stored);
	}

	#charge(stored: Paid, used: Spent): void {
		const { id, at, payer } = stored;
		const spent: Spent = { ...used, replies: isAnswer(stored.kind) && !stored.isResumed ? 1 : 0 };
		const { purse, links } = this.#store.payments;
		const share = shareOf(stored, this.priceOf(stored), spent);
		purse.settle({ at, label: labelOf(payer), spent: { ...spent, microUsd: spent.microUsd - share } });
		links.settle(stored, spent.microUsd - share);
		if (stored.rewrite && share > 0) {
			purse.settle({ at, label: labelOf(stored.rewrite.payer), spent: { ...nothingSpent, microUsd: share } });
			links.settle(stored.rewrite, share);
			enterShare(this.#store, stored, share, this.#now());
		}
		this.#purses.settle(id, chargesFor(stored, this.#store.info.id, spent, share));
		this.#requests.delete(id);
	}

	/** The price of the model that was paid for. A model without a price has the highest known one. */
	priceOf({ model, at }: Paid): Price | undefined {
		return this.#terms.priceOf(model, at);
	}

	#stored(paid: Paid): Paid {
		const stored = this.#store.payments.find(paid.id);
		return stored?.type === "paid" ? stored : paid;
	}
}

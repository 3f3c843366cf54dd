// Pays for single requests, such as for a title, and settles them when they are over. Must not know how they are made.

import { usdOf } from "../../../money/cost.ts";
import type { Message, Usage } from "../../../protocol/message.ts";
import type { Alarm } from "../../ports.ts";
import type { Ask, Kind, Paid, Payer } from "../../store/money/payments.ts";
import type { Store } from "../../store/store.ts";
import type { PromptSize } from "../input.ts";
import type { Used } from "./charged.ts";
import type { Granted, Unfunded } from "./reservations.ts";

/** In ms. A title or a summary takes less time, its wait for purses included. */
const longestRequest = 120_000;

/** The part of `Funding` that they are paid with. */
type Paying = {
	ask(kind: Ask["kind"], payers: readonly Payer[]): Ask;
	reserve(ask: Ask, prompt: PromptSize, maxTokens: number): Promise<Granted | Unfunded>;
	orLeave<T>(ask: Ask, work: () => T): Promise<T>;
	begin(granted: Granted, kind: Kind, about: Pick<Message, "id">): Paid;
	giveBack(granted: Granted): void;
	settle(paid: Paid, total: Used, outcome: string): void;
};

type Parts = { store: Store; alarm: Pick<Alarm, "bringForward">; now: () => number };

export class SingleRequests {
	readonly #paying: Paying;
	readonly #with: Parts;
	/** When those that run now are certainly over, in ms: if the object dies, the alarm ends them then. */
	readonly #overAt = new Map<string, number>();
	/** Settles those that have ended and had no room for that. */
	readonly #unsettled = new Map<string, () => void>();

	constructor(paying: Paying, parts: Parts) {
		this.#paying = paying;
		this.#with = parts;
	}

	/** When what one has reserved is settled if the object dies meanwhile, in ms. */
	get dueAt(): number | undefined {
		return this.#overAt.size > 0 ? Math.min(...this.#overAt.values()) : undefined;
	}

	has(id: string): boolean {
		return this.#overAt.has(id);
	}

	add(id: string): void {
		this.#overAt.set(id, this.#with.now() + longestRequest);
	}

	delete(id: string): void {
		this.#overAt.delete(id);
		this.#unsettled.delete(id);
	}

	/** The request is not sent without a payment, and people who leave meanwhile pay for nothing. */
	async pay(
		kind: Exclude<Kind, "reply" | "aside">,
		payers: readonly Payer[],
		about: Pick<Message, "id">,
		tokens: { prompt: number; answer: number },
	): Promise<Paid | Unfunded> {
		const ask = this.#paying.ask(kind, payers);
		this.add(ask.id);
		this.#with.alarm.bringForward();
		const granted = await this.#paying.reserve(ask, { text: tokens.prompt, files: 0 }, tokens.answer);
		if ("reason" in granted) {
			this.delete(ask.id);
			return granted;
		}
		return this.#paying.orLeave(ask, () => {
			if (this.#with.store.members.find(granted.payer.userId)) return this.#paying.begin(granted, kind, about);
			this.#paying.giveBack(granted);
			this.delete(ask.id);
			return { reason: "gone", scope: "person" };
		});
	}

	/** A refused request costs nothing. Of one that took too long nobody knows what it cost. */
	end(paid: Paid, result: { usage: Usage } | "failed" | "timed_out"): void {
		if (this.#with.store.payments.find(paid.id) === undefined) return;
		const used: Used =
			result === "timed_out" ? { cost: { usd: usdOf(paid.microUsd), about: true } } : result === "failed" ? {} : { usage: result.usage };
		const settle = () => this.#paying.settle(paid, used, typeof result === "string" ? result : "complete");
		try {
			settle();
		} catch (error) {
			// There is no room to settle it. The alarm tries again, and no more often than it looks for requests that are over.
			this.#unsettled.set(paid.id, settle);
			this.add(paid.id);
			this.#with.alarm.bringForward();
			throw error;
		}
	}

	/** Settles one that has ended and had no room for that; `undefined` if it has not ended. */
	settlementOf(id: string): (() => void) | undefined {
		return this.#unsettled.get(id);
	}
}

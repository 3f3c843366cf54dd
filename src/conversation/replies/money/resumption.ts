// Pays for a reply that goes on after it waited for people: nothing was reserved for it meanwhile. Must not know what they decide.

import type { Message } from "../../../protocol/message.ts";
import { tokensIn } from "../../../protocol/prompt-size.ts";
import type { Alarm, PausedTurn } from "../../ports.ts";
import type { Ask, Paid, Payer } from "../../store/money/payments.ts";
import type { Store } from "../../store/store.ts";
import { type PromptSize, promptSizeFor } from "../input.ts";
import type { Reply } from "../reply.ts";
import { resultTokensOf } from "./amounts.ts";
import { united } from "./asking.ts";
import type { Funding } from "./funding.ts";
import { readableBy } from "./link-rights.ts";
import type { Unfunded } from "./reservations.ts";

/** In ms. If the object dies while purses are asked, the alarm releases what they have granted then. */
const longestAsk = 30_000;

/** In ms. If nobody decides about a reply's calls in time, paying for the reply is tried at this interval and for this long. */
const unpaid = { pause: 60_000, patience: 900_000 };

type Parts = { store: Store; funding: Funding; alarm: Pick<Alarm, "set">; now: () => number };

export class Resumption {
	readonly #with: Parts;
	/** Of the reply that is being paid for. */
	#current: { messageId: string; ask: Ask } | undefined;

	constructor(parts: Parts) {
		this.#with = parts;
	}

	/** This reply is being paid for. */
	isFor({ id }: Pick<Message, "id">): boolean {
		return this.#current?.messageId === id;
	}

	/** Reserves for the rest of a reply: the one who paid before pays, or else one of those who decided. `undefined` where nothing is paid. */
	async pay({ message, options, spending }: Reply, by: readonly Payer[]): Promise<Paid | Unfunded | undefined> {
		const { store, funding, alarm, now } = this.#with;
		if (!funding.isNeeded) return undefined;
		const payers = this.#payersOf(message, by);
		if (payers.length === 0) return { reason: "gone", scope: "person" };
		const ask = funding.ask("decision", payers, { id: message.id });
		const current = { messageId: message.id, ask };
		this.#current = current;
		alarm.set(now() + longestAsk);
		let isOver = true;
		const granted = await funding.reserve(ask, this.#promptSize(message, options.turn)).finally(() => {
			isOver = this.#current !== current;
			if (!isOver) this.#current = undefined;
		});
		if ("reason" in granted) return granted;
		if (!isOver && store.members.find(granted.payer.userId)) return funding.resume(granted, { id: message.id, ...spending.at(now()) });
		funding.giveBack(granted);
		return { reason: "gone", scope: "person" };
	}

	/**
	 * Reserves for what Claude writes after nobody has decided in time. `again`: purses cannot pay now and must be asked again at this time,
	 * in ms.
	 */
	async payUndecided(reply: Reply): Promise<Paid | Unfunded | { again: number } | undefined> {
		const paid = await this.pay(reply, []).catch((error): Unfunded => {
			console.error("A reply waits for room", reply.message.id, error);
			return { reason: "unreachable", scope: "conversation" };
		});
		if (!paid || !("reason" in paid) || paid.reason === "spent" || paid.reason === "gone") return paid;
		const now = this.#with.now();
		return now - (reply.calls.waitsUntil ?? 0) < unpaid.patience ? { again: now + unpaid.pause } : paid;
	}

	/** The reply has ended. */
	cancel(message: Pick<Message, "id">): void {
		if (!this.#current || !this.isFor(message)) return;
		this.#with.funding.cancel(this.#current.ask);
		this.#current = undefined;
	}

	/** Who has left pays for nobody. */
	#payersOf({ id, askedBy = [] }: Message, by: readonly Payer[]): Payer[] {
		const { payments, members } = this.#with.store;
		const before = payments.payerOf(id);
		return united(before ? [before] : askedBy, by).filter(({ userId }) => members.find(userId));
	}

	/** What Claude reads next, with the results of calls that are not made yet. */
	#promptSize({ seq, askedBy = [] }: Message, turn: PausedTurn = []): PromptSize {
		const { store } = this.#with;
		const results = store.log.calls
			.of(seq)
			.map(({ name, state, result }) => (state === "answered" ? tokensIn(result) : resultTokensOf(name)));
		const { text, files } = promptSizeFor(store, seq, readableBy(store, askedBy));
		return { text: results.reduce((sum, tokens) => sum + tokens, text + tokensIn(JSON.stringify(turn))), files };
	}
}

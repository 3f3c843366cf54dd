// Sums up for a person what they have not read. People who have missed about the same share one summary, which the first of them pays for.

import { leastMissed, type Summary } from "../../protocol/memory/summary.ts";
import type { Notice } from "../../protocol/money/notice.ts";
import type { Author } from "../../protocol/person.ts";
import type { Refusal } from "../../protocol/refusal.ts";
import type { PromptMessage, Requester } from "../ports.ts";
import type { Memory } from "../replies/memory/memory.ts";
import { fixedTokens, newestWithin, placesOf } from "../replies/memory/plan.ts";
import type { Made, Wanted } from "../replies/memory/requests.ts";
import { noticeOf } from "../replies/money/asking.ts";
import type { Funding } from "../replies/money/funding.ts";
import { countRequest, refusalByLink } from "../replies/money/link-rights.ts";
import { mayAskClaude } from "../replies/questions.ts";
import type { StoredSummary } from "../store/claude/summaries.ts";
import { type Payer, payerOf } from "../store/money/payments.ts";
import type { Store } from "../store/store.ts";
import type { SendRate } from "./send-rate.ts";
import { readOf, type WorkRate } from "./work-rate.ts";

/** `notice`: why nobody can pay for it. */
export type CaughtUp = { summary: Summary } | { notice: Notice };

/** The messages that a person has missed, or the newest of them, and some before that others have missed. `fromSeq`: the first that must be in a summary. */
type Missed = { fromSeq: number; uptoSeq: number; messages: readonly PromptMessage[] };
type Running = { fromSeq: number; uptoSeq: number; restsFrom: number; made: Promise<Made> };

/** In messages. Two people share a summary where what they have missed differs by about so many. */
const spread = 20;
/** Summaries that are made at once in a conversation. */
const mostRunning = 2;
/** In ms. Somebody else's summary has been made by then. */
const busyFor = 5_000;

type Parts = {
	store: Store;
	memory: Memory;
	funding: Pick<Funding, "isNeeded">;
	readMarks: { upTo(userId: string): number };
	sendRate: SendRate;
	work: WorkRate;
	/** False where guests may not ask Claude. */
	guestsAsk: boolean;
	now: () => number;
};

export class CatchUps {
	readonly #with: Parts;
	readonly #running = new Set<Running>();

	constructor(parts: Parts) {
		this.#with = parts;
	}

	/** `after`: the last message that they had read, if it is not their read mark. `bad_request`: they have missed too little. */
	async make(author: Author, requester: Requester, after = this.#with.readMarks.upTo(author.userId)): Promise<CaughtUp | Refusal> {
		const { store, memory, work, now } = this.#with;
		const { userId } = author;
		if (!this.#mayAsk(userId)) return { code: "forbidden" };
		const barred = refusalByLink(store, userId);
		if (barred) return barred;
		const room = memory.requests.sizes?.prompt;
		if (room === undefined) return { code: "unavailable" };
		const { from } = store.readerFor(userId);
		const missed = this.#missedBy(userId, Math.max(after, from - 1), room - fixedTokens);
		if (!missed) return { code: "bad_request" };
		work.count(requester, now(), readOf(missed.messages));
		for (;;) {
			const stored = store.summaries.catchUp(boundsOf(missed));
			if (stored && stored.restsFrom >= from) return answerOf(stored);
			const running = this.#runningFor(missed, from);
			const began = running ?? this.#begin(author, missed, requester);
			if ("code" in began) return began;
			const made = await began.made;
			// Nothing is said to somebody who has been removed meanwhile.
			if (!store.exists || !store.members.find(userId)) return { code: "not_found" };
			// Whoever asked first cannot pay. This person may.
			const isAnothers = running && typeof made === "object" && "reason" in made && (made.scope === "person" || made.isLink);
			if (!this.#mayAsk(userId) && !isMade(made)) return { code: "forbidden" };
			if (!isAnothers) return answerOf(made, missed.messages.at(-1)?.id);
		}
	}

	#mayAsk(userId: string): boolean {
		return mayAskClaude(this.#with.store, userId, this.#with.guestsAsk);
	}

	#missedBy(userId: string, read: number, room: number): Missed | undefined {
		const { store } = this.#with;
		const { log } = store;
		const reader = store.readerFor(userId);
		if (reader.countUnread(userId, read, leastMissed) < leastMissed) return undefined;
		const [streaming] = log.streaming();
		const uptoSeq = streaming ? streaming.seq - 1 : log.head.seq;
		// People who have missed nearly the same share a summary.
		const from = Math.floor(read / spread) * spread + 1;
		const messages = newestWithin(reader.messagesBefore(uptoSeq + 1, room, from - 1), room);
		const first = messages[0]?.seq;
		return first === undefined ? undefined : { fromSeq: Math.max(read + 1, first), uptoSeq, messages };
	}

	/** `first`: the first message that this person may read. */
	#runningFor(missed: Missed, first: number): Running | undefined {
		const { from, upto } = boundsOf(missed);
		const serves = ({ fromSeq, uptoSeq, restsFrom }: Running) =>
			fromSeq >= from[0] && fromSeq <= from[1] && uptoSeq >= upto && restsFrom >= first;
		return [...this.#running].find(serves);
	}

	#begin(author: Author, { uptoSeq, messages }: Missed, requester: Requester): Running | Refusal {
		const { store, funding, sendRate, now } = this.#with;
		if (this.#running.size >= mostRunning) return { code: "rate_limited", retryAfterMs: busyFor };
		// Another one may have been awaited since the link was looked at.
		const refusal = refusalByLink(store, author.userId) ?? sendRate.take(requester, 0, now());
		if (refusal) return refusal;
		const [first, about] = [messages[0], messages.at(-1)] as [PromptMessage, PromptMessage];
		const payer = funding.isNeeded ? payerOf(author) : undefined;
		const made = this.#make({ kind: "catch-up", messages, about, mayAsk: () => this.#mayAsk(author.userId) }, author, payer);
		const { restsFrom } = placesOf(messages);
		const running = { fromSeq: first.seq, uptoSeq, restsFrom, made: made.finally(() => this.#running.delete(running)) };
		this.#running.add(running);
		return running;
	}

	/** It counts as a question of whoever came by a link, unless nothing comes of it. */
	async #make(wanted: Wanted, { userId }: Author, payer: Payer | undefined): Promise<Made> {
		const { store, memory } = this.#with;
		const takeBack = countRequest(store, userId);
		const made = await memory.requests.make(wanted, payer);
		if (!isMade(made) && store.exists) takeBack();
		return made;
	}
}

function isMade(made: Made): made is StoredSummary {
	return typeof made === "object" && !("reason" in made);
}

/** A summary serves a person if it begins at or a little before what they have missed, and ends a little before its end, or later. */
function boundsOf({ fromSeq, uptoSeq }: Missed): { from: readonly [number, number]; upto: number } {
	return { from: [fromSeq - 2 * spread, fromSeq], upto: uptoSeq - spread + 1 };
}

function answerOf(made: Made, messageId = ""): CaughtUp | Refusal {
	if (made === "busy") return { code: "rate_limited", retryAfterMs: busyFor };
	if (made === "failed") return { code: "unavailable" };
	if ("reason" in made) return { notice: noticeOf(messageId, made, { kept: "No summary was made." }) };
	const { id: _, restsFrom: __, ...summary } = made;
	return { summary };
}

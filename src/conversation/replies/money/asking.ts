// Asks Claude where that has to be paid for: reserves first, and then either begins the reply or tells those who asked why there is none.
// At most one such ask is under way. Must not know purses.

import { errorEvent, noticeEvent } from "../../../protocol/events.ts";
import { isoTime } from "../../../protocol/iso-time.ts";
import type { Message } from "../../../protocol/message.ts";
import { budgetText, linkBudgetText, type Notice, networkBudgetText } from "../../../protocol/money/notice.ts";
import type { Refusal } from "../../../protocol/refusal.ts";
import { inName } from "../../../protocol/text/assistant-name.ts";
import type { Alarm, Clients, MemberLists } from "../../ports.ts";
import type { Ask, Payer } from "../../store/money/payments.ts";
import type { Store } from "../../store/store.ts";
import { promptSizeFor } from "../input.ts";
import { withdraw } from "../questions.ts";
import type { Funding } from "./funding.ts";
import { readableBy } from "./link-rights.ts";
import type { Granted, Unfunded } from "./reservations.ts";

/** In ms. Where too much runs at once, purses are asked again after this time, and then after longer ones; in all about a quarter of an hour. */
const pauses = { first: 5_000, longest: 60_000, tries: 18 };

type Current = { ask: Ask; done: Promise<ReadonlyMap<string, Notice>> };

export class Asking {
	readonly #store: Store;
	readonly #clients: Clients;
	readonly #lists: Pick<MemberLists, "skipRevision">;
	readonly #funding: Funding;
	readonly #alarm: Alarm;
	readonly #mayAsk: (userId: string) => boolean;
	readonly #begin: (ask: Ask, granted: Granted) => void;
	readonly #askNext: () => void;
	readonly #now: () => number;
	#current: Current | undefined;
	/** When an ask that waits is taken up, in ms. */
	#retryAt: number | undefined;

	/** `mayAsk`: may still ask. `begin`: it is paid for. `askNext`: others may have asked who can pay. */
	constructor(parts: {
		store: Store;
		clients: Clients;
		lists: Pick<MemberLists, "skipRevision">;
		funding: Funding;
		alarm: Alarm;
		mayAsk: (userId: string) => boolean;
		begin: (ask: Ask, granted: Granted) => void;
		askNext: () => void;
		now: () => number;
	}) {
		this.#store = parts.store;
		this.#clients = parts.clients;
		this.#lists = parts.lists;
		this.#funding = parts.funding;
		this.#alarm = parts.alarm;
		this.#mayAsk = parts.mayAsk;
		this.#begin = parts.begin;
		this.#askNext = parts.askNext;
		this.#now = parts.now;
	}

	get isUnderWay(): boolean {
		return this.#current !== undefined;
	}

	/** Stores that Claude is asked and returns. `reply`: the ended one that is to begin anew or be continued. */
	begin(payers: readonly Payer[], reply?: Ask["reply"]): void {
		if (this.#current) return;
		const before = this.#store.payments.openAsk();
		if (before) this.#funding.cancel(before);
		// A question that waits is asked with the new one: another may be able to pay.
		const all = reply || !before?.waiting ? payers : united(before.payers, payers);
		this.#start(
			this.#funding.ask("reply", all, reply, reply || !before?.waiting ? undefined : { ...before.waiting, retryAt: this.#now() }),
		);
	}

	/** Takes up an ask whose object died, or whose wait is over. */
	recover(): void {
		if (this.#current) return;
		const ask = this.#store.payments.openAsk();
		if (!ask) {
			const wasKept = this.#retryAt !== undefined;
			this.#retryAt = undefined;
			// Purses have refused it, and there was no room for what follows from that.
			if (wasKept) this.#askNext();
			return;
		}
		if (ask.waiting && ask.waiting.retryAt > this.#now()) this.#waitUntil(ask.waiting.retryAt);
		else this.#start(ask);
	}

	/** When an ask that waits is taken up, in ms. */
	get dueAt(): number | undefined {
		return this.#retryAt;
	}

	#waitUntil(retryAt: number): void {
		this.#retryAt = retryAt;
		this.#alarm.set(retryAt);
	}

	/** The conversation is being deleted. */
	abandon(): void {
		this.#retryAt = undefined;
		if (this.#current) this.#funding.cancel(this.#current.ask);
		this.#current = undefined;
	}

	/** Resolves once it is known whether a question is answered: to why it is not, or to `undefined` if it is, or waits for the running reply. */
	async noticeOf(messageId: string): Promise<Notice | undefined> {
		while (this.#current) {
			const notice = (await this.#current.done).get(messageId);
			if (notice) return notice;
		}
		return undefined;
	}

	#start(ask: Ask): void {
		this.#retryAt = undefined;
		this.#current = { ask, done: this.#run(ask).catch((error) => this.#keep(ask, error)) };
	}

	/** There was no room to go on: the ask stays as it is stored, and is taken up again. */
	#keep(ask: Ask, error: unknown): ReadonlyMap<string, Notice> {
		console.error("An ask waits", this.#store.info.id, error);
		if (this.#current?.ask === ask) this.#current = undefined;
		this.#waitUntil(this.#now() + pauses.longest);
		return new Map();
	}

	async #run(ask: Ask): Promise<ReadonlyMap<string, Notice>> {
		// The prompt may be long: it is read after the frame with the question was sent.
		await Promise.resolve();
		if (this.#current?.ask !== ask) return new Map();
		const payers = ask.payers.filter((payer) => this.mayPay(payer, ask.reply));
		if (payers.length === 0) {
			this.#funding.cancel(ask);
			return this.#drop(ask);
		}
		const prompt = promptSizeFor(this.#store, this.#store.log.head.seq + 1, readableBy(this.#store, payers));
		const funded = await this.#funding.reserve({ ...ask, payers }, prompt);
		if (this.#current?.ask !== ask) return new Map();
		this.#current = undefined;
		if ("reason" in funded && funded.reason === "gone") return this.#drop(ask);
		if ("reason" in funded) return this.#postpone(ask, funded) ?? this.#refuse(ask, funded);
		this.#begin(ask, funded);
		return new Map();
	}

	/** A person who has left, may not ask any more, or has taken their question back pays for nobody else's. */
	mayPay({ userId }: Payer, reply: Ask["reply"]): boolean {
		const { log } = this.#store;
		return this.#mayAsk(userId) && (reply !== undefined || log.waiting.isAsking(userId, log.lastReplySeq));
	}

	/** Nobody is left who asked, or who could have paid. Others may have asked meanwhile. */
	#drop({ reply }: Ask): ReadonlyMap<string, Notice> {
		this.#current = undefined;
		if (reply) this.#store.payments.linkQuestions.end(reply.id, false);
		this.#alarm.clear();
		this.#askNext();
		return new Map();
	}

	/** Too much runs at once, which ends by itself: the question is kept and asked again. `undefined` if it does not wait. */
	#postpone({ payers: all, reply, waiting }: Ask, unfunded: Unfunded): ReadonlyMap<string, Notice> | undefined {
		// Some may have left while purses were asked.
		const payers = all.filter((payer) => this.mayPay(payer, reply));
		const tries = (waiting?.tries ?? 0) + 1;
		const questions = reply || unfunded.reason !== "busy" || tries >= pauses.tries ? [] : this.#questionsOf(payers);
		if (questions.length === 0) return undefined;
		const pause = Math.min(pauses.longest, pauses.first * 2 ** (tries - 1));
		const retryAt = this.#now() + pause;
		this.#funding.ask("reply", payers, undefined, { tries, retryAt });
		this.#waitUntil(retryAt);
		const notices = new Map(questions.map(({ id }) => [id, noticeOf(id, unfunded, { pause })]));
		if (tries === 1) for (const { id, author } of questions) this.tell(new Set([author.userId]), notices.get(id) as Notice);
		return notices;
	}

	/** The questions of these people that no reply has answered. */
	#questionsOf(payers: readonly Payer[]): Message[] {
		const askers = new Set(payers.map(({ userId }) => userId));
		const waiting = this.#store.reader.questionsAfter(this.#store.log.lastReplySeq);
		return waiting.filter(({ author }) => askers.has(author.userId));
	}

	/** What was said stays. Where a purse is empty, the questions of those who cannot pay are taken back. */
	#refuse(ask: Ask, unfunded: Unfunded): ReadonlyMap<string, Notice> {
		this.#alarm.clear();
		const askers = new Set(ask.payers.map(({ userId }) => userId));
		const isUnreachable = unfunded.reason === "unreachable";
		// Others may have asked meanwhile, and get no reply either.
		const all = isUnreachable ? this.#store.log.waiting.askersAfter(this.#store.log.lastReplySeq) : ask.payers;
		const questions = ask.reply === undefined ? this.#questionsOf(all) : [];
		const notices = new Map<string, Notice>();
		const subjects = questions.map(({ id, author }) => ({ id, userIds: new Set([author.userId]) }));
		if (ask.reply) subjects.push({ id: ask.reply.id, userIds: askers });
		if (ask.reply) this.#store.payments.linkQuestions.end(ask.reply.id, false);
		for (const { id, userIds } of subjects) {
			const notice = noticeOf(id, unfunded);
			notices.set(id, notice);
			this.tell(userIds, notice);
		}
		if (isUnreachable && !ask.reply) return notices;
		for (const question of questions) withdraw({ store: this.#store, clients: this.#clients, lists: this.#lists }, question);
		this.#askNext();
		return notices;
	}

	/** Says to those who asked why Claude does not reply. */
	tell(userIds: ReadonlySet<string>, why: Notice | (Omit<Refusal, "error"> & { messageId: string })): void {
		this.#clients.flush();
		const event = "error" in why ? noticeEvent(this.#store.info.id, why) : errorEvent(this.#store.info.id, why);
		for (const userId of userIds) this.#clients.sendTo(userId, event);
	}
}

/** Each person once. */
export function united(some: readonly Payer[], others: readonly Payer[]): Payer[] {
	const all = [...some, ...others];
	return all.filter(({ userId }, index) => all.findIndex((one) => one.userId === userId) === index);
}

/** `pause`: the question waits so long, in ms. `kept`: what happened to the question. `again`: what people can do. */
export function noticeOf(
	messageId: string,
	{ reason, scope, isLink, isNetwork, resetsAt }: Unfunded,
	{ pause, kept, again = "Ask again in a moment." }: { pause?: number | undefined; kept?: string; again?: string } = {},
): Notice {
	switch (reason) {
		case "spent": {
			const until = resetsAt === undefined ? undefined : isoTime(resetsAt);
			return {
				code: "budget_exceeded",
				scope,
				error: isLink ? linkBudgetText(kept) : isNetwork ? networkBudgetText(until, kept) : budgetText(scope, until, kept),
				messageId,
				...(until !== undefined && { resetsAt: until }),
			};
		}
		case "busy":
			return {
				code: "rate_limited",
				error:
					pause === undefined
						? `Too many replies are running at once. ${again}`
						: "Too many replies are running at once. Your question waits for them, and is asked by itself.",
				messageId,
				retryAfterMs: pause ?? pauses.first,
			};
		case "unreachable":
		case "gone":
			return { code: "unavailable", error: inName(`Claude cannot be asked right now. Nothing is lost. ${again}`), messageId };
		default:
			return reason satisfies never;
	}
}

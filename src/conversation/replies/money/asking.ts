// Asks Claude where that has to be paid for: reserves first, and then either begins the reply or tells those who asked why there is none.
// At most one such ask is under way. Must not know purses.

import { noticeEvent } from "../../../protocol/events.ts";
import { isoTime } from "../../../protocol/iso-time.ts";
import { budgetText, type Notice } from "../../../protocol/money/notice.ts";
import type { Alarm, Clients, MemberLists } from "../../ports.ts";
import type { Ask, Payer } from "../../store/money/payments.ts";
import type { Store } from "../../store/store.ts";
import { promptTokensFor } from "../input.ts";
import { withdraw } from "../questions.ts";
import type { Funding, Granted, Unfunded } from "./funding.ts";

/** In ms. Whoever has too many replies at once may ask again after this time. */
const busyFor = 5_000;

type Current = { ask: Ask; done: Promise<ReadonlyMap<string, Notice>> };

export class Asking {
	readonly #store: Store;
	readonly #clients: Clients;
	readonly #lists: Pick<MemberLists, "skipRevision">;
	readonly #funding: Funding;
	readonly #alarm: Alarm;
	readonly #begin: (ask: Ask, granted: Granted) => void;
	readonly #askNext: () => void;
	#current: Current | undefined;

	/** `begin`: it is paid for. `askNext`: others may have asked who can pay. */
	constructor(parts: {
		store: Store;
		clients: Clients;
		lists: Pick<MemberLists, "skipRevision">;
		funding: Funding;
		alarm: Alarm;
		begin: (ask: Ask, granted: Granted) => void;
		askNext: () => void;
	}) {
		this.#store = parts.store;
		this.#clients = parts.clients;
		this.#lists = parts.lists;
		this.#funding = parts.funding;
		this.#alarm = parts.alarm;
		this.#begin = parts.begin;
		this.#askNext = parts.askNext;
	}

	get isUnderWay(): boolean {
		return this.#current !== undefined;
	}

	/** Stores that Claude is asked and returns. `reply`: the ended one that is to begin anew or be continued. */
	begin(payers: readonly Payer[], reply?: Ask["reply"]): void {
		if (!this.#current) this.#start(this.#funding.ask("reply", payers, reply));
	}

	/** Takes up an ask whose object died. */
	recover(): void {
		const ask = this.#current ? undefined : this.#funding.openAsk();
		if (ask) this.#start(ask);
	}

	/** The conversation is being deleted. */
	abandon(): void {
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
		this.#current = { ask, done: this.#run(ask) };
	}

	async #run(ask: Ask): Promise<ReadonlyMap<string, Notice>> {
		// The prompt may be long: it is read after the frame with the question was sent.
		await Promise.resolve();
		if (this.#current?.ask !== ask) return new Map();
		const funded = await this.#funding.reserve(ask, promptTokensFor(this.#store, this.#store.log.head.seq + 1));
		if (this.#current?.ask !== ask) return new Map();
		this.#current = undefined;
		if ("reason" in funded) return this.#refuse(ask, funded);
		this.#begin(ask, funded);
		return new Map();
	}

	/** What was said stays. Where a purse is empty, the questions of those who cannot pay are taken back. */
	#refuse(ask: Ask, unfunded: Unfunded): ReadonlyMap<string, Notice> {
		this.#alarm.clear();
		const askers = new Set(ask.payers.map(({ userId }) => userId));
		const waiting = ask.reply === undefined ? this.#store.reader.questionsAfter(this.#store.log.lastReply()?.seq ?? 0) : [];
		const questions = waiting.filter(({ author }) => askers.has(author.userId));
		const notices = new Map<string, Notice>();
		const subjects = questions.map(({ id, author }) => ({ id, userIds: new Set([author.userId]) }));
		if (ask.reply) subjects.push({ id: ask.reply.id, userIds: askers });
		for (const { id, userIds } of subjects) {
			const notice = noticeOf(id, unfunded);
			notices.set(id, notice);
			this.#tell(userIds, notice);
		}
		if (unfunded.reason === "unreachable") return notices;
		for (const question of questions) withdraw({ store: this.#store, clients: this.#clients, lists: this.#lists }, question);
		this.#askNext();
		return notices;
	}

	#tell(userIds: ReadonlySet<string>, notice: Notice): void {
		this.#clients.flush();
		const event = noticeEvent(this.#store.info.id, notice);
		for (const client of this.#clients.all()) if (userIds.has(client.person.userId)) this.#clients.send(client, event);
	}
}

function noticeOf(messageId: string, { reason, scope, resetsAt }: Unfunded): Notice {
	switch (reason) {
		case "spent": {
			const until = resetsAt === undefined ? undefined : isoTime(resetsAt);
			return {
				code: "budget_exceeded",
				scope,
				error: budgetText(scope, until),
				messageId,
				...(until !== undefined && { resetsAt: until }),
			};
		}
		case "busy":
			return {
				code: "rate_limited",
				error: "Too many replies are running at once. Ask again in a moment.",
				messageId,
				retryAfterMs: busyFor,
			};
		case "unreachable":
			return { code: "unavailable", error: "Claude cannot be asked right now. Nothing is lost. Ask again in a moment.", messageId };
		default:
			return reason satisfies never;
	}
}

// The replies of one conversation, of which at most one runs: ask, stop, regenerate, continue, recover.
// Must not know the platform, HTTP or any SDK: whatever answers stands behind `Model`.

import { isFull, orFull } from "../../platform/full.ts";
import { messageEvent } from "../../protocol/events.ts";
import type { Message } from "../../protocol/message.ts";
import type { Notice } from "../../protocol/money/notice.ts";
import type { Person } from "../../protocol/person.ts";
import type { Clients, MemberLists } from "../ports.ts";
import type { Outcome } from "../store/log.ts";
import { type Ask, type Paid, type Payer, personOf } from "../store/money/payments.ts";
import type { Store } from "../store/store.ts";
import { Asides } from "./asides/asides.ts";
import { Decisions } from "./decisions.ts";
import type { Memory } from "./memory/memory.ts";
import { Asking } from "./money/asking.ts";
import type { Granted } from "./money/reservations.ts";
import { Resumption } from "./money/resumption.ts";
import { mayAskClaude, withdraw } from "./questions.ts";
import { Runner } from "./runner.ts";
import { orphanAfter, type RunnerParts } from "./running.ts";
import { LogSink } from "./sink.ts";
import type { Titles } from "./title.ts";

type Parts = Omit<RunnerParts, "sinkFor" | "resumption"> & {
	store: Store;
	clients: Clients;
	lists: Pick<MemberLists, "changed" | "skipRevision">;
	titles: Pick<Titles, "replyCompleted">;
	memory: Pick<Memory, "replyEnded">;
	guestsAsk: boolean;
	/** The next reply has to wait for words of others. `after`: the place of the last one. `askNext` is called when it is over. */
	isHeldBack: (after: number) => boolean;
};

export class Replies {
	readonly #with: Parts;
	/** What people ask in private. */
	readonly asides: Asides;
	readonly #asking: Asking;
	readonly #runner: Runner;
	readonly #decisions: Decisions;
	/** There was no room to ask what waits. Unknown at first: nothing that is stored says whether an earlier life of the object could not. */
	#isNextLeft: boolean | undefined;

	constructor(parts: Parts) {
		this.#with = parts;
		const resumption = new Resumption(parts);
		this.asides = new Asides({ ...parts, resumption });
		const sinkFor = (message: Message) => new LogSink(parts, message);
		this.#runner = new Runner({ ...parts, resumption, sinkFor }, (reply, outcome, paid) => this.#ended(reply, outcome, paid));
		this.#asking = new Asking({
			...parts,
			mayAsk: (userId) => this.#mayAsk(userId),
			begin: (ask, granted) => this.#beginPaid(ask, granted),
			askNext: () => this.askNext(),
		});
		const tell: Asking["tell"] = (userIds, why) => this.#asking.tell(userIds, why);
		this.#decisions = new Decisions({ ...parts, resumption, runner: this.#runner, tell });
	}

	/** True if a reply is running, could not be ended yet, or is about to be paid for. */
	get isBusy(): boolean {
		return this.#runner.reply !== undefined || this.#runner.isLeft || this.#asking.isUnderWay;
	}

	/** Begins a reply and returns; the prompt is built afterwards. While a reply runs, the next one answers the question. */
	ask(by: readonly Payer[]): void {
		const { funding, store, now } = this.#with;
		if (this.isBusy || this.#isHeldBack) return;
		if (funding.isNeeded) this.#pay(by);
		else this.#runner.begin(store.log.addReply(now(), by.map(personOf)));
	}

	get #isHeldBack(): boolean {
		return this.#with.isHeldBack(this.#with.store.log.lastReplySeq);
	}

	/** Begins an ended reply anew, in the same message. `by` pays for it. */
	regenerate(ended: Message, by: Payer): void {
		if (this.isBusy) return;
		if (this.#with.funding.isNeeded) this.#pay([by], { id: ended.id });
		else this.#reopen(ended);
	}

	/** Goes on with an ended reply that reached the length limit, in the same message. */
	continue(ended: Message, by: Payer): void {
		if (this.isBusy) return;
		if (this.#with.funding.isNeeded) this.#pay([by], { id: ended.id, isContinued: true });
		else this.#reopen(ended, { isContinued: true });
	}

	#pay(by: readonly Payer[], reply?: Ask["reply"]): void {
		const { alarm, now } = this.#with;
		alarm.set(now() + orphanAfter);
		this.#asking.begin(by, reply);
	}

	/** It is paid for. What was asked may be gone by now. */
	#beginPaid({ reply, payers }: Ask, granted: Granted): void {
		const { store, funding, alarm, now } = this.#with;
		const { log } = store;
		const last = reply && log.lastReply();
		if (!reply && this.#isHeldBack) {
			// Somebody has spoken meanwhile: it is asked again once that is over.
			funding.giveBack(granted);
			alarm.clear();
			return;
		}
		const askers = reply ? [] : this.#askersAfter(log.lastReplySeq);
		const isThere = last?.id === reply?.id && last?.status !== "streaming" && last?.deletedAt === undefined;
		const isPayerHere = this.#asking.mayPay(granted.payer, reply);
		if (isPayerHere && askers.length > 0) this.#begin(() => log.addReply(now(), askers), granted);
		else if (isPayerHere && reply && last && isThere) this.#reopen(last, reply, granted);
		else {
			funding.giveBack(granted);
			alarm.clear();
			if (reply) store.payments.linkQuestions.end(reply.id, false);
			// A question that is gone was withdrawn or deleted, of which everybody is told. Others may have asked meanwhile.
			if (reply && !isThere) this.#asking.tell(new Set(payers.map(({ userId }) => userId)), { code: "not_found", messageId: reply.id });
			this.askNext();
		}
	}

	#reopen(ended: Message, { isContinued = false } = {}, granted?: Granted): void {
		const { store, clients } = this.#with;
		const reopen = () => {
			if (!isContinued) store.instructions.moveBefore(ended.seq);
			return isContinued ? store.log.continueReply(ended) : store.log.reopenReply(ended);
		};
		this.#begin(reopen, granted, (message) => clients.broadcast(messageEvent("chat:updated", message, store.log.cursor)));
	}

	/** `store` stores the row of a reply, with its payment or not at all. Then people are told. */
	#begin(store: () => Message, granted?: Granted, tell: (message: Message) => void = () => {}): void {
		const { message, paid } = this.#with.store.whole(() => {
			const message = store();
			return { message, paid: granted && this.#with.funding.begin(granted, "reply", message) };
		});
		tell(message);
		this.#runner.begin(message, paid);
	}

	/** When a question that waits is asked, what people asked in private is taken up again, or the request of a dead object is settled; in ms. */
	get dueAt(): number | undefined {
		const times = [this.#asking.dueAt, this.asides.dueAt, this.#with.funding.dueAt].filter((at) => at !== undefined);
		return times.length > 0 ? Math.min(...times) : undefined;
	}

	/** Resolves to why a question is not answered, once that is known; `undefined` if it is answered, or waits for the running reply. */
	noticeOf(messageId: string): Promise<Notice | undefined> {
		return this.#asking.noticeOf(messageId);
	}

	/** Allows or declines a call of the running reply. Who cannot pay for what follows is told so. */
	decide(messageId: string, toolId: string, allow: boolean, by: Person): "decided" | "not_waiting" | "forbidden" {
		this.#takeUp();
		return this.#decisions.decide(messageId, { toolId, allow, by });
	}

	/** A person is erased. */
	forget(userId: string): void {
		this.#runner.reply?.forget(userId);
	}

	/** Stops the running reply; with a `messageId` only if it is that one. */
	stop(by: Person, messageId?: string): void {
		const left = this.#runner.isLeft ? this.#with.store.log.streaming()[0]?.id : undefined;
		this.#takeUp();
		const only = messageId ?? left;
		if (only !== undefined && only !== this.#runner.reply?.message.id) return;
		const stopped = this.#runner.stop(by);
		if (stopped) this.askNext();
	}

	/** Ends the running reply where it is. The next one begins at once and answers the question that was just stored, with all that waited. */
	steer(by: Payer): void {
		this.#takeUp();
		if (this.#runner.reply) this.stop(personOf(by));
		else this.ask([by]);
	}

	/** Stops this reply if it runs, and says whether it did. `askNext` is left to the caller. */
	cancel(messageId: string): boolean {
		this.#takeUp();
		if (this.#runner.reply?.message.id !== messageId) return false;
		this.#runner.stop();
		return true;
	}

	/** Resumes a reply that was left in a full storage. There may be room by now. */
	#takeUp(): void {
		if (this.#runner.isLeft) this.recover();
	}

	#ended(reply: Message, { status }: Outcome, paid: Paid | undefined): void {
		this.askNext();
		if (status !== "complete" || (paid && !this.#stillPays(reply, paid.payer))) return;
		void this.#with.titles.replyCompleted(reply, paid?.payer);
		void this.#with.memory.replyEnded(reply, paid?.payer);
	}

	/** Whoever was erased, has left or may not ask any more pays for nothing that follows. The journal names nobody who was erased. */
	#stillPays(reply: Message, { userId }: Payer): boolean {
		return this.#with.store.payments.payerOf(reply.id)?.userId === userId && this.#mayAsk(userId);
	}

	/** Questions that came while a reply ran are answered by one further reply, which reads all that was said. */
	askNext(): void {
		this.#isNextLeft = false;
		try {
			const askers = this.#askersAfter(this.#with.store.log.lastReplySeq);
			if (askers.length > 0) this.ask(askers);
		} catch (error) {
			if (!isFull(error)) throw error;
			console.error("A question waits for room in the storage", error);
			this.#isNextLeft = true;
			this.#with.alarm.set(this.#with.now() + orphanAfter);
		}
	}

	/** The people whose questions wait. Those who may not ask any more have theirs taken back. */
	#askersAfter(seq: number): Person[] {
		const { log, reader } = this.#with.store;
		const isBarred = ({ userId }: Person) => !this.#mayAsk(userId);
		const askers = log.waiting.askersAfter(seq);
		if (!askers.some(isBarred)) return askers;
		for (const question of reader.questionsAfter(seq)) if (isBarred(question.author)) withdraw(this.#with, question);
		return log.waiting.askersAfter(seq);
	}

	#mayAsk(userId: string): boolean {
		return mayAskClaude(this.#with.store, userId, this.#with.guestsAsk);
	}

	/** Ends the running reply without an event: the conversation is being deleted. */
	abandon(): void {
		this.#asking.abandon();
		this.asides.abandon();
		this.#runner.abandon();
		this.#with.funding.endRequests(true);
		this.#with.alarm.clear();
	}

	/** Stores how far the replies that run have come: the object is about to be replaced. */
	save(): void {
		orFull(() => {
			this.#runner.reply?.save(this.#with.now());
			this.asides.save();
		});
	}

	/** A message as it is now: the running reply has more text than its row. */
	live(message: Message): Message {
		const { reply } = this.#runner;
		return reply?.message.id === message.id ? reply.live(message) : message;
	}

	/** The reply that could not be ended was deleted. Asks for the questions that have waited for it. */
	#forgetLeft(): void {
		this.#runner.forgetLeft();
		this.#with.alarm.clear();
		this.askNext();
	}

	/** Continues or ends replies whose object died. Call it on every wake and from the alarm. In a full storage it is tried again later. */
	recover(): void {
		try {
			this.#recover();
		} catch (error) {
			if (!isFull(error)) throw error;
			console.error("A reply waits for room in the storage", error);
			this.#with.alarm.set(this.#with.now() + orphanAfter);
		}
	}

	#recover(): void {
		const { store, funding } = this.#with;
		const { reply } = this.#runner;
		const [orphan] = store.log.streaming().filter(({ id }) => id !== reply?.message.id);
		if (reply) this.#runner.proceed();
		else if (orphan) this.#runner.resume(orphan);
		else if (this.#runner.isLeft) this.#forgetLeft();
		else this.#asking.recover();
		this.#isNextLeft ??= store.log.waiting.isAskedLately;
		// An ask that is stored waits for its own time.
		if (this.#isNextLeft && !this.isBusy && !store.payments.openAsk()) this.askNext();
		if (this.#asking.isUnderWay) this.#with.alarm.set(this.#with.now() + orphanAfter);
		this.asides.recover();
		funding.endRequests();
	}
}

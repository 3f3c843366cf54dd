// Answers to private questions, beside the replies of the log: one at once for each person. Must not decide who may ask.

import { orFull } from "../../../platform/full.ts";
import type { Aside } from "../../../protocol/claude/aside.ts";
import { mayNotAskNow } from "../../../protocol/errors.ts";
import { limits } from "../../../protocol/limits.ts";
import type { Message } from "../../../protocol/message.ts";
import type { Notice } from "../../../protocol/money/notice.ts";
import type { Refusal } from "../../../protocol/refusal.ts";
import type { Clients, Requester } from "../../ports.ts";
import type { NewAside, OwnAside } from "../../store/claude/asides.ts";
import type { Outcome } from "../../store/log.ts";
import type { Ask, Payer } from "../../store/money/payments.ts";
import type { Store } from "../../store/store.ts";
import { noticeOf } from "../money/asking.ts";
import type { Granted, Unfunded } from "../money/reservations.ts";
import { mayAskClaude } from "../questions.ts";
import { Runner } from "../runner.ts";
import { orphanAfter, type RunnerParts } from "../running.ts";
import { AsideSink } from "./sink.ts";

type Parts = Omit<RunnerParts, "sinkFor"> & { store: Store; clients: Clients; guestsAsk: boolean };

/** `network`: that of the guest who asked, until the object dies. `ask`: its purses are asked now. `dueAt`: when it is taken up again if the object dies. */
type Running = OwnAside & { network: string | undefined; runner: Runner; ask: Ask | undefined; dueAt: number | undefined };

/** A question that was stored. `notice` resolves once it is known whether Claude is asked: to why it is not. */
export type Asked = { aside: Aside; isNew: boolean; notice: Promise<Notice | undefined> };

const { guestsOfNetwork } = limits;

/** In ms. Somebody else's answer has ended by then. */
const busyFor = 5_000;

const reasonOf = { spent: "budget", busy: "rate_limited", unreachable: "unavailable", gone: "unavailable" } as const satisfies Record<
	Unfunded["reason"],
	string
>;

export class Asides {
	readonly #with: Parts;
	readonly #running = new Map<string, Running>();

	constructor(parts: Parts) {
		this.#with = parts;
	}

	/** When the alarm is to call `recover`, in ms. */
	get dueAt(): number | undefined {
		const times = [...this.#running.values()].flatMap(({ dueAt }) => dueAt ?? []);
		return times.length > 0 ? Math.min(...times) : undefined;
	}

	/** Why this person may not ask now. The guests of one network leave room for others. */
	refusalFor({ userId, network }: Requester): Refusal | undefined {
		if (this.#of(userId)) return { code: "being_answered" };
		const ofNetwork = [...this.#running.values()].filter((running) => network !== undefined && running.network === network).length;
		const isFull = this.#running.size >= limits.asides.running || ofNetwork >= guestsOfNetwork.asides;
		if (isFull) return { code: "rate_limited", retryAfterMs: busyFor };
		return undefined;
	}

	/** Stores a question and asks Claude. `count` counts the answer in the same step. */
	ask(question: NewAside, payer: Payer, network: string | undefined, count: (id: string) => void): Asked {
		const { store, funding, clients, now } = this.#with;
		const { userId } = question;
		const aside = store.whole(() => {
			const added = store.asides.add(question, now());
			count(added.id);
			if (!store.keeping.isHeld) store.asides.trim(userId);
			return added;
		});
		const running = this.#open({ userId, aside }, network);
		clients.sendTo(userId, { type: "chat:aside", conversationId: aside.conversationId, aside });
		if (funding.isNeeded) return { aside, isNew: true, notice: this.#pay(running, payer) };
		running.runner.begin(this.#sinkOf(running).message);
		return { aside, isNew: true, notice: Promise.resolve(undefined) };
	}

	async #pay(running: Running, payer: Payer): Promise<Notice | undefined> {
		try {
			return await this.#payNow(running, payer);
		} catch (error) {
			if (this.#running.get(running.aside.id) !== running) return undefined;
			console.error("A private question could not be paid for", running.aside.id, error);
			running.ask = undefined;
			this.#setDue(running, this.#with.now() + orphanAfter);
			return this.#refuse(running, { reason: "unreachable", scope: "conversation" });
		}
	}

	async #payNow(running: Running, payer: Payer): Promise<Notice | undefined> {
		const { funding, now } = this.#with;
		const { aside } = running;
		const ask = funding.ask("aside", [payer], { id: aside.id });
		running.ask = ask;
		this.#setDue(running, now() + orphanAfter);
		// The prompt may be long: it is read after the frame with the aside was sent.
		await Promise.resolve();
		if (this.#running.get(aside.id) !== running) return undefined;
		const sink = this.#sinkOf(running);
		const funded = await funding.reserve(ask, sink.promptSize());
		if (this.#running.get(aside.id) !== running) return undefined;
		running.ask = undefined;
		if ("reason" in funded) return this.#refuse(running, funded);
		// Owners may have decided meanwhile that they may not ask.
		if (mayAskClaude(this.#with.store, running.userId, this.#with.guestsAsk)) this.#begin(running, sink.message, funded);
		else {
			funding.giveBack(funded);
			return this.#refuse(running, "barred");
		}
		return undefined;
	}

	/** If there is no room to store the payment, `recover` treats the aside like one whose object died. */
	#begin(running: Running, message: Message, granted: Granted): void {
		const { funding, store, now } = this.#with;
		try {
			running.runner.begin(message, funding.begin(granted, "aside", message));
		} catch (error) {
			console.error("A private question could not be asked", store.info.id, error);
			this.#setDue(running, now() + orphanAfter);
		}
	}

	/** If there is no room to store that, `recover` ends the aside. */
	#refuse(running: Running, why: Unfunded | "barred"): Notice {
		const { clients } = this.#with;
		const { userId, aside } = running;
		const kept = "Your question was kept, but Claude does not answer it.";
		const notice: Notice =
			why === "barred" ? { code: "forbidden", error: mayNotAskNow(), messageId: aside.id } : noticeOf(aside.id, why, { kept });
		const reason = why === "barred" ? "unavailable" : reasonOf[why.reason];
		orFull(() => this.#sinkOf(running).finish("", { status: "failed", reason }, {}));
		clients.sendTo(userId, {
			type: "chat:error",
			conversationId: aside.conversationId,
			...notice,
			...(aside.clientId !== undefined && { clientId: aside.clientId }),
		});
		return notice;
	}

	#open({ userId, aside }: OwnAside, network?: string): Running {
		const alarm = { set: (at: number) => this.#setDue(running, at), clear: () => this.#setDue(running, undefined), bringForward: () => {} };
		const parts = { ...this.#with, alarm, sinkFor: () => this.#sinkOf(running) };
		const running: Running = { userId, aside, network, runner: new Runner(parts, () => {}), ask: undefined, dueAt: undefined };
		this.#running.set(aside.id, running);
		return running;
	}

	#sinkOf({ userId, aside }: OwnAside): AsideSink {
		const { store, clients } = this.#with;
		return new AsideSink({ store, clients, ended: (id) => void this.#running.delete(id) }, { userId, aside });
	}

	#setDue(running: Running, at: number | undefined): void {
		running.dueAt = at;
		this.#with.alarm.bringForward();
	}

	#of(userId: string): Running | undefined {
		return [...this.#running.values()].find((running) => running.userId === userId);
	}

	/** Ends an answer where it is. */
	stop(userId: string, id: string): void {
		const running = this.#running.get(id);
		if (running?.userId === userId) this.#stop(running);
	}

	#stop(running: Running): void {
		if (running.runner.isLeft) this.#endLeft(running);
		else if (running.runner.reply) running.runner.stop();
		else {
			// Claude was not asked.
			const { store } = this.#with;
			store.whole(() => {
				store.payments.linkQuestions.end(running.aside.id, false);
				this.#sinkOf(running).finish("", { status: "stopped" } satisfies Outcome, {});
			});
		}
		if (running.ask) this.#with.funding.cancel(running.ask);
	}

	/** There was no room for its end, or for a step before that: it ends where its row says that it was, and is paid for. */
	#endLeft({ userId, aside }: Running): void {
		const stored = this.#with.store.asides.find(userId, aside.id);
		if (!stored) return void this.#running.delete(aside.id);
		const again = this.#open({ userId, aside: stored });
		again.runner.resume(this.#sinkOf(again).message);
		again.runner.stop();
	}

	/** An aside as it is now: a running one has more text than its row. */
	live(aside: Aside): Aside {
		const reply = this.#running.get(aside.id)?.runner.reply;
		if (!reply) return aside;
		const { content, ...facts }: Message = reply.live(reply.message);
		const { thinking, tools, sources, citations } = facts;
		return {
			...aside,
			content,
			...(thinking && { thinking }),
			...(tools && { tools }),
			...(sources && { sources }),
			...(citations && { citations }),
		};
	}

	/** Deletes one of a person's asides. */
	remove(userId: string, id: string): { removed: true } | Refusal {
		const { store } = this.#with;
		if (!store.asides.find(userId, id)) return { code: "not_found" };
		this.stop(userId, id);
		store.asides.remove(id);
		this.sendGone(userId, id);
		return { removed: true };
	}

	/** Tells a person that one of their asides is deleted. */
	sendGone(userId: string, id: string): void {
		const { store, clients } = this.#with;
		clients.sendTo(userId, { type: "chat:aside-gone", conversationId: store.info.id, asideId: id });
	}

	/** A person is no member any more. During a legal hold theirs stay until it ends. */
	removeAllOf(userId: string): void {
		const { store } = this.#with;
		const running = this.#of(userId);
		// What there is no room for is settled later: nothing of theirs stays for that.
		if (running) orFull(() => this.#stop(running));
		if (!store.keeping.isHeld) store.asides.removeAllOf(userId);
	}

	/** Call it on every wake and from the alarm: ends or goes on with asides whose object died. */
	recover(): void {
		for (const running of this.#running.values())
			if (running.ask) this.#setDue(running, this.#with.now() + orphanAfter);
			else if (running.runner.reply) running.runner.proceed();
			// There was no room for its beginning, or for its end.
			else this.#running.delete(running.aside.id);
		for (const orphan of this.#with.store.asides.streaming())
			if (!this.#running.has(orphan.aside.id)) {
				const running = this.#open(orphan);
				try {
					running.runner.resume(this.#sinkOf(running).message);
				} catch (error) {
					this.#running.delete(orphan.aside.id);
					throw error;
				}
			}
	}

	/** Stores how far the answers that run have come. */
	save(): void {
		for (const { runner } of this.#running.values()) runner.reply?.save(this.#with.now());
	}

	/** The conversation is being deleted. */
	abandon(): void {
		for (const { runner, ask } of this.#running.values()) {
			runner.abandon();
			if (ask) this.#with.funding.cancel(ask);
		}
		this.#running.clear();
	}
}

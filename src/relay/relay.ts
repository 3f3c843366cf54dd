// One relay of a conversation: lets sockets in as the conversation says, sends them what it delivers, in order and without gaps, and asks
// again when something is missing. Must not know any rule of the chat.

import type { Answer, Ask, Asked, Delivered, Delivery, Entry, Page } from "../conversation/relays/delivery.ts";
import type { Socket } from "../conversation/sockets/socket.ts";
import type { Sockets } from "../conversation/sockets/sockets.ts";
import type { Closing } from "../conversation/store/people/relays.ts";
import { refuseUpgrade } from "../platform/upgrade.ts";
import { closeCodes } from "../protocol/errors.ts";
import { Asks } from "./asks.ts";
import { Entrance, type Upgrade } from "./entrance.ts";
import { sendItems } from "./outbound.ts";
import { Sequence } from "./sequence.ts";
import { Window } from "./window.ts";

/** Somebody who waits: with a new socket, or with one that is open. */
type Newcomer = { cursor?: string | undefined } & (
	| { upgrade: Upgrade; answer: (response: Response | Promise<never>) => void }
	| { socket: Socket }
);
type Asking = { newcomer: Newcomer; needsPage: boolean };
/** `before`: deliveries that were carried out before its answer. */
type Question = { asking: Asking[]; isResync: boolean; before: Delivery[] };

type Dependencies = {
	conversationId: string;
	sockets: Sockets;
	/** Keeps how far the sockets have come. */
	kept: { get(): string | undefined; put(cursor: string | undefined): void };
	ask: (asked: Asked) => Promise<Answer>;
	accept: (socket: WebSocket) => void;
	now: () => number;
};

/** In ms. How long an answer waits for the deliveries before it; when a question that failed is asked again; and when leaving is reported. */
const wait = { deliveries: 2_000, again: 1_000, report: 1_000 };

export class Relay {
	readonly #with: Dependencies;
	readonly #asks = new Asks<Newcomer>();
	readonly #sequence: Sequence;
	readonly #entrance: Entrance;
	#window: Window | undefined;
	/** While a question is under way, deliveries wait: its answer may be older or newer. */
	#held: { delivery: Delivery; done: () => void }[] = [];
	#question: Question | undefined;
	/** An answer that waits for the deliveries before it. */
	#early: Answer | undefined;
	#isBehind = false;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#earlyTimer: ReturnType<typeof setTimeout> | undefined;
	#reportTimer: ReturnType<typeof setTimeout> | undefined;

	constructor(dependencies: Dependencies) {
		this.#with = dependencies;
		this.#sequence = new Sequence(dependencies.kept.get());
		this.#entrance = new Entrance(dependencies);
	}

	#open(): Socket[] {
		const now = this.#with.now();
		return [...this.#with.sockets.all()].filter((socket) => socket.isOpen(now));
	}

	get #people(): number {
		const waiting = (this.#question?.asking.length ?? 0) + this.#asks.length;
		return new Set(this.#open().map(({ person }) => person.userId)).size + waiting;
	}

	// From the Worker and from clients

	enter(upgrade: Upgrade): Promise<Response> {
		const { promise, resolve } = Promise.withResolvers<Response>();
		const isAdded = this.#asks.add({ cursor: upgrade.cursor, upgrade, answer: resolve });
		if (!isAdded) return Promise.resolve(refuseUpgrade({ code: "unavailable", retryAfterMs: wait.again }));
		this.#askSoon();
		return promise;
	}

	rejoin(socket: Socket, cursor: string | undefined): void {
		if (this.#asks.add({ cursor, socket })) this.#askSoon();
		else socket.close(closeCodes.resync, "too many wait");
	}

	/** A socket has closed, or has been closed. */
	left(): void {
		if (this.#reportTimer !== undefined) return;
		this.#reportTimer = setTimeout(() => {
			this.#reportTimer = undefined;
			const people = this.#people;
			if (people === 0) this.#forget();
			this.#with.ask({ people, needsBase: false, asks: [] }).catch(() => {});
		}, wait.report);
	}

	/** Without sockets, nothing that it knows is kept up to date. */
	#forget(): void {
		this.#window = undefined;
		this.#sequence.forget();
		this.#isBehind = false;
		this.#with.kept.put(undefined);
	}

	// Deliveries

	/** Resolves once the sockets are closed that it names. */
	async deliver(delivery: Delivery): Promise<Delivered> {
		if (this.#question) {
			const { promise, resolve } = Promise.withResolvers<void>();
			this.#held.push({ delivery, done: resolve });
			if (this.#early) this.#settle(this.#early, this.#question);
			await promise;
		} else this.#apply(delivery);
		return { people: this.#people };
	}

	#apply(delivery: Delivery): void {
		this.#closeAll(delivery);
		if (this.#open().length === 0) return;
		switch (this.#sequence.place(delivery)) {
			case "next":
				this.#send(delivery);
				return;
			case "behind":
				this.#isBehind = true;
				this.#askSoon();
				return;
			case "repeat":
				return;
		}
	}

	#send(delivery: Delivery): void {
		for (const item of delivery.items) if ("event" in item && this.#window?.follow(item.event) === false) this.#window = undefined;
		this.#moveTo(delivery);
		sendItems(delivery.items, this.#with.sockets.all(), this.#with.now());
	}

	/** The sockets receive what follows only once this is stored. */
	#moveTo(place: { feed: string; number: number; cursor: string }): void {
		const isNew = place.cursor !== this.#sequence.cursor;
		this.#sequence.moveTo(place);
		if (isNew) this.#with.kept.put(place.cursor);
	}

	#closeAll({ closings, feed }: Delivery): void {
		for (const closing of closings) this.#close(closing, feed);
	}

	/** Only sockets that were let in before it was decided. `latest`: the life of the conversation's object that says so. */
	#close(closing: Closing, latest: string): void {
		const { userId, sessions, tokenIds, code, reason } = closing;
		const { sockets } = this.#with;
		for (const socket of userId === undefined ? [...sockets.all()] : sockets.of(userId)) {
			if (isLater(socket, closing, latest)) continue;
			if (sessions && !sessions.includes(socket.session ?? "")) continue;
			if (tokenIds && !tokenIds.includes(socket.tokenId ?? "")) continue;
			socket.close(code, reason);
		}
		// Messages may have been erased.
		if (userId === undefined) this.#window = undefined;
	}

	// Questions to the conversation

	#askSoon(after = 0): void {
		if (this.#question || this.#timer !== undefined) return;
		const now = this.#with.now();
		this.#timer = setTimeout(
			() => {
				this.#timer = undefined;
				void this.#ask();
			},
			Math.max(after, this.#asks.dueAt(now) - now),
		);
	}

	async #ask(): Promise<void> {
		const question = this.#nextQuestion();
		if (!question) return;
		this.#question = question;
		const needsBase = !this.#window || question.isResync;
		const asks = question.asking.map(({ newcomer, needsPage }) => askOf(newcomer, needsPage));
		try {
			const answer = await this.#with.ask({ people: this.#people, needsBase, asks });
			this.#settle(answer, question);
		} catch (error) {
			this.#failed(question, error);
		}
	}

	/** All sockets are asked about again if this relay is behind: they may have missed more than messages. */
	#nextQuestion(): Question | undefined {
		const { now } = this.#with;
		const isResync = this.#isBehind;
		this.#isBehind = false;
		const { cursor } = this.#sequence;
		const asking: Asking[] = isResync ? this.#open().map((socket) => ({ newcomer: { socket, cursor }, needsPage: true })) : [];
		const needsPage = (at: string | undefined) =>
			cursor && this.#window && !isResync ? !this.#window.since(at, cursor) : at !== undefined;
		asking.push(...this.#asks.take(now(), needsPage));
		return asking.length > 0 ? { asking, isResync, before: [] } : undefined;
	}

	/** The answer holds between two deliveries: newcomers are let in exactly there. */
	#settle(answer: Answer, question: Question): void {
		clearTimeout(this.#earlyTimer);
		this.#early = undefined;
		const isBefore = ({ delivery }: { delivery: Delivery }) => this.#sequence.precedes(delivery, answer);
		const before = this.#held.filter(isBefore);
		this.#held = this.#held.filter((held) => !isBefore(held));
		for (const { delivery, done } of before) {
			this.#apply(question.isResync ? { ...delivery, items: [] } : delivery);
			question.before.push(delivery);
			done();
		}
		if (!this.#canSettle(answer, question)) {
			this.#early = answer;
			this.#earlyTimer = setTimeout(() => this.#giveUp(question), wait.deliveries);
			return;
		}
		if (!this.#sequence.isAt(answer.feed, answer.number)) this.#window = undefined;
		if (question.isResync) this.#isBehind = false;
		if (question.isResync) this.#window = undefined;
		if (answer.base && !this.#window) this.#window = new Window(answer.base, answer.cursor);
		// Strangers leave nothing behind.
		if (this.#open().length > 0 || answer.entries.some((entry) => "facts" in entry)) this.#moveTo(answer);
		else this.#window = undefined;
		this.#letIn(answer, question);
		// Something may have been decided about newcomers since it was answered.
		for (const delivery of question.before) this.#closeAll(delivery);
		this.#release();
	}

	#canSettle(answer: Answer, { isResync }: Question): boolean {
		if (isResync || this.#open().length === 0 || this.#sequence.isAt(answer.feed, answer.number)) return true;
		return this.#sequence.place({ ...answer, before: answer.cursor, items: [], closings: [] }) === "next";
	}

	/** The deliveries before the answer are lost. */
	#giveUp(question: Question): void {
		this.#early = undefined;
		this.#isBehind = true;
		this.#asks.putBack(question.asking.map(({ newcomer }) => newcomer));
		this.#release();
	}

	#failed({ asking, isResync }: Question, error: unknown): void {
		this.#isBehind ||= isResync;
		for (const { newcomer } of asking) {
			if ("answer" in newcomer) newcomer.answer(Promise.reject(error));
			else if (!isResync) newcomer.socket.close(closeCodes.resync, "the conversation did not answer");
		}
		this.#release(wait.again);
	}

	/** No question is under way any more. */
	#release(after = 0): void {
		this.#question = undefined;
		for (const { delivery, done } of this.#held.splice(0)) {
			this.#apply(delivery);
			done();
		}
		if (this.#asks.length > 0 || this.#isBehind) this.#askSoon(after);
	}

	#letIn(answer: Answer, { asking }: Question): void {
		for (const [nth, { newcomer }] of asking.entries()) {
			const entry = answer.entries[nth] as Entry;
			const page = "facts" in entry ? this.#pageFor(newcomer, entry.page, answer.cursor) : undefined;
			if ("facts" in entry && !page) this.#asks.putBack([newcomer]);
			else if ("answer" in newcomer) newcomer.answer(this.#entrance.open(newcomer.upgrade, entry, page, answer));
			else this.#entrance.goOn(newcomer.socket, entry, page, answer);
		}
	}

	#pageFor({ cursor }: Newcomer, page: Page | undefined, head: string): Page | undefined {
		return page ?? this.#window?.since(cursor, head);
	}
}

/** Each life of the conversation's object has a clock of its own, which may have been set back: a later life is later in any case. */
function isLater({ relayed }: Socket, { at, feed }: Closing, latest: string): boolean {
	if (!relayed) return false;
	if (feed === undefined || relayed.feed === feed || (relayed.feed !== latest && feed !== latest)) return relayed.at >= at;
	return relayed.feed === latest;
}

function askOf(newcomer: Newcomer, needsPage: boolean): Ask {
	const { cursor } = newcomer;
	if ("socket" in newcomer) return { person: newcomer.socket.person, cursor, needsPage };
	return { identity: newcomer.upgrade.identity, cursor, needsPage };
}

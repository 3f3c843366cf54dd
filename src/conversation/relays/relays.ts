// The relays of a conversation, seen from the conversation: which ones hold sockets, what they are sent, and what becomes of it if one
// does not answer. Decides no rule of the chat.

import { encodeFrame } from "../../protocol/encode-frame.ts";
import type { ServerEvent } from "../../protocol/events.ts";
import { randomId } from "../../protocol/random-id.ts";
import { relaysFor } from "../../relay/placement.ts";
import type { NewClosing, RelayRows } from "../store/people/relays.ts";
import type { Store } from "../store/store.ts";
import type { Addressee } from "./delivery.ts";
import { Feed } from "./feed.ts";
import { type NewDelivery, type Remote, RemoteRelay, retry } from "./remote-relay.ts";

type Dependencies = {
	store: Pick<Store, "exists" | "end" | "log">;
	rows: RelayRows;
	remote: (relay: number) => Remote;
	alarm: { bringForward(): void };
	/** A conversation that holds so many sockets sends newcomers to relays; without it, never. */
	from: number | undefined;
	now: () => number;
};

/** In ms. The alarm looks after what is not done by then, if this object is gone. */
const alarmAfter = { owed: 3_000, behind: 60_000 };
/** In ms. */
const quietAfter = 1_000;
/** What a client need not learn afterwards, or learns again from what follows. */
const passing: ReadonlySet<ServerEvent["type"]> = new Set([
	"chat:user-typing",
	"chat:presence",
	"chat:thinking",
	"chat:busy",
	"chat:thought",
	"chat:streaming",
]);
export class Relays {
	readonly #with: Dependencies;
	readonly #feed = new Feed();
	readonly #feedId = randomId();
	readonly #relays = new Map<number, RemoteRelay>();
	#number = 0;
	/** How far the last delivery went. */
	#cursor = "";
	/** The relays may lack something that is stored. */
	#areBehind = false;
	/** The last time by the conversation's clock: no two are equal. */
	#at = 0;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#retryTimer: ReturnType<typeof setTimeout> | undefined;
	#quietTimer: ReturnType<typeof setTimeout> | undefined;
	#drained = Promise.withResolvers<void>();
	/** To be called when another number of people is at relays. */
	peopleChanged = () => {};

	constructor(dependencies: Dependencies) {
		this.#with = dependencies;
		const { store, rows } = dependencies;
		// While the conversation is being deleted, they may have sockets to close.
		if (!store.exists && store.end !== "ending") return;
		for (const relay of rows.all()) this.#open(relay);
		if (store.exists) this.#cursor = store.log.cursor;
		this.#areBehind = this.isOn && rows.areBehind;
	}

	#open(number: number): RemoteRelay {
		const relay = new RemoteRelay(number, this.#with);
		this.#relays.set(number, relay);
		return relay;
	}

	/** True if relays hold sockets. */
	get isOn(): boolean {
		return this.#relays.size > 0;
	}

	/** How many people the relays hold, as far as they have said: each holds somebody. */
	get people(): number {
		let sum = 0;
		for (const { people = 1 } of this.#relays.values()) sum += people;
		return sum;
	}

	/** The most people that one relay holds. */
	get #fullest(): number {
		let most = 0;
		for (const { people = 0 } of this.#relays.values()) most = Math.max(most, people);
		return most;
	}

	/** How many relays newcomers are spread over, if the conversation itself has so many sockets and people; 0: it takes them itself. */
	forNewcomers(sockets: number, people: number): number {
		const { from } = this.#with;
		const isUnknown = [...this.#relays.values()].some((relay) => relay.people === undefined);
		if (isUnknown) this.#deliverAt(0);
		return from !== undefined && sockets >= from ? relaysFor(people) : 0;
	}

	// To the relays

	/** After a wake. `isStreaming`: this object was not asleep, but has died. */
	goOn(isStreaming: boolean): void {
		const hasCrashed = this.isOn && (isStreaming || this.#areBehind);
		for (const relay of this.#relays.values()) relay.hasCrashed = hasCrashed;
		if (hasCrashed || this.isOwed) this.#deliverAt(0);
	}

	broadcast(event: ServerEvent, exceptUser?: string): void {
		if (!this.isOn) return;
		this.#feed.add(event, exceptUser);
		// In the same step as what it is about.
		if (!passing.has(event.type)) this.#setBehind(true);
		this.#deliverAt(this.#feed.dueAt(this.#with.now(), this.#fullest));
	}

	/** Sends to a person's sockets at a relay. */
	send(userId: string, event: ServerEvent): void {
		this.sendFrame({ userId }, encodeFrame([event]));
	}

	sendFrame(to: Addressee, frame: string): void {
		if (!this.isOn) return;
		this.#feed.addFor(to, frame);
		this.#deliverAt(this.#feed.dueAt(this.#with.now(), this.#fullest));
	}

	/** Closes sockets at the relays. They owe it from now on, even if this object dies. */
	close(closing: NewClosing): void {
		if (!this.isOn) return;
		const at = this.tick();
		for (const relay of this.#relays.values()) relay.owe({ ...closing, at, feed: this.#feedId });
		this.#with.alarm.bringForward();
		this.#deliverAt(0);
	}

	#setBehind(areBehind: boolean): void {
		if (areBehind !== this.#areBehind) this.#with.rows.setBehind(areBehind);
		if (areBehind && !this.#areBehind) this.#with.alarm.bringForward();
		this.#areBehind = areBehind;
	}

	/** Once nothing is under way for a moment, so that a busy conversation writes no row for each delivery. */
	#quietLater(): void {
		clearTimeout(this.#quietTimer);
		if (this.#areBehind) this.#quietTimer = setTimeout(() => this.#quiet(), quietAfter);
	}

	#quiet(): void {
		const isBusy = [...this.#relays.values()].some((relay) => relay.isBusy);
		if (isBusy || !this.#feed.isEmpty || !this.#with.store.exists) return;
		this.#setBehind(false);
	}

	/** The next time by the conversation's clock, in ms. */
	tick(): number {
		this.#at = Math.max(this.#with.now(), this.#at + 1);
		return this.#at;
	}

	/** Always a moment later: what is happening now is stored and queued as a whole. */
	#deliverAt(at: number): void {
		const wait = Math.max(0, at - this.#with.now());
		if (this.#timer !== undefined && wait > 0) return;
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => this.#deliver(), wait);
	}

	#deliver(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		const { store, now } = this.#with;
		const items = this.#feed.take(now());
		const before = this.#cursor;
		if (items.length > 0) this.#number += 1;
		if (items.length > 0 && store.exists) this.#cursor = store.log.cursor;
		const delivery = { feed: this.#feedId, number: this.#number, before, cursor: this.#cursor, items };
		for (const relay of this.#relays.values()) void this.#send(relay, delivery);
		this.#drained.resolve();
		this.#drained = Promise.withResolvers();
	}

	async #send(relay: RemoteRelay, delivery: NewDelivery): Promise<void> {
		const { people } = relay;
		const isAnswered = await relay.send(delivery);
		if (this.#relays.get(relay.number) !== relay) return;
		if (isAnswered) this.#counted(relay, people, delivery.number);
		else this.#retryLater();
		this.#quietLater();
	}

	/** Nobody is fed any more without people. */
	#counted(relay: RemoteRelay, before: number | undefined, delivered: number): void {
		if (relay.isEmptyAt(delivered)) this.#forget(relay.number);
		if (relay.people !== before) this.peopleChanged();
	}

	#forget(number: number): void {
		this.#relays.get(number)?.end();
		this.#relays.delete(number);
		if (!this.isOn) this.#setBehind(false);
	}

	/** The storage is emptied. */
	end(): void {
		for (const number of [...this.#relays.keys()]) this.#forget(number);
		clearTimeout(this.#timer);
		clearTimeout(this.#retryTimer);
		clearTimeout(this.#quietTimer);
	}

	#retryLater(): void {
		this.#with.alarm.bringForward();
		this.#scheduleRetry();
	}

	#scheduleRetry(): void {
		clearTimeout(this.#retryTimer);
		const times = [...this.#relays.values()].flatMap(({ retryAt }) => retryAt ?? []);
		if (times.length === 0) return;
		const wait = Math.min(...times) - this.#with.now();
		this.#retryTimer = setTimeout(() => this.#retry(), Math.min(retry.longest, Math.max(0, wait)));
	}

	/** A delivery without items shows a relay that it has missed one. */
	#retry(): void {
		const now = this.#with.now();
		for (const relay of this.#relays.values()) {
			if (!relay.isDue(now)) continue;
			relay.retryAt = undefined;
			void this.#send(relay, { feed: this.#feedId, number: this.#number, before: this.#cursor, cursor: this.#cursor, items: [] });
		}
		this.#scheduleRetry();
	}

	/** When the alarm has to look after relays that have not answered, in ms. */
	get dueAt(): number | undefined {
		const isDue = [...this.#relays.values()].some(({ retryAt }) => retryAt !== undefined);
		const { owed, behind } = alarmAfter;
		if (isDue || this.isOwed) return this.#with.now() + owed;
		return this.#areBehind ? this.#with.now() + behind : undefined;
	}

	/** True while a relay has not confirmed that it has closed what it had to. */
	get isOwed(): boolean {
		return [...this.#relays.values()].some(({ isOwed }) => isOwed);
	}

	// From a relay

	/** Resolves when nothing waits to be sent: what is read then is as of the last delivery. */
	async upToDate(): Promise<void> {
		while (!this.#feed.isEmpty) await this.#drained.promise;
	}

	/** The place in the feed at which a relay goes on. */
	get place(): { feed: string; number: number } {
		return { feed: this.#feedId, number: this.#number };
	}

	/** A relay has sockets from now on. */
	admit(number: number, people: number): void {
		if (!this.isOn) this.#cursor = this.#with.store.log.cursor;
		const known = this.#relays.get(number);
		const relay = known ?? this.#open(number);
		if (!known) this.#with.rows.add(number);
		relay.admittedAt = this.#number + 1;
		const before = relay.people;
		relay.people = people;
		this.#counted(relay, before, this.#number);
	}

	/** A relay that holds nobody any more says so, or how many people it holds otherwise. */
	report(number: number, people: number): void {
		const relay = this.#relays.get(number);
		if (!relay) return;
		const before = relay.people;
		relay.people = people;
		this.#counted(relay, before, this.#number);
	}
}

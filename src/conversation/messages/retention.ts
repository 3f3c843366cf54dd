// Deletes the messages that are older than the conversation keeps them, in steps. The alarm takes up whatever is left.

import { messageEvent, type ServerEvent } from "../../protocol/events.ts";
import type { Alarm, Clients, MemberLists } from "../ports.ts";
import type { Titles } from "../replies/title.ts";
import type { Store } from "../store/store.ts";

const dayLength = 24 * 3600_000;
/** In ms. Messages of one conversation expire together so often, so that it is not woken for each of them. */
const apart = 6 * 3600_000;
/** Messages that one step deletes. */
const stepLength = 100;

type Parts = {
	store: Store;
	clients: Pick<Clients, "broadcast">;
	lists: Pick<MemberLists, "changed">;
	titles: Pick<Titles, "messageDeleted" | "broadcast">;
	files: { releaseEach(places: readonly number[]): void };
	alarm: Pick<Alarm, "bringForward">;
	now: () => number;
};

export class Retention {
	readonly #with: Parts;
	/** When the oldest message was sent or asked in private; `undefined` until it was looked up, and while there is none. */
	#oldestAt: number | undefined;

	constructor(parts: Parts) {
		this.#with = parts;
	}

	/** To be called with every event that the conversation sends. */
	observe(event: ServerEvent): void {
		if (event.type !== "chat:message" || this.#oldestAt !== undefined) return;
		if (this.#with.store.keeping.keptDays !== undefined) this.#with.alarm.bringForward();
	}

	/** How long messages are kept has changed. */
	changed(): void {
		this.#with.alarm.bringForward();
	}

	/** When something is to be deleted, in ms. */
	get dueAt(): number | undefined {
		const { store, now } = this.#with;
		if (!store.exists || store.keeping.isHeld) return undefined;
		if (store.keeping.isToDelete || store.keeping.erasures.length > 0) return now();
		const days = store.keeping.keptDays;
		if (days === undefined) return undefined;
		// An answer in private asks for the alarm itself while it runs.
		this.#oldestAt ??= store.keeping.oldestAt();
		if (this.#oldestAt === undefined) return undefined;
		// Conversations that began together do not all wake together.
		const offset = Date.parse(store.info.createdAt) % apart;
		return Math.ceil((this.#oldestAt + days * dayLength - offset) / apart) * apart + offset;
	}

	/** One step, if it is time. To be called by the alarm. */
	runDue(): void {
		if (this.#with.now() >= (this.dueAt ?? Number.POSITIVE_INFINITY)) this.#expireSome();
	}

	#expireSome(): void {
		const { store, clients, lists, titles, files, now } = this.#with;
		const { keeping, log } = store;
		// Only erasures are due.
		if (keeping.keptDays === undefined) return;
		const before = now() - keeping.keptDays * dayLength;
		const expired = keeping.expired(before, stepLength).flatMap((id) => log.message(id) ?? []);
		const places = expired.map(({ seq }) => seq);
		const changed = store.whole(() => {
			const deleted = expired.map((message) => ({ message: log.deleteMessage(message, now()), cursor: log.cursor }));
			const last = places.at(-1);
			if (last !== undefined) keeping.setExpiredUpto(last);
			store.payments.linkQuestions.takeBackGone();
			keeping.expireAsides(before);
			store.audit.expireNotices(before);
			files.releaseEach(places);
			return deleted;
		});
		this.#oldestAt = undefined;
		if (changed.length === 0) return;
		for (const { message, cursor } of changed) clients.broadcast(messageEvent("chat:updated", message, cursor));
		for (const seq of places) titles.messageDeleted(seq);
		lists.changed("all");
	}

	/** An administrator sets the days in place of the deployment's, or leaves it to those again. Everybody is told. */
	setByAdministrator(days: number | null): void {
		const { store, titles, now } = this.#with;
		store.whole(() => {
			if (!store.keeping.setAdministratorDays(days)) return;
			store.audit.add("retention_changed", "", undefined, now());
			titles.broadcast();
			store.afterwards(() => this.changed());
		});
	}

	/** Nothing may be deleted from now on, or it may again. Everybody is told. */
	hold(isHeld: boolean): void {
		const { store, titles, alarm, now } = this.#with;
		store.whole(() => {
			if (!store.keeping.setHeld(isHeld, now())) return;
			store.audit.add(isHeld ? "held" : "released", "", undefined, now());
			// Those who have left meanwhile.
			if (!isHeld) store.asides.removeStrangers();
			titles.broadcast();
			store.afterwards(() => alarm.bringForward());
		});
	}
}

// Ends memberships that a link gave until a date. Must not know sockets: the caller disconnects whoever is no member any more.

import { orFull } from "../../platform/full.ts";
import { limits } from "../../protocol/limits.ts";
import { isRefusal } from "../../protocol/refusal.ts";
import type { Store } from "../store/store.ts";
import type { Departures } from "./departures.ts";

export class Endings {
	readonly #store: Store;
	readonly #departures: Pick<Departures, "end" | "endWithoutRoom">;
	readonly #disconnect: (userId: string) => void;
	readonly #now: () => number;

	constructor(parts: {
		store: Store;
		departures: Pick<Departures, "end" | "endWithoutRoom">;
		disconnect: (userId: string) => void;
		now: () => number;
	}) {
		this.#store = parts.store;
		this.#departures = parts.departures;
		this.#disconnect = parts.disconnect;
		this.#now = parts.now;
	}

	/** When `run` is to be called, in ms. */
	get dueAt(): number | undefined {
		return this.#store.exists ? this.#store.members.nextEnd : undefined;
	}

	/**
	 * To be called before somebody is let in or does something, and by the alarm. A run ends so many, and that of `userId` in any case. What is
	 * left is due at once.
	 */
	run(userId?: string): void {
		const now = this.#now();
		if ((this.dueAt ?? Number.POSITIVE_INFINITY) > now) return;
		const { members } = this.#store;
		if (userId !== undefined && (members.standing(userId).endsAt ?? Number.POSITIVE_INFINITY) <= now) this.#end(userId);
		for (const one of members.ended(now, limits.calls)) this.#end(one);
	}

	#end(userId: string): void {
		const full = orFull(() => this.#departures.end(userId, userId, "ended"));
		if (isRefusal(full)) this.#departures.endWithoutRoom(userId);
		this.#disconnect(userId);
	}
}

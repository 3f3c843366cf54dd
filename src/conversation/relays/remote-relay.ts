// One relay, seen from its conversation: sends it what is delivered, and remembers what it has not confirmed.

import { closeCodes } from "../../protocol/errors.ts";
import type { Closing, RelayRows } from "../store/people/relays.ts";
import type { Delivered, Delivery } from "./delivery.ts";

/** The part of a delivery that all relays share. */
export type NewDelivery = Omit<Delivery, "closings" | "hasCrashed">;
export type Remote = { deliver(delivery: Delivery): Promise<Delivered> };

type Dependencies = { rows: RelayRows; remote: (relay: number) => Remote; now: () => number };

/** In ms. A relay that did not answer is asked again after a pause that grows. */
export const retry = { first: 500, longest: 30_000 };
/** Deliveries that a relay may have to answer. It gets no more before it has answered one of them. */
const mostUnderWay = 20;
/** Closings that one relay may owe. */
const mostOwed = 1_000;

export class RemoteRelay {
	readonly number: number;
	readonly #with: Dependencies;
	/** One stub, so that deliveries keep their order. */
	#remote: Remote;
	#underWay = 0;
	/** How often in a row it did not answer. */
	#failures = 0;
	#owed: readonly Closing[];
	/** The conversation has been deleted, or holds no sockets here any more. */
	#isOver = false;
	/** How many people it holds: `undefined` until it has said so, after a wake. */
	people: number | undefined;
	/** The conversation's object has died: it is told until it has answered, for what it lacks may have no revision. */
	hasCrashed = false;
	/** When it is told again that it has missed something, in ms. */
	retryAt: number | undefined;
	/** The first delivery after it last let somebody in: what it answers to earlier ones does not count them. */
	admittedAt = 0;

	constructor(number: number, dependencies: Dependencies) {
		this.number = number;
		this.#with = dependencies;
		this.#remote = dependencies.remote(number);
		this.#owed = dependencies.rows.owed(number);
	}

	/** True if it is to be told again. A clock that was set back since makes it wait no longer than the longest pause. */
	isDue(now: number): boolean {
		return this.retryAt !== undefined && (this.retryAt <= now || this.retryAt > now + retry.longest);
	}

	/** True until it has confirmed everything. */
	get isBusy(): boolean {
		return this.#underWay > 0 || this.retryAt !== undefined;
	}

	get isOwed(): boolean {
		return this.#owed.length > 0;
	}

	/** Sends it a delivery and what it has to close. Resolves to false if it did not answer; a retry is due then. */
	async send(delivery: NewDelivery): Promise<boolean> {
		if (this.#underWay >= mostUnderWay) return this.#failed();
		const closings = this.#owed;
		const { hasCrashed } = this;
		this.#underWay += 1;
		try {
			const { people } = await this.#remote.deliver({ ...delivery, closings, ...(hasCrashed && { hasCrashed }) });
			if (this.#isOver) return true;
			if (hasCrashed) this.hasCrashed = false;
			this.#confirmed(closings);
			this.#failures = 0;
			this.people = people;
			return true;
		} catch {
			this.#failures += 1;
			// A stub that has failed once fails for ever.
			this.#remote = this.#with.remote(this.number);
			return this.#failed();
		} finally {
			this.#underWay -= 1;
		}
	}

	#failed(): false {
		this.retryAt ??= this.#with.now() + Math.min(retry.longest, retry.first * 2 ** this.#failures);
		return false;
	}

	/** It has to close these sockets, even if the conversation's object dies. */
	owe(closing: Closing): void {
		// Too many to remember: all sockets close, and reconnect if they may.
		const isFull = this.#owed.length >= mostOwed && closing.userId !== undefined;
		const { at, feed } = closing;
		const owed = isFull ? { at, ...(feed !== undefined && { feed }), code: closeCodes.resync, reason: "much has changed" } : closing;
		if (isFull) this.#confirmed(this.#owed);
		this.#owed = [...this.#owed, owed];
		this.#with.rows.owe(this.number, owed);
	}

	#confirmed(closings: readonly Closing[]): void {
		this.#owed = this.#owed.filter((owed) => !closings.includes(owed));
		this.#with.rows.closed(this.number, closings);
	}

	/** True if it holds nobody, as it has answered to a delivery with this number, and nothing is under way. */
	isEmptyAt(delivered: number): boolean {
		return this.people === 0 && !this.isBusy && !this.isOwed && this.admittedAt <= delivered;
	}

	end(): void {
		this.#isOver = true;
		this.#with.rows.delete(this.number);
	}
}

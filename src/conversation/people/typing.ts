// Which typing events are passed on to the others. In memory only: a sleep forgets it. Times in ms.

import { limits } from "../../protocol/limits.ts";
import type { Person } from "../../protocol/person.ts";
import { type Bucket, fullBucket, type Rate, take } from "../rate.ts";

/** The beginning of one person's typing is passed on a few times in a row, and in the long run once per interval. */
const rate: Rate = { burst: 5, perSecond: 1000 / limits.typingInterval };

export class Typing<T extends { readonly person: Person }> {
	/** The last event that was passed on for each person, and the client they type in; none once they have stopped. */
	readonly #passedOn = new Map<string, { at: number; client?: T; bucket: Bucket }>();

	/** Returns whether to pass on that this person types. */
	begin(client: T, now: number): boolean {
		const { userId } = client.person;
		const last = this.#passedOn.get(userId);
		if (last?.client && now - last.at < limits.typingInterval) return false;
		const taken = take(last?.bucket ?? fullBucket(rate, now), rate, now);
		if ("retryAfterMs" in taken) return false;
		this.#passedOn.set(userId, { at: now, client, bucket: taken.bucket });
		return true;
	}

	/**
	 * Returns whether to pass on that this person has stopped typing. With `isExplicit`, their client says so: that is passed on
	 * even if they are not known to type, since they may have begun before a sleep.
	 */
	end({ person: { userId } }: T, isExplicit: boolean, now: number): boolean {
		const last = this.#passedOn.get(userId);
		if (last ? !last.client : !isExplicit) return false;
		this.#passedOn.set(userId, { at: now, bucket: last?.bucket ?? fullBucket(rate, now) });
		return true;
	}

	/** Returns whether the person types in this client. */
	isTypingIn(client: T): boolean {
		return this.#passedOn.get(client.person.userId)?.client === client;
	}
}

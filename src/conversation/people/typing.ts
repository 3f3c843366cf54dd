// Who types, as far as the others hear of it. Kept in memory only: a sleep forgets it. Times in ms.

import { limits } from "../../protocol/limits.ts";
import type { Person } from "../../protocol/person.ts";
import { type Bucket, fullBucket, type Rate, take } from "../rate.ts";

/** How often one person's beginning to type is passed on: some starts and stops in a row, and in the long run as seldom as while it lasts. */
const rate: Rate = { burst: 5, perSecond: 1000 / limits.typingInterval };

export class Typing<T extends { readonly person: Person }> {
	/** What was last passed on of each person, and where they typed; no `client` once that ended. */
	readonly #passedOn = new Map<string, { at: number; client?: T; bucket: Bucket }>();

	/** Whether the others are to hear that somebody types. */
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
	 * Whether the others are to hear that somebody types no more. `isSaid`: by the typist, and so passed on even of one who is not known
	 * here to type: it may have begun before the sleep.
	 */
	end({ person: { userId } }: T, isSaid: boolean, now: number): boolean {
		const last = this.#passedOn.get(userId);
		if (last ? !last.client : !isSaid) return false;
		this.#passedOn.set(userId, { at: now, bucket: last?.bucket ?? fullBucket(rate, now) });
		return true;
	}

	/** Whether this is where its person types. */
	isAt(client: T): boolean {
		return this.#passedOn.get(client.person.userId)?.client === client;
	}
}

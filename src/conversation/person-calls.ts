// What a person's own object asks of the conversation when that person is renamed, signs out, revokes a token or is erased. Each
// call may be repeated.

import { closeCodes } from "../protocol/errors.ts";
import type { Person } from "../protocol/person.ts";
import type { ErasureStep } from "./people/erasure.ts";
import type { Parts } from "./wiring.ts";

export class PersonCalls {
	readonly #parts: Parts;

	constructor(parts: Parts) {
		this.#parts = parts;
	}

	/** One step of erasing a person. A conversation in which nobody else is left is deleted. */
	async erase(userId: string, alias: string, after: number): Promise<ErasureStep> {
		const { id, store, erasure, sockets, deletion, importer, purses } = this.#parts;
		const none = { messages: 0, reactions: 0, isDeleted: false };
		if (importer.isUnderWay) return { ...none, isIncomplete: true };
		if (after === 0) await purses.forget(userId, id);
		if (!store.exists) return { ...none, isGone: true };
		const isLast = store.members.isAlone && store.members.find(userId) !== undefined;
		if (isLast) store.members.remove(userId, false);
		else if (after === 0) erasure.removeMember(userId, alias);
		// After the removal: closing the sockets of a member would put the conversation back into their list.
		sockets.close(userId, closeCodes.token, "erased");
		if (!isLast) return erasure.step(userId, alias, after);
		await deletion.begin();
		return { ...none, isDeleted: true };
	}

	rename(person: Person): void {
		this.#parts.sockets.rename(person);
		this.#parts.membership.rename(person);
	}

	/**
	 * A person signed out for good: nobody can come back under their id, so their membership ends. A conversation in which nobody else
	 * is left is deleted: nobody could read it or delete it, and a granting token would own what it says.
	 */
	async signOut(userId: string): Promise<void> {
		const { store, departures, sockets, removals, deletion } = this.#parts;
		if (!store.exists) return;
		const isLast = store.members.isAlone && store.members.find(userId) !== undefined;
		if (!isLast) departures.end(userId, userId);
		sockets.close(userId, closeCodes.token, "signed out");
		if (isLast) await deletion.begin();
		else await removals.removeFor(userId);
	}

	/** Personal tokens of a person were revoked, and with them the invites that they made. */
	endTokens(userId: string, tokenIds: readonly string[]): void {
		this.#parts.sockets.closeTokens(userId, tokenIds);
		this.#parts.membership.revokeOf(tokenIds, userId);
	}
}

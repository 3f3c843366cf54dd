// What a person's own object asks of the conversation when that person is renamed, signs out, revokes a token or is erased. Each
// call may be repeated.

import { closeCodes } from "../protocol/errors.ts";
import { erasedName, type NamedPerson } from "../protocol/person.ts";
import { countsOf, type Read, scanOf } from "./messages/work-rate.ts";
import { type ErasureStep, stepLength } from "./people/erasure.ts";
import type { Parts } from "./wiring.ts";

export class PersonCalls {
	readonly #parts: Parts;

	constructor(parts: Parts) {
		this.#parts = parts;
	}

	/**
	 * One step of erasing a person. The first one ends their membership; a conversation in which nobody else is left is deleted. `upTo`: the
	 * last message then. Whoever has come back since is a new member, whom the further steps leave alone.
	 */
	async erase(userId: string, alias: string, after: number, upTo = Number.MAX_SAFE_INTEGER): Promise<ErasureStep> {
		const { id, store, erasure, deletion, importer, purses, work, now } = this.#parts;
		const scan = this.#stepScan();
		// The first step ends the membership, and never waits. Whoever may enter again has to wait for that instead.
		if (after > 0) await erasure.pace.wait(countsOf(scan));
		else work.count({ userId, network: undefined }, now(), scan);
		erasure.pace.spend(countsOf(scan));
		const none = { messages: 0, reactions: 0, isDeleted: false };
		if (importer.isUnderWay) return { ...none, isIncomplete: true };
		if (after === 0) await purses.forget(userId, id);
		if (!store.exists) return { ...none, isGone: true };
		if (store.keeping.isHeld) return this.#eraseLater(userId, alias, after, upTo);
		if (after > 0) return erasure.step(userId, alias, after, upTo);
		const isLast = store.members.isAlone && store.members.find(userId) !== undefined;
		this.#endMembership(userId, "erased", () => {
			if (!isLast) return erasure.removeMember(userId, alias);
			store.members.remove(userId, false);
			store.payments.erase(userId, alias, erasedName);
		});
		if (!isLast) return { ...erasure.step(userId, alias, after), upTo: store.log.head.seq };
		await deletion.begin();
		return { ...none, isDeleted: true };
	}

	/** In one step. Their sockets are closed in any case, and if there is no room for the rest, this is called again. */
	#endMembership(userId: string, reason: string, end: () => void): void {
		const { store, sockets } = this.#parts;
		try {
			store.whole(end);
		} finally {
			// After the removal: closing the sockets of a member would put the conversation back into their list.
			sockets.close(userId, closeCodes.token, reason);
		}
	}

	/** What it takes to look through the messages of one step. */
	#stepScan(): Read {
		const { store, sql } = this.#parts;
		const newest = store.exists ? store.log.head.seq : 0;
		return scanOf(Math.min(stepLength, newest), sql, newest);
	}

	/** A legal hold keeps what they said until it ends. They are no member any more, and may come back as a new one. */
	#eraseLater(userId: string, alias: string, after: number, upTo: number): ErasureStep {
		const { store, now } = this.#parts;
		const done = { messages: 0, reactions: 0, isDeleted: false };
		const known = store.keeping.erasures.find((erasure) => erasure.userId === userId);
		// If the clock was set back, links and decisions may have later times than now.
		const at = Math.max(now(), store.invites.latest, store.members.access.latest);
		const erasure = { userId, alias: known?.alias ?? alias, after, upTo: Math.min(upTo, store.log.head.seq), at };
		const put = () => store.keeping.putErasure(erasure);
		if (after > 0) put();
		else
			this.#endMembership(userId, "erased", () => {
				put();
				this.#leave(userId);
				// A title has no time by which one that they give later could be told from this one.
				if (store.titling.by === userId) store.setTitle(store.info.title, { by: erasure.alias });
			});
		return done;
	}

	/** Also where nobody is left: then it is nobody's, and is deleted when the legal hold ends, unless only administrators may: `keeps`. */
	#leave(userId: string, keeps = false): void {
		const { store, departures } = this.#parts;
		if (!store.members.find(userId)) return;
		if (!store.members.isAlone) return void departures.end(userId, userId);
		departures.endWorksOf(userId, userId);
		store.members.remove(userId, false);
		store.keeping.setLeft(keeps);
	}

	/** Also tells whether somebody with a guest's id signs in with a provider since. */
	rename(person: NamedPerson): void {
		this.#parts.sockets.rename(person);
		this.#parts.membership.rename(person);
	}

	/**
	 * A person signed out for good: nobody can come back under their id, so their membership ends. A conversation in which nobody else
	 * is left is deleted: nobody could read it or delete it, and a granting token would own what it says. `keeps`: it is nobody's instead.
	 */
	async signOut(userId: string, keeps = false): Promise<void> {
		const { store, departures, removals, deletion } = this.#parts;
		if (!store.exists) return;
		let isLast = false;
		this.#endMembership(userId, "signed out", () => {
			if (store.keeping.isHeld || keeps) this.#leave(userId, keeps);
			isLast = store.members.isAlone && store.members.find(userId) !== undefined;
			if (!isLast) departures.end(userId, userId);
		});
		if (isLast) await deletion.begin();
		else await removals.removeFor(userId);
	}

	/** A person is suspended. */
	disconnect(userId: string): void {
		this.#parts.sockets.close(userId, closeCodes.token, "suspended");
	}

	/** Personal tokens of a person were revoked, and with them the invites and webhooks that they made. */
	endTokens(userId: string, tokenIds: readonly string[]): void {
		this.#parts.sockets.closeTokens(userId, tokenIds);
		this.#parts.invitations.revokeOf(tokenIds, userId);
		this.#parts.webhooks.endOfTokens(tokenIds);
	}
}

/**
 * Does what a legal hold has put off: one step of an erasure, or the deletion of a conversation that nobody is left in. To be called when
 * the hold has ended, and by the alarm until nothing is left.
 */
export async function goOnErasing({ store, erasure, deletion }: Parts): Promise<void> {
	if (!store.exists || store.keeping.isHeld) return;
	if (store.keeping.isToDelete) return deletion.begin();
	const [next] = store.keeping.erasures;
	if (!next) return;
	const { userId, alias, after } = next;
	if (after === 0) erasure.removeFormerMember(userId, alias, next);
	const step = erasure.step(userId, alias, after, next.upTo);
	if (step.after !== undefined) store.keeping.putErasure({ ...next, after: step.after });
	else store.keeping.dropErasure(userId);
	// An earlier release has not marked that nobody is left.
	if (store.members.count === 0 && store.keeping.erasures.length === 0) await deletion.begin();
}

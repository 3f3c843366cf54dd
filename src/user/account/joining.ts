// How a provider's identity becomes a way into a guest's person, and stops being one. Two objects take part: the person's lists its
// identities, and the object of the identity's own id knows the person to whom it leads. Ids of people never change.

import type { Identity } from "../../protocol/account/account.ts";
import { accountLimits } from "../../protocol/account/limits.ts";
import type { Refusal } from "../../protocol/refusal.ts";
import type { SignIns } from "../sign-ins.ts";
import type { IdentityObjects, NewIdentity } from "./identities.ts";
import type { Asker } from "./second-devices.ts";

/** `mark`: see `Suspension.administrator`. */
export type Vouched = NewIdentity & { mark?: string | undefined };

type Parts = {
	userId: string;
	signIns: SignIns;
	objects: IdentityObjects;
	/** Why a session may not change how the person signs in. */
	refusalOf: (session: string) => Refusal | undefined;
	now: () => number;
};

export class Joining {
	readonly #with: Parts;

	constructor(parts: Parts) {
		this.#with = parts;
	}

	get #identities() {
		return this.#with.signIns.account.identities;
	}

	list(): Identity[] {
		return this.#identities.list();
	}

	/** The session may join an identity. Without a passkey to confirm with, it needs more than an access token: `isProven`. */
	mayJoin(session: string, isProven: boolean): { isDone: true } | Refusal {
		const refusal = this.#refusalOf(session, isProven);
		if (refusal) return refusal;
		return this.#identities.count < accountLimits.identities ? { isDone: true } : { code: "too_many" };
	}

	#refusalOf(session: string, isProven: boolean): Refusal | undefined {
		const { refusalOf, signIns } = this.#with;
		const refusal = refusalOf(session);
		return refusal ?? (signIns.account.passkeys.count > 0 || isProven ? undefined : { code: "forbidden" });
	}

	/**
	 * Joins an identity for which the provider has just vouched. A guest is known by a cookie alone, and somebody else may have put theirs
	 * into this browser and kept a copy: without a passkey as proof, everything that could act for the guest ends, and the browser goes on
	 * with another session, `next`. Resolves to the session with which it goes on.
	 */
	async join({ mark, ...identity }: Vouched, { session, device }: Asker, next: string): Promise<{ session: string } | Refusal> {
		const { userId, signIns, objects, now } = this.#with;
		// Proven when it began, in the same browser.
		const may = this.#identities.find(identity.id) === "joined" ? this.#with.refusalOf(session) : this.mayJoin(session, true);
		if (may && "code" in may) return may;
		const own = objects.getByName(identity.id);
		const claimed = await own.claimIdentity(userId);
		if ("code" in claimed) return claimed;
		// They may have signed out meanwhile.
		const refusal = this.#with.refusalOf(session);
		if (refusal) {
			if (this.#identities.find(identity.id) !== "joined") await own.releaseIdentity(userId);
			return refusal;
		}
		const isProved = signIns.account.passkeys.count > 0;
		signIns.adopt(session);
		if (!isProved) signIns.replace(session, next);
		const kept = isProved ? session : next;
		this.#identities.add(identity, now());
		this.#identities.noteSession(kept, identity.id, mark);
		signIns.account.events.add("identity_joined", identity.provider, device, now());
		signIns.tokens.ownerSeen(now());
		if (!isProved) await signIns.endOthers(kept);
		await signIns.rename(identity.name);
		return { session: kept };
	}

	/** Begins a session of somebody who comes by an identity that leads here. `not_joined`: it does not, or not any more. */
	async begin({ mark, ...identity }: Vouched, { session, device }: Asker): Promise<"begun" | "suspended" | "not_joined"> {
		const { userId, signIns, objects, now } = this.#with;
		// The join may have died before it was listed here.
		const isListed = this.#identities.find(identity.id);
		const leadsHere = isListed === undefined && (await objects.getByName(identity.id).identityOwner()) === userId;
		if (signIns.isSignedOut || isListed === "removed" || !(isListed || leadsHere)) return "not_joined";
		if (signIns.suspension.isInForce) return "suspended";
		this.#identities.add(identity, now());
		signIns.register(session);
		this.#identities.noteSession(session, identity.id, mark);
		signIns.account.devices.note(session, device);
		signIns.tokens.ownerSeen(now());
		if (signIns.sessions.name !== identity.name) await signIns.rename(identity.name);
		return "begun";
	}

	/**
	 * Removes an identity, but never the last way in, and signs out other devices that came by it. `hasPasskeys`: people can sign in with
	 * them. `isProven`: see `mayJoin`.
	 */
	async remove(
		id: string,
		{ hasPasskeys, isProven }: { hasPasskeys: boolean; isProven: boolean },
		{ session, device }: Asker,
	): Promise<{ isDone: true } | Refusal> {
		const { userId, signIns, objects, now } = this.#with;
		const refusal = this.#refusalOf(session, isProven);
		if (refusal) return refusal;
		const known = this.#identities.list().find((identity) => identity.id === id);
		if (!known) return { code: "not_found" };
		const others = this.#identities.count - 1 + (hasPasskeys ? signIns.account.passkeys.count : 0);
		if (others === 0) return { code: "last_way_in" };
		this.#identities.markRemoved(id, now());
		signIns.account.events.add("identity_removed", known.provider, device, now());
		const sessions = this.#identities.takeSessions(id).filter((other) => other !== session);
		await Promise.all([signIns.endSessions(sessions), objects.getByName(id).releaseIdentity(userId)]);
		this.#identities.forget(id);
		// Without any, they are a guest again.
		if (this.#identities.count === 0) await signIns.tellName();
		return { isDone: true };
	}

	// In the object of an identity's own id

	/** From now on it leads to this person. Refused if it leads to another, or is a person's with conversations or programs of its own. */
	async claim(userId: string): Promise<{ isDone: true } | Refusal> {
		const { signIns, now } = this.#with;
		if (signIns.suspension.isInForce) return { code: "suspended" };
		const { owner } = this.#identities;
		if (owner === userId) return { isDone: true };
		if (owner !== undefined || signIns.hasTraces) return { code: "identity_taken" };
		this.#identities.setOwner(userId);
		await signIns.endSessions(signIns.sessions.live(now()).map(({ id }) => id));
		return { isDone: true };
	}

	release(userId: string): void {
		if (this.#identities.owner === userId) this.#identities.setOwner(undefined);
	}

	get owner(): string | undefined {
		return this.#identities.owner;
	}
}

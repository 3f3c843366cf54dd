// The end of a membership, for whatever reason: the member left, was removed, signed out for good or was erased. An owner
// leaves an heir, and the invites that they made end with their standing. Must not know who may end a membership.

import type { Member } from "../../protocol/conversation.ts";
import type { Clients, MemberLists } from "../ports.ts";
import type { Asides } from "../replies/asides/asides.ts";
import type { Store } from "../store/store.ts";

export class Departures {
	readonly #store: Store;
	readonly #clients: Pick<Clients, "broadcast">;
	readonly #lists: Pick<MemberLists, "memberChanged">;
	readonly #asides: Pick<Asides, "removeAllOf">;
	readonly #now: () => number;

	constructor(parts: {
		store: Store;
		clients: Pick<Clients, "broadcast">;
		lists: Pick<MemberLists, "memberChanged">;
		asides: Pick<Asides, "removeAllOf">;
		now: () => number;
	}) {
		this.#store = parts.store;
		this.#clients = parts.clients;
		this.#lists = parts.lists;
		this.#asides = parts.asides;
		this.#now = parts.now;
	}

	/** Ends a membership; `by`: the id of who ends it. Returns the former member, or `undefined` if there is no such member. */
	end(userId: string, by: string): Member | undefined {
		const { members, audit, info } = this.#store;
		const member = members.find(userId);
		if (!member) return undefined;
		const isRemoved = by !== userId;
		if (member.role === "owner") {
			if (members.countOwners() < 2) this.#bequeath(userId, by);
			this.endInvitesOf(userId, by);
		}
		members.remove(userId, isRemoved);
		this.#asides.removeAllOf(userId);
		if (isRemoved) members.decide(userId, null, this.#now());
		audit.add(isRemoved ? "removed" : "left", by, isRemoved ? userId : undefined, this.#now());
		this.#clients.broadcast({ type: "chat:member-left", conversationId: info.id, userId }, userId);
		return member;
	}

	/** Makes another member the owner. Without another member, the first person who enters becomes one. */
	#bequeath(from: string, by: string): void {
		const { members, audit, info } = this.#store;
		const heir = members.successor();
		if (!heir) return;
		members.setRole(heir.userId, "owner");
		audit.add("role_changed", by, heir.userId, this.#now());
		this.#clients.broadcast({ type: "chat:member", conversationId: info.id, member: { ...heir, role: "owner" } }, from);
		this.#lists.memberChanged(heir.userId);
	}

	/** Invites admit people in the name of an owner: they end when their maker is none any more. */
	endInvitesOf(userId: string, by: string): void {
		this.#record(this.#store.invites.expireOf(userId, this.#now()), userId, by);
	}

	/** Ends the invites that this person accepted. */
	endInvitesUsedBy(userId: string, by: string): void {
		this.#record(this.#store.invites.expireUsedBy(userId, this.#now()), userId, by);
	}

	#record(revoked: number, userId: string, by: string): void {
		for (let n = 0; n < revoked; n++) this.#store.audit.add("revoked", by, by === userId ? undefined : userId, this.#now());
	}
}

// Who belongs to a conversation: its beginning, its members and their roles, the invites that let more in.
// Knows nothing of sockets, of HTTP or of tokens.

import type { AssistantMode, ConversationInfo, Member, MemberRole, Person } from "../protocol/events.ts";
import { limits } from "../protocol/limits.ts";
import type { Listing, Refused } from "./conversation.ts";
import type { Invite, Store } from "./store.ts";

export type NewInvite = Pick<Invite, "id" | "role" | "expiresAt" | "maxUses">;

export class Membership {
	readonly #store: Store;
	readonly #listing: Listing;
	readonly #now: () => number;

	constructor(parts: { store: Store; listing: Listing; now: () => number }) {
		this.#store = parts.store;
		this.#listing = parts.listing;
		this.#now = parts.now;
	}

	create(conversation: { id: string; title: string; lineage: string }, owner: Person): ConversationInfo {
		this.#store.create(conversation, owner, this.#now());
		this.#listing.entered(owner.userId);
		return this.#store.info;
	}

	/** The member that this person is, also by being granted the conversation; `undefined` for a stranger. Changes nothing. */
	find(person: Person, isGranted: boolean): Member | undefined {
		if (!this.#store.exists) return undefined;
		return this.#store.member(person.userId) ?? (isGranted ? { ...person, role: "member" } : undefined);
	}

	/** As `find`, and keeps what it finds: who is granted the conversation becomes a member, and a new name is the name from now on. */
	join(person: Person, isGranted: boolean): Member | undefined {
		const member = this.find(person, isGranted);
		if (!member) return undefined;
		const known = this.#store.member(person.userId);
		if (!known) return this.#enrol(person, member.role);
		if (known.username !== person.username) this.#store.rename(person.userId, person.username);
		return { ...known, username: person.username };
	}

	#enrol(person: Person, role: MemberRole): Member | undefined {
		if (this.#store.countMembers() >= limits.members) return undefined;
		const member = { ...person, role };
		this.#store.addMember(member, this.#now());
		this.#listing.entered(person.userId);
		return member;
	}

	describe(): ConversationInfo & { members: Member[] } {
		return { ...this.#store.info, members: this.#store.members(limits.members) };
	}

	update(member: Member, change: { title?: string; assistant?: AssistantMode }): ConversationInfo | Refused {
		if (member.role !== "owner") return { code: "forbidden" };
		this.#store.update(change);
		this.#listing.changed(member.userId);
		return this.#store.info;
	}

	invite(member: Member, invite: NewInvite): { expiresAt: number } | Refused {
		if (member.role !== "owner") return { code: "forbidden" };
		const now = this.#now();
		if (this.#store.countLiveInvites(now) >= limits.invites) return { code: "too_many" };
		this.#store.addInvite({ ...invite, createdBy: member.userId, createdAt: now, uses: 0 });
		return { expiresAt: invite.expiresAt };
	}

	/** Lets a person in by an invite, or lets a reader write. Who has all that it gives already does not use it up. */
	accept(person: Person, inviteId: string): Member | Refused {
		const invite = this.#store.exists ? this.#store.invite(inviteId) : undefined;
		if (!invite) return { code: "not_found" };
		const known = this.#store.member(person.userId);
		const isLive = invite.expiresAt > this.#now() && (invite.maxUses === null || invite.uses < invite.maxUses);
		const isRaised = isLive && known?.role === "reader" && invite.role === "member";
		if (known && !isRaised) return known;
		if (!isLive) return { code: "invite_expired" };
		if (isRaised) this.#store.setRole(person.userId, invite.role);
		const member = isRaised ? { ...known, role: invite.role } : this.#enrol(person, invite.role);
		if (!member) return { code: "too_many" };
		this.#store.countInviteUse(invite.id);
		return member;
	}
}

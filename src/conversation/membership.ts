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
		return this.#store.created;
	}

	/** The member that this person is, or becomes by being granted the conversation; `undefined` for a stranger. */
	admit(person: Person, isGranted: boolean): Member | undefined {
		if (!this.#store.conversation) return undefined;
		const member = this.#store.member(person.userId);
		if (!member) return isGranted ? this.#enrol(person, "member") : undefined;
		if (member.username === person.username) return member;
		this.#store.rename(person.userId, person.username);
		return { ...member, username: person.username };
	}

	#enrol(person: Person, role: MemberRole): Member | undefined {
		if (this.#store.members(limits.members).length >= limits.members) return undefined;
		const member = { ...person, role };
		this.#store.addMember(member, this.#now());
		this.#listing.entered(person.userId);
		return member;
	}

	describe(): ConversationInfo & { members: Member[] } {
		return { ...this.#store.created, members: this.#store.members(limits.members) };
	}

	update(member: Member, change: { title?: string; assistant?: AssistantMode }): ConversationInfo | Refused {
		if (member.role !== "owner") return { code: "forbidden" };
		this.#store.update(change);
		this.#listing.changed();
		return this.#store.created;
	}

	invite(member: Member, invite: NewInvite): { expiresAt: number } | Refused {
		if (member.role !== "owner") return { code: "forbidden" };
		const now = this.#now();
		if (this.#store.liveInvites(now).length >= limits.invites) return { code: "too_many" };
		this.#store.addInvite({ ...invite, createdBy: member.userId, createdAt: now, uses: 0 });
		return { expiresAt: invite.expiresAt };
	}

	/** Lets a person in by an invite; who is in already comes in without using it up. */
	accept(person: Person, inviteId: string): Member | Refused {
		const invite = this.#store.conversation && this.#store.invite(inviteId);
		if (!invite) return { code: "not_found" };
		const known = this.#store.member(person.userId);
		if (known) return known;
		if (invite.expiresAt <= this.#now() || (invite.maxUses !== null && invite.uses >= invite.maxUses)) return { code: "invite_expired" };
		const member = this.#enrol(person, invite.role);
		if (!member) return { code: "too_many" };
		this.#store.countInviteUse(invite.id);
		return member;
	}
}

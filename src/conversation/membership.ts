// Who belongs to a conversation: its beginning, its members and their roles, the invites that let more in.
// Knows nothing of sockets, of HTTP or of tokens.

import type { AssistantMode, ConversationInfo, Member, MemberRole } from "../protocol/conversation.ts";
import { limits } from "../protocol/limits.ts";
import type { Person } from "../protocol/person.ts";
import type { Listing, Refused } from "./conversation.ts";
import type { AuditEntry, Invite, Store } from "./store.ts";

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
		this.#store.audit("created", owner.userId, undefined, this.#now());
		this.#listing.entered(owner.userId);
		return this.#store.info;
	}

	/** The member that this person is, also by being granted the conversation; `undefined` for a stranger. Changes nothing. */
	find(person: Person, isGranted: boolean): Member | undefined {
		if (!this.#store.exists) return undefined;
		const known = this.#store.member(person.userId);
		if (known || !isGranted || this.#store.isBarred(person.userId)) return known;
		return { ...person, role: "member" };
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
		this.#store.audit("joined", person.userId, undefined, this.#now());
		this.#listing.entered(person.userId);
		return member;
	}

	/** Ends a membership: one's own, or as an owner another's. */
	remove(member: Member, userId: string): { removed: Member } | Refused {
		const isLeaving = userId === member.userId;
		if (!isLeaving && member.role !== "owner") return { code: "forbidden" };
		const removed = this.#store.member(userId);
		if (!removed) return { code: "not_found" };
		if (removed.role === "owner" && this.#store.countOwners() < 2) return { code: "last_owner" };
		this.#store.removeMember(userId, !isLeaving);
		this.#store.audit(isLeaving ? "left" : "removed", member.userId, isLeaving ? undefined : userId, this.#now());
		return { removed };
	}

	/** Who did what to the conversation's doors: newest first, before an entry. For owners. */
	audit(member: Member, before: number, limit: number): { entries: AuditEntry[]; hasMore: boolean } | Refused {
		if (member.role !== "owner") return { code: "forbidden" };
		const entries = this.#store.auditBefore(before, limit + 1);
		return { entries: entries.slice(0, limit), hasMore: entries.length > limit };
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
		this.#store.audit("invited", member.userId, undefined, now);
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
		if (isRaised) this.#raise(person.userId, invite);
		const member = isRaised ? { ...known, role: invite.role } : this.#enrol(person, invite.role);
		if (!member) return { code: "too_many" };
		this.#store.countInviteUse(invite.id);
		return member;
	}

	#raise(userId: string, { role, createdBy }: Invite): void {
		this.#store.setRole(userId, role);
		this.#store.audit("role_changed", createdBy, userId, this.#now());
	}
}

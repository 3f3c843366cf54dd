// The members of a conversation: its creation, roles, invites, and the end of a membership. Must not know sockets, HTTP or
// tokens.

import type { ClaudeChange, InstructionsVersion } from "../../protocol/claude-settings.ts";
import type { AssistantMode, ConversationInfo, Member, MemberRole } from "../../protocol/conversation.ts";
import { isoTime } from "../../protocol/iso-time.ts";
import { limits } from "../../protocol/limits.ts";
import type { NamedPerson, Person } from "../../protocol/person.ts";
import type { Refusal } from "../../protocol/refusal.ts";
import type { Clients, MemberLists } from "../ports.ts";
import type { Titles } from "../replies/title.ts";
import type { AuditEntry } from "../store/audit.ts";
import type { Ban } from "../store/bans.ts";
import type { Invite } from "../store/invites.ts";
import type { Store } from "../store/store.ts";
import type { Departures } from "./departures.ts";

/** `byToken`: the personal token that makes it, if one does. */
export type NewInvite = Pick<Invite, "id" | "role" | "expiresAt" | "maxUses"> & { byToken?: string };
/** An invite as owners see it, with times in ISO 8601. Its id admits nobody. */
export type LiveInvite = Omit<Invite, "createdAt" | "expiresAt"> & { createdAt: string; expiresAt: string };

/** What is left out stays as it is. */
export type ConversationChange = ClaudeChange & { title?: string | undefined; assistant?: AssistantMode | undefined };

export class Membership {
	readonly #store: Store;
	readonly #clients: Pick<Clients, "broadcast">;
	readonly #lists: MemberLists;
	readonly #titles: Titles;
	readonly #departures: Departures;
	readonly #now: () => number;

	constructor(parts: {
		store: Store;
		clients: Pick<Clients, "broadcast">;
		lists: MemberLists;
		titles: Titles;
		departures: Departures;
		now: () => number;
	}) {
		this.#store = parts.store;
		this.#clients = parts.clients;
		this.#lists = parts.lists;
		this.#titles = parts.titles;
		this.#departures = parts.departures;
		this.#now = parts.now;
	}

	create(conversation: { id: string; title: string; lineage: string }, owner: NamedPerson): ConversationInfo {
		this.#store.create(conversation, owner, this.#now());
		this.#store.audit.add("created", owner.userId, undefined, this.#now());
		this.#lists.memberChanged(owner.userId);
		return this.#store.info;
	}

	/** Finds a member, including one who would become a member by a token that grants the conversation. Changes nothing. */
	find({ userId, username }: Person, isGranted: boolean): Member | undefined {
		if (!this.#store.exists) return undefined;
		const known = this.#store.members.find(userId);
		if (known || !isGranted || this.#isKeptOut(userId)) return known;
		// A conversation that everybody has left belongs to the first person who enters it.
		if (this.#store.members.count === 0) return { userId, username, role: "owner" };
		return { userId, username, role: this.#store.members.isDemoted(userId) ? "reader" : "member" };
	}

	#isKeptOut(userId: string): boolean {
		return this.#store.members.isBarred(userId) || this.#store.bans.find(userId) !== undefined;
	}

	/** Finds a member and stores the result: a granted person becomes a member, and a name that was given later replaces the old one. */
	join(person: NamedPerson, isGranted: boolean): Member | undefined {
		const member = this.find(person, isGranted);
		if (!member) return undefined;
		const known = this.#store.members.find(person.userId);
		if (!known) return this.#add(person, member.role);
		const { username, namedAt } = person;
		const isNewer = namedAt !== undefined && namedAt >= this.#store.members.namedAt(person.userId);
		return isNewer ? this.#rename(known, username, namedAt) : known;
	}

	/** Does nothing for a person who is not a member. */
	rename(person: Person): void {
		const known = this.find(person, false);
		if (known) this.#rename(known, person.username);
	}

	#rename(known: Member, username: string, namedAt = 0): Member {
		const named = { ...known, username };
		if (known.username !== username) {
			this.#store.members.rename(known.userId, username, namedAt);
			this.#broadcast(named);
		}
		return named;
	}

	/** To be called for a new member and after a change of one. */
	#broadcast(member: Member): void {
		this.#clients.broadcast({ type: "chat:member", conversationId: this.#store.info.id, member });
	}

	#add({ userId, username, namedAt }: NamedPerson, role: MemberRole): Member | undefined {
		if (this.#store.members.count >= limits.members) return undefined;
		const member = { userId, username, role };
		this.#store.members.add({ ...member, namedAt }, this.#now());
		this.#store.audit.add("joined", userId, undefined, this.#now());
		this.#broadcast(member);
		this.#lists.memberChanged(userId);
		return member;
	}

	/** Only for owners. Making another member an owner hands over the conversation, or shares it. */
	setRole(member: Member, userId: string, role: MemberRole): Member | Refusal {
		if (member.role !== "owner") return { code: "forbidden" };
		const known = this.#store.members.find(userId);
		if (!known) return { code: "not_found" };
		if (known.role === role) return known;
		if (known.role === "owner" && this.#store.members.countOwners() < 2) return { code: "last_owner" };
		this.#store.members.decide(userId, role, this.#now());
		if (known.role === "owner") this.#departures.endInvitesOf(userId, member.userId);
		return this.#change(known, role, member.userId);
	}

	#change(known: Member, role: MemberRole, by: string): Member {
		const changed = { ...known, role };
		this.#store.members.setRole(known.userId, role);
		this.#store.audit.add("role_changed", by, by === known.userId ? undefined : known.userId, this.#now());
		this.#broadcast(changed);
		this.#lists.memberChanged(known.userId);
		return changed;
	}

	/**
	 * Ends a membership: the member's own or, for owners, another's. With `revokesUsedInvites` the invites that a removed person
	 * accepted are revoked, too; those that they made end in any case.
	 */
	remove(member: Member, userId: string, { revokesUsedInvites = false } = {}): { removed: Member } | Refusal {
		const isLeaving = userId === member.userId;
		if (!isLeaving && member.role !== "owner") return { code: "forbidden" };
		const found = this.#store.members.find(userId);
		if (!found) return { code: "not_found" };
		if (found.role === "owner" && this.#store.members.countOwners() < 2) return { code: "last_owner" };
		this.#departures.end(userId, member.userId);
		if (revokesUsedInvites && !isLeaving) this.#departures.endInvitesUsedBy(userId, member.userId);
		return { removed: found };
	}

	/** Bans a person, who need not be a member: no invite and no grant admits them. Ends their membership. */
	ban(member: Member, userId: string, { revokesUsedInvites = false } = {}): Ban | Refusal {
		if (member.role !== "owner") return { code: "forbidden" };
		if (userId === member.userId) return { code: "bad_request" };
		const { bans, members, audit } = this.#store;
		const known = bans.find(userId);
		if (known) return known;
		if (bans.count >= limits.bans) return { code: "too_many" };
		bans.add(userId, members.find(userId)?.username, member.userId, this.#now());
		audit.add("banned", member.userId, userId, this.#now());
		this.#departures.end(userId, member.userId);
		if (revokesUsedInvites) this.#departures.endInvitesUsedBy(userId, member.userId);
		return bans.find(userId) as Ban;
	}

	/** Lifts a ban. A person whose membership it ended comes back by an invite created since then. */
	unban(member: Member, userId: string): { unbanned: true } | Refusal {
		if (member.role !== "owner") return { code: "forbidden" };
		if (!this.#store.bans.delete(userId)) return { code: "not_found" };
		this.#store.audit.add("unbanned", member.userId, userId, this.#now());
		return { unbanned: true };
	}

	/** Lists the bans, newest first. Only for owners. */
	bans(member: Member): { bans: Ban[] } | Refusal {
		return member.role === "owner" ? { bans: this.#store.bans.list() } : { code: "forbidden" };
	}

	banOf(member: Member, userId: string): Ban | Refusal {
		if (member.role !== "owner") return { code: "forbidden" };
		return this.#store.bans.find(userId) ?? { code: "not_found" };
	}

	/** Refuses members who may not delete the conversation. */
	end(member: Member): { ended: true } | Refusal {
		return member.role === "owner" ? { ended: true } : { code: "forbidden" };
	}

	/** Lists the audit events before one, newest first. Only for owners. */
	audit(member: Member, before: number, limit: number): { entries: AuditEntry[]; hasMore: boolean } | Refusal {
		if (member.role !== "owner") return { code: "forbidden" };
		const entries = this.#store.audit.before(before, limit + 1);
		return { entries: entries.slice(0, limit), hasMore: entries.length > limit };
	}

	describe(): ConversationInfo & { members: Member[] } {
		return { ...this.#store.info, members: this.members() };
	}

	members(): Member[] {
		return this.#store.members.list(limits.members);
	}

	update(member: Member, change: ConversationChange): ConversationInfo | Refusal {
		if (member.role !== "owner") return { code: "forbidden" };
		for (const name of this.#store.changeSettings(change)) this.#store.audit.add(`${name}_changed`, member.userId, undefined, this.#now());
		if (change.instructions !== undefined) this.#instruct(member, change.instructions);
		if (change.assistant !== undefined) this.#store.setAssistant(change.assistant);
		if (change.title !== undefined) this.#titles.set(change.title, member.userId);
		this.#titles.broadcast();
		return this.#store.info;
	}

	#instruct({ userId, username }: Member, text: string): void {
		const { instructions, info, log, audit } = this.#store;
		if (text === info.instructions) return;
		instructions.add({ text, after: log.head.seq, userId, username, at: isoTime(this.#now()) });
		audit.add("instructions_changed", userId, undefined, this.#now());
	}

	/** Lists the versions of the instructions, oldest first. */
	instructions(): { versions: InstructionsVersion[] } {
		return { versions: this.#store.instructions.versions() };
	}

	invite(member: Member, invite: NewInvite): { expiresAt: number } | Refusal {
		if (member.role !== "owner") return { code: "forbidden" };
		const now = this.#now();
		if (this.#store.invites.countLive(now) >= limits.invites) return { code: "too_many" };
		this.#store.invites.add({ ...invite, createdBy: member.userId, createdAt: now, uses: 0 }, invite.byToken ?? null);
		this.#store.audit.add("invited", member.userId, undefined, now);
		return { expiresAt: invite.expiresAt };
	}

	/** Lists the invites that still admit somebody. Only for owners. */
	invites(member: Member): { invites: LiveInvite[] } | Refusal {
		if (member.role !== "owner") return { code: "forbidden" };
		const live = this.#store.invites.live(this.#now());
		return {
			invites: live.map((invite) => ({ ...invite, createdAt: isoTime(invite.createdAt), expiresAt: isoTime(invite.expiresAt) })),
		};
	}

	revoke(member: Member, inviteId: string): { revoked: true } | Refusal {
		if (member.role !== "owner") return { code: "forbidden" };
		const now = this.#now();
		const invite = this.#store.invites.find(inviteId);
		if (!invite || !isLive(invite, now)) return { code: "not_found" };
		this.#store.invites.expire(inviteId, now);
		this.#store.audit.add("revoked", member.userId, undefined, now);
		return { revoked: true };
	}

	/** Revokes the invites that these personal tokens of a person made. */
	revokeOf(tokenIds: readonly string[], userId: string): void {
		if (!this.#store.exists) return;
		const count = this.#store.invites.expireOfTokens(tokenIds, this.#now());
		for (let n = 0; n < count; n++) this.#store.audit.add("revoked", userId, undefined, this.#now());
	}

	/**
	 * Admits a person by an invite, or lets a reader write. If an owner removed the person or changed their role, only an invite
	 * created after that counts. A person counts once for an invite, and not at all if they already have what it gives. `isInForce`: its
	 * maker may still invite.
	 */
	accept(person: NamedPerson, inviteId: string, isInForce = true): Member | Refusal {
		const invite = this.#store.exists ? this.#store.invites.find(inviteId) : undefined;
		if (!invite) return { code: "not_found" };
		const known = this.#store.members.find(person.userId);
		const admits = isInForce && isLive(invite, this.#now()) && invite.createdAt >= this.#store.members.decidedAt(person.userId);
		const isPromotion = admits && known?.role === "reader" && invite.role === "member";
		if (known && !isPromotion) {
			// Owners who remove somebody can revoke every link that the person holds.
			if (isLive(invite, this.#now())) this.#store.invites.recordUse(invite.id, person.userId);
			return known;
		}
		if (this.#store.bans.find(person.userId)) return { code: "forbidden" };
		if (!admits) return { code: "invite_expired" };
		const member = isPromotion ? this.#change(known, invite.role, invite.createdBy) : this.#add(person, invite.role);
		if (!member) return { code: "too_many" };
		this.#store.invites.countUse(invite.id, person.userId);
		return member;
	}
}

function isLive({ expiresAt, maxUses, uses }: Invite, now: number): boolean {
	return expiresAt > now && (maxUses === null || uses < maxUses);
}

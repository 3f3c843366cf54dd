// The end of a membership, for whatever reason: the member left, was removed, signed out for good or was erased. An owner
// leaves an heir, and the invites that they made end with their standing. Must not know who may end a membership.

import type { Member } from "../../protocol/conversation.ts";
import type { MemberLists } from "../ports.ts";
import type { Asides } from "../replies/asides/asides.ts";
import type { AuditAction } from "../store/audit.ts";
import type { Store } from "../store/store.ts";
import { noteChange } from "./member-changes.ts";
import type { MemberNews } from "./member-news.ts";

export class Departures {
	readonly #store: Store;
	readonly #news: MemberNews;
	readonly #lists: Pick<MemberLists, "memberChanged">;
	readonly #asides: Pick<Asides, "removeAllOf">;
	readonly #files: { releaseUnsentOf(userId: string): void };
	readonly #webhooks: { endOf(userId: string): number };
	readonly #standingChanged: (userId: string) => void;
	readonly #now: () => number;

	/** `standingChanged`: no link limits them any more. */
	constructor(parts: {
		store: Store;
		news: MemberNews;
		lists: Pick<MemberLists, "memberChanged">;
		asides: Pick<Asides, "removeAllOf">;
		files: { releaseUnsentOf(userId: string): void };
		/** What the person made that acts for them. */
		webhooks: { endOf(userId: string): number };
		standingChanged: (userId: string) => void;
		now: () => number;
	}) {
		this.#store = parts.store;
		this.#news = parts.news;
		this.#lists = parts.lists;
		this.#asides = parts.asides;
		this.#files = parts.files;
		this.#webhooks = parts.webhooks;
		this.#standingChanged = parts.standingChanged;
		this.#now = parts.now;
	}

	/**
	 * Ends a membership; `by`: the id of who ends it; `how`: its time is over. Returns the former member, or `undefined` if there is no such
	 * member.
	 */
	end(userId: string, by: string, how?: "ended"): Member | undefined {
		const member = this.#store.members.find(userId);
		if (member) this.#store.whole(() => this.#end(member, by, how));
		return member;
	}

	#end(member: Member, by: string, how?: "ended"): void {
		const { members } = this.#store;
		const { userId } = member;
		const isRemoved = by !== userId;
		if (member.role === "owner") {
			if (members.countOwners() < 2) this.#bequeath(userId, by);
			this.endWorksOf(userId, by);
		}
		members.remove(userId, isRemoved);
		this.#files.releaseUnsentOf(userId);
		if (isRemoved) members.access.decide(userId, null, this.#now());
		const change = how ?? (isRemoved ? "removed" : "left");
		noteChange(this.#store, member, { change: change === "ended" ? "left" : change }, this.#now());
		this.#store.afterwards(() => this.#ended(userId));
		if (isRemoved) this.#news.note(change, members.find(by) ?? { userId: by, username: by }, { subject: member });
		else this.#news.note(change, member);
	}

	/** Ends a membership although there is no room to say so in the audit: nobody may read for longer. For people who leave no works and no heir. */
	endWithoutRoom(userId: string): void {
		this.#store.members.remove(userId, false);
		this.#ended(userId);
	}

	#ended(userId: string): void {
		this.#asides.removeAllOf(userId);
		this.#news.left(userId);
	}

	/** Makes another member the owner. Without another member, the first person who enters becomes one. */
	#bequeath(from: string, by: string): void {
		const { members, audit } = this.#store;
		const heir = members.successor();
		if (!heir) return;
		members.setRole(heir.userId, "owner");
		const wasLimited = members.standing(heir.userId).link !== null;
		if (wasLimited) members.setStanding(heir.userId);
		audit.add("role_changed", by, heir.userId, this.#now());
		this.#store.afterwards(() => {
			this.#news.changed({ ...heir, role: "owner" }, from);
			this.#lists.memberChanged(heir.userId);
			if (wasLimited) this.#standingChanged(heir.userId);
		});
	}

	/** Invites and webhooks act in the name of an owner: they end when their maker is none any more. */
	endWorksOf(userId: string, by: string): void {
		this.#record(this.#store.invites.expireOf(userId, this.#now()), userId, by);
		this.#record(this.#webhooks.endOf(userId), userId, by, "webhook_removed");
	}

	/** Ends the invites that this person accepted. */
	endInvitesUsedBy(userId: string, by: string): void {
		this.#record(this.#store.invites.expireUsedBy(userId, this.#now()), userId, by);
	}

	#record(count: number, userId: string, by: string, action: AuditAction = "revoked"): void {
		for (let n = 0; n < count; n++) this.#store.audit.add(action, by, by === userId ? undefined : userId, this.#now());
	}
}

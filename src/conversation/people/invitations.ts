// Invites: who may make, see and revoke them, whom they admit, and what they allow the people who come by them. Must not know sockets,
// HTTP or tokens.

import { orFull } from "../../platform/full.ts";
import type { Member, MemberRole } from "../../protocol/conversation.ts";
import { isoTime } from "../../protocol/iso-time.ts";
import { limits } from "../../protocol/limits.ts";
import type { Allows, Used } from "../../protocol/people/link.ts";
import type { NamedPerson } from "../../protocol/person.ts";
import type { Refusal } from "../../protocol/refusal.ts";
import { allowsOf, limitsOf, microUsdLeft, questionsLeft, usedOf } from "../replies/money/link-rights.ts";
import { type Invite, isLimited, noLimits } from "../store/invites.ts";
import type { Standing } from "../store/members.ts";
import type { Store } from "../store/store.ts";
import type { Departures } from "./departures.ts";
import type { Membership } from "./membership.ts";

/** `byToken`: the personal token that makes it, if one does. */
export type NewInvite = Pick<Invite, "id" | "role" | "expiresAt" | "maxUses"> & { byToken?: string; allows?: Allows };
/** An invite as owners see it, with times in ISO 8601. Its id admits nobody. */
export type KnownInvite = Pick<Invite, "id" | "role" | "createdBy" | "maxUses" | "uses"> & {
	createdAt: string;
	expiresAt: string;
	allows: Allows;
	used: Used;
	isLive: boolean;
};
/** An invite as whoever has its secret sees it. */
export type Preview = { title: string; invitedBy: string; role: MemberRole; expiresAt: string; allows: Allows };

export class Invitations {
	readonly #store: Store;
	readonly #membership: Membership;
	readonly #departures: Departures;
	readonly #now: () => number;

	constructor(parts: { store: Store; membership: Membership; departures: Departures; now: () => number }) {
		this.#store = parts.store;
		this.#membership = parts.membership;
		this.#departures = parts.departures;
		this.#now = parts.now;
	}

	invite(member: Member, { allows = {}, ...invite }: NewInvite): { expiresAt: number } | Refusal {
		if (member.role !== "owner") return { code: "forbidden" };
		const now = this.#now();
		const allowed = limitsOf(allows);
		if (this.#store.invites.countLive(now) >= limits.invites) return { code: "too_many" };
		// Nobody can come whose membership would be over.
		const expiresAt = Math.min(invite.expiresAt, allowed.accessEndsAt ?? invite.expiresAt);
		const used = { uses: 0, asked: 0, microUsd: 0 };
		const added = { ...invite, ...allowed, ...used, expiresAt, createdBy: member.userId, createdAt: now, ended: 0 as const };
		this.#store.whole(() => {
			this.#store.invites.add(added, invite.byToken ?? null);
			this.#store.audit.add("invited", member.userId, undefined, now);
		});
		return { expiresAt };
	}

	/** The invites that still admit somebody; `withEnded`: also those that do not, and by which somebody is here. Only for owners. */
	invites(member: Member, { withEnded = false } = {}): { invites: KnownInvite[] } | Refusal {
		if (member.role !== "owner") return { code: "forbidden" };
		const { invites } = this.#store;
		const now = this.#now();
		const ended = withEnded ? invites.ended(now, limits.invites) : [];
		return { invites: [...invites.live(now), ...ended].map((invite) => knownOf(invite, now)) };
	}

	/** `withPeople`: removes those who came by it, also if it has ended, but no owners. */
	revoke(member: Member, inviteId: string, { withPeople = false } = {}): { removed: string[] } | Refusal {
		if (member.role !== "owner") return { code: "forbidden" };
		const { invites, members, audit } = this.#store;
		const now = this.#now();
		const invite = invites.find(inviteId);
		const people = invite && withPeople ? invites.peopleOf(inviteId).filter((userId) => members.find(userId)?.role !== "owner") : [];
		if (!invite || (!isLive(invite, now) && people.length === 0)) return { code: "not_found" };
		this.#store.whole(() => {
			if (isLive(invite, now)) {
				invites.expire(inviteId, now);
				audit.add("revoked", member.userId, undefined, now);
			}
			for (const userId of people) this.#departures.end(userId, member.userId);
		});
		return { removed: people };
	}

	/** Revokes the invites that these personal tokens of a person made. */
	revokeOf(tokenIds: readonly string[], userId: string): void {
		if (!this.#store.exists) return;
		const count = this.#store.invites.expireOfTokens(tokenIds, this.#now());
		for (let n = 0; n < count; n++) this.#store.audit.add("revoked", userId, undefined, this.#now());
	}

	/** What an invite offers, before anybody accepts it. `isInForce`: its maker may still invite. */
	preview(inviteId: string, isInForce: boolean): Preview | Refusal {
		const store = this.#store;
		const invite = store.exists ? store.invites.find(inviteId) : undefined;
		if (!invite) return { code: "not_found" };
		if (!isInForce || !isLive(invite, this.#now())) return { code: "invite_expired" };
		const { role, createdBy, expiresAt, hidesPast } = invite;
		return {
			title: store.infoFrom(hidesPast ? store.log.head.seq + 1 : 1).title,
			invitedBy: store.members.find(createdBy)?.username ?? "",
			role,
			expiresAt: isoTime(expiresAt),
			allows: allowsOf(invite, { isLeft: true }),
		};
	}

	/**
	 * Admits a person by an invite, or lets a member do more. If an owner removed the person or changed their role, only an invite created
	 * after that counts. A person counts once for an invite, and not at all if they already have what it gives. `isInForce`: its maker may
	 * still invite.
	 */
	accept(person: NamedPerson, inviteId: string, isInForce = true): Member | Refusal {
		const { invites, bans, members } = this.#store;
		const invite = this.#store.exists ? invites.find(inviteId) : undefined;
		if (!invite || this.#store.keeping.isLeft) return { code: "not_found" };
		const known = members.find(person.userId);
		const admits = isInForce && isLive(invite, this.#now()) && invite.createdAt >= members.access.decidedAt(person.userId);
		const widens = admits && known !== undefined && this.#widens(invite, known);
		if (known && !widens) {
			// Owners who remove somebody can revoke every link that the person holds.
			if (isLive(invite, this.#now())) orFull(() => invites.recordUse(invite.id, person.userId));
			return known;
		}
		if (bans.find(person.userId)) return { code: "forbidden" };
		if (!admits) return { code: "invite_expired" };
		const standing = this.#standingBy(invite, known);
		return this.#store.whole(() => {
			const member = known
				? this.#membership.set(known, { role: invite.role, standing }, invite.createdBy)
				: this.#membership.add(person, invite.role, standing);
			if (!member) return { code: "too_many" };
			invites.countUse(invite.id, person.userId);
			return member;
		});
	}

	/** Whoever is here already keeps what they may read. */
	#standingBy({ id, hidesPast, accessEndsAt, ...invite }: Invite, known: Member | undefined): Standing {
		const { members, log } = this.#store;
		const first = known ? members.standing(known.userId).from : log.head.seq + 1;
		const isLink = isLimited({ ...invite, hidesPast, accessEndsAt });
		return { link: isLink ? id : null, from: hidesPast ? first : 1, endsAt: accessEndsAt };
	}

	/** True if it gives a member more of something and less of nothing. */
	#widens(invite: Invite, known: Member): boolean {
		if (known.role === "owner") return false;
		const { members, invites } = this.#store;
		const standing = members.standing(known.userId);
		const link = standing.link === null ? undefined : invites.find(standing.link);
		const [before, after] = [link && rightsOf(link, known.role), rightsOf(invite, invite.role)];
		const has = [...(before ?? rightsOf(noUse, known.role)), standing.endsAt ?? Number.POSITIVE_INFINITY, standing.from > 1 ? 0 : 1];
		const gives = [...after, invite.accessEndsAt ?? Number.POSITIVE_INFINITY, standing.from > 1 && invite.hidesPast ? 0 : 1];
		return gives.every((right, n) => right >= (has[n] as number)) && gives.some((right, n) => right > (has[n] as number));
	}
}

/** As if somebody had come by a link that limits nothing. */
const noUse = { ...noLimits, asked: 0, microUsd: 0 };

/** Readers may ask nothing, whatever else a link says. */
function rightsOf(link: Pick<Invite, keyof typeof noUse>, role: MemberRole): number[] {
	return role === "reader"
		? [0, 0, 0]
		: [1, questionsLeft(link) ?? Number.POSITIVE_INFINITY, microUsdLeft(link) ?? Number.POSITIVE_INFINITY];
}

function knownOf(invite: Invite, now: number): KnownInvite {
	const { id, role, createdBy, createdAt, expiresAt, maxUses, uses } = invite;
	const times = { createdAt: isoTime(createdAt), expiresAt: isoTime(expiresAt) };
	return { id, role, createdBy, ...times, maxUses, uses, allows: allowsOf(invite), used: usedOf(invite), isLive: isLive(invite, now) };
}

function isLive({ ended, expiresAt, maxUses, uses }: Invite, now: number): boolean {
	return ended === 0 && expiresAt > now && (maxUses === null || uses < maxUses);
}

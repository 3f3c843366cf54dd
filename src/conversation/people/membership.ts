// The members of a conversation: its creation, roles, and the end of a membership. Must not know sockets, HTTP or tokens.

import { orFull } from "../../platform/full.ts";
import type { ClaudeChange, InstructionsVersion } from "../../protocol/claude-settings.ts";
import type { AssistantMode, ConversationInfo, Member, MemberRole } from "../../protocol/conversation.ts";
import { isoTime } from "../../protocol/iso-time.ts";
import { limits } from "../../protocol/limits.ts";
import type { Notice } from "../../protocol/people/notice.ts";
import type { NamedPerson, Person } from "../../protocol/person.ts";
import { isRefusal, type Refusal } from "../../protocol/refusal.ts";
import type { MemberLists } from "../ports.ts";
import type { Titles } from "../replies/title.ts";
import type { AuditAction, AuditEntry } from "../store/audit.ts";
import type { RetentionChange } from "../store/keeping.ts";
import { ordinary, type Standing } from "../store/members.ts";
import type { Store } from "../store/store.ts";
import type { Departures } from "./departures.ts";
import { noteChange } from "./member-changes.ts";
import type { MemberNews } from "./member-news.ts";
import type { Roster } from "./roster.ts";

/** What is left out stays as it is. `may`: `null` lifts what a link limits. */
export type MemberChange = { role?: MemberRole | undefined; may?: null | undefined };

/** What is left out stays as it is. */
export type ConversationChange = ClaudeChange & { title?: string | undefined; assistant?: AssistantMode | undefined } & RetentionChange;

export class Membership {
	readonly #store: Store;
	readonly #roster: Roster;
	readonly #news: MemberNews;
	readonly #lists: MemberLists;
	readonly #titles: Titles;
	readonly #departures: Departures;
	readonly #standingChanged: (userId: string) => void;
	readonly #now: () => number;

	/** `standingChanged`: their own clients must learn that they may see more. */
	constructor(parts: {
		store: Store;
		roster: Roster;
		news: MemberNews;
		lists: MemberLists;
		titles: Titles;
		departures: Departures;
		standingChanged: (userId: string) => void;
		now: () => number;
	}) {
		this.#store = parts.store;
		this.#roster = parts.roster;
		this.#news = parts.news;
		this.#lists = parts.lists;
		this.#titles = parts.titles;
		this.#departures = parts.departures;
		this.#standingChanged = parts.standingChanged;
		this.#now = parts.now;
	}

	create(conversation: { id: string; title: string; lineage: string }, owner: NamedPerson): ConversationInfo {
		this.#store.whole(() => {
			this.#store.create(conversation, owner, this.#now());
			this.#store.audit.add("created", owner.userId, undefined, this.#now());
		});
		this.#lists.memberChanged(owner.userId);
		return this.#store.info;
	}

	/** Finds a member, including one who would become a member by a token that grants the conversation. Changes nothing. */
	find({ userId, username }: Person, isGranted: boolean): Member | undefined {
		if (!this.#store.exists) return undefined;
		const known = this.#store.members.find(userId);
		if (known || !isGranted || this.#isKeptOut(userId) || this.#store.keeping.isLeft) return known;
		// A conversation that everybody has left belongs to the first person who enters it.
		if (this.#store.members.count === 0) return { userId, username, role: "owner" };
		return { userId, username, role: this.#store.members.access.isDemoted(userId) ? "reader" : "member" };
	}

	#isKeptOut(userId: string): boolean {
		return this.#store.members.access.isBarred(userId) || this.#store.bans.find(userId) !== undefined;
	}

	/** Finds a member who has come, a program as its owner. Stores whether they are a guest still. */
	meet(person: NamedPerson): Member | undefined {
		const known = this.find(person, false);
		const { members } = this.#store;
		const { userId, isAccount } = person;
		// Without room for it they are let in all the same: reading goes on.
		if (known && isAccount !== undefined && members.isGuest(userId) === isAccount) orFull(() => members.setAccount(userId, isAccount));
		return known;
	}

	/** Finds a member and stores the result: a granted person becomes a member, and a name that was given later replaces the old one. */
	join(person: NamedPerson, isGranted: boolean): Member | undefined {
		const member = this.find(person, isGranted);
		if (!member) return undefined;
		const known = this.meet(person);
		if (!known) return this.add(person, member.role);
		const { username, namedAt } = person;
		const isNewer = namedAt !== undefined && namedAt >= this.#store.members.namedAt(person.userId);
		const renamed = isNewer && orFull(() => this.#rename(known, username, namedAt));
		return renamed && !isRefusal(renamed) ? renamed : known;
	}

	/** Does nothing for a person who is not a member. */
	rename(person: NamedPerson): void {
		const known = this.meet(person);
		if (known) this.#rename(known, person.username);
	}

	#rename(known: Member, username: string, namedAt = 0): Member {
		const named = { ...known, username };
		if (known.username === username) return named;
		this.#store.whole(() => {
			this.#store.members.rename(known.userId, username, namedAt);
			noteChange(this.#store, named, { change: "renamed", formerName: known.username }, this.#now());
			this.#store.afterwards(() => this.#news.changed(named));
		});
		return named;
	}

	/** `standing`: what the link by which they come allows. `undefined` if there is no room. */
	add({ userId, username, namedAt, isAccount }: NamedPerson, role: MemberRole, standing?: Standing): Member | undefined {
		if (this.#store.members.count >= limits.members) return undefined;
		const member = { userId, username, role };
		this.#store.whole(() => {
			this.#store.members.add({ ...member, namedAt, isAccount, ...standing }, this.#now());
			noteChange(this.#store, member, { change: "joined" }, this.#now());
			this.#store.afterwards(() => {
				this.#news.joined(member);
				this.#lists.memberChanged(userId);
			});
			this.#news.note("joined", member);
		});
		return member;
	}

	/** Only for owners. Making another member an owner hands over the conversation, or shares it: no link limits an owner. */
	change(member: Member, userId: string, { role, may }: MemberChange): Member | Refusal {
		if (member.role !== "owner") return { code: "forbidden" };
		const { members } = this.#store;
		const known = members.find(userId);
		if (!known) return { code: "not_found" };
		const isLifted = members.standing(userId).link !== null && (may === null || role === "owner");
		const isOther = role !== undefined && role !== known.role;
		if (isOther && known.role === "owner" && members.countOwners() < 2) return { code: "last_owner" };
		return this.#store.whole(() => {
			if (isOther) members.access.decide(userId, role, this.#now());
			if (isOther && known.role === "owner") this.#departures.endWorksOf(userId, member.userId);
			return this.set(known, { role: role ?? known.role, ...(isLifted && { standing: ordinary }) }, member.userId);
		});
	}

	/** Sets what is different. Without a `standing`, theirs stays. To be called in a step. */
	set(known: Member, { role, standing }: { role: MemberRole; standing?: Standing }, by: string): Member {
		const { members, audit } = this.#store;
		const { userId } = known;
		const subject = by === userId ? undefined : userId;
		if (role !== known.role) {
			members.setRole(userId, role);
			audit.add("role_changed", by, subject, this.#now());
		}
		if (standing) {
			members.setStanding(userId, standing);
			audit.add("limits_changed", by, subject, this.#now());
		}
		const changed = { ...known, role };
		const shown = () => this.#roster.shown([changed])[0] ?? changed;
		if (role === known.role && !standing) return shown();
		this.#store.afterwards(() => {
			this.#news.changed(changed);
			this.#lists.memberChanged(userId);
			if (standing) this.#standingChanged(userId);
		});
		return shown();
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
		this.#store.whole(() => {
			this.#departures.end(userId, member.userId);
			if (revokesUsedInvites && !isLeaving) this.#departures.endInvitesUsedBy(userId, member.userId);
		});
		return { removed: found };
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

	/** The notices after one message and before another one, oldest first. A link that hides the past hides those from before the joining. */
	noticesFor(userId: string, after: number, before: number): { notices: Notice[] } {
		const { members, audit } = this.#store;
		return { notices: audit.notices({ after, before, ...(members.standing(userId).from > 1 && { joined: userId }) }) };
	}

	update(member: Member, change: ConversationChange): ConversationInfo | Refusal {
		if (member.role !== "owner") return { code: "forbidden" };
		this.#store.whole(() => this.#set(member, change));
		this.#titles.broadcast();
		return this.#store.info;
	}

	#set(member: Member, { instructions, assistant, retentionDays, title, ...settings }: ConversationChange): void {
		const { audit, keeping } = this.#store;
		const note = (action: AuditAction) => audit.add(action, member.userId, undefined, this.#now());
		for (const name of this.#store.changeSettings(settings)) note(`${name}_changed`);
		if (instructions !== undefined) this.#instruct(member, instructions);
		if (assistant !== undefined) this.#store.setAssistant(assistant);
		if (keeping.setDays(retentionDays)) note("retention_changed");
		if (title !== undefined) this.#retitle(member, title);
	}

	#retitle(member: Member, title: string): void {
		const former = this.#store.info.title;
		this.#titles.set(title, member.userId);
		if (title !== former) this.#news.note("title_changed", member, { title });
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

	/** Those that have held since this person may read, oldest first. */
	instructionsFor(userId: string): InstructionsVersion[] {
		const { versions } = this.instructions();
		const { from } = this.#store.members.standing(userId);
		const first = from === 1 ? 0 : versions.findLastIndex(({ after }) => after < from);
		return versions.slice(Math.max(0, first));
	}
}

// Lists the members of a conversation: everybody where they are few. Where they are many, page by page by name, and beside messages those who
// matter for what is shown. Must not know who may see the list.

import type { LinkedMember } from "../../protocol/archive.ts";
import type { ConversationInfo, Member } from "../../protocol/conversation.ts";
import type { ClientEvent, ServerEvent } from "../../protocol/events.ts";
import { limits } from "../../protocol/limits.ts";
import type { Message } from "../../protocol/message.ts";
import type { May } from "../../protocol/people/link.ts";
import type { MemberPage, MemberQuery } from "../../protocol/people/members.ts";
import { claude } from "../../protocol/person.ts";
import type { Refusal } from "../../protocol/refusal.ts";
import { mayOf } from "../replies/money/link-rights.ts";
import type { Store } from "../store/store.ts";
import { findByName, firstPlace, type NameSource, parsePlace, placeText, sourceOf } from "./found.ts";

/** Enough of a link's id to tell it from others. An import marks it. */
const linkLength = 12;
/** Owners who are named to everybody in a large conversation. */
const mostOwners = 20;

type MemberRequest = Extract<ClientEvent, { type: "chat:list-members" }>;

/** The members who are named, and how many there are. */
type Named = { members: Member[]; memberCount: number };

/** The conversation and its members; `may`: what the person may for whom it is described. */
export type Described = ConversationInfo & Named & { may?: May };

export class Roster {
	readonly #store: Store;

	constructor(store: Store) {
		this.#store = store;
	}

	/** The conversation as this person may see it, or all of it without a person. A large one names only the person and the owners. */
	describe(userId?: string): Described {
		const { members } = this.#store;
		const from = userId === undefined ? 1 : members.standing(userId).from;
		const may = userId === undefined ? undefined : mayOf(this.#store, userId);
		const named = members.all ?? this.#whoMatters(userId, []);
		return { ...this.#store.infoFrom(from), members: this.shown(named), memberCount: members.count, ...(may && { may }) };
	}

	/** Beside messages: how many members there are. In a large conversation also who is in the messages, besides the person and the owners. */
	besides(userId: string, messages: readonly Message[]): { memberCount: number; members?: Member[] } {
		return { memberCount: this.#store.members.count, ...this.namedIn(userId, messages) };
	}

	/** In a large conversation, whoever is in the messages, besides the person and the owners. */
	namedIn(userId: string, messages: readonly Message[]): { members?: Member[] } {
		return this.#store.members.areMany ? { members: this.shown(this.#whoMatters(userId, messages)) } : {};
	}

	#whoMatters(userId: string | undefined, messages: readonly Message[]): Member[] {
		const { members } = this.#store;
		const ids = new Set(userId === undefined ? [] : [userId]);
		for (const owner of members.owners(mostOwners)) ids.add(owner.userId);
		for (const id of peopleIn(messages)) {
			if (ids.size >= limits.namedMembers) break;
			if (id !== claude.userId) ids.add(id);
		}
		return members.findEach(ids);
	}

	/** A page of the members by name, or of those whose names have these words. */
	page({ q = "", after, limit }: MemberQuery): MemberPage | Refusal {
		const place = after === undefined ? firstPlace : parsePlace(after);
		if (!place) return { code: "bad_request", text: "`after` is the `next` of the page before." };
		const { members } = this.#store;
		const { people, next } = findByName(this.names, q, place, limit);
		const found = this.shown(members.findEach(people.map(({ userId }) => userId)));
		return { members: found, memberCount: members.count, ...(next && { next: placeText(next) }) };
	}

	/** The same, as the answer to a request over a socket. */
	answer({ conversationId, clientId, ...query }: MemberRequest): Extract<ServerEvent, { type: "chat:member-page" }> | Refusal {
		const page = this.page(query);
		return "code" in page ? page : { type: "chat:member-page", conversationId, clientId, ...page };
	}

	/** Where members are found by name. */
	get names(): NameSource {
		const { all, names } = this.#store.members;
		if (all) return sourceOf(all);
		names.complete();
		return names;
	}

	/** Some members after one in the order of their ids, with their links, for a file. */
	linked(after: string, limit: number): LinkedMember[] {
		const { members } = this.#store;
		return this.shown(members.list(limit, after)).map(({ may, ...member }) => {
			const { link } = members.standing(member.userId);
			return { ...member, ...(may && link !== null && { may: { ...may, link: link.replace(/^(imported-)+/, "").slice(0, linkLength) } }) };
		});
	}

	/** With what a link lets them do. */
	shown(listed: readonly Member[]): Member[] {
		const { members, invites } = this.#store;
		// Many come by one link.
		const ids = new Set(listed.flatMap(({ userId }) => members.standing(userId).link ?? []));
		const links = new Map([...ids].map((id) => [id, invites.find(id)]));
		return listed.map((member) => {
			const link = links.get(members.standing(member.userId).link ?? "");
			return link ? { ...member, may: mayOf(this.#store, member.userId, link) ?? {} } : member;
		});
	}
}

/** The people whose names somebody needs who reads these messages, newest messages first: authors first, then who is mentioned, then who reacted. */
function* peopleIn(messages: readonly Message[]): Iterable<string> {
	const newestFirst = messages.toReversed();
	for (const { author, quoted } of newestFirst) {
		yield author.userId;
		if (quoted) yield quoted.author.userId;
	}
	for (const { mentions = [], pinned } of newestFirst) {
		for (const { userId } of mentions) yield userId;
		if (pinned) yield pinned.userId;
	}
	for (const { reactions = [] } of newestFirst) for (const { userIds } of reactions) yield* userIds;
}

// Tells everybody who became a member, changed and left: by name while the members are few, and by their number above that. Notes such acts
// and new titles in the audit, as notices that members see.

import type { Member } from "../../protocol/conversation.ts";
import { limits } from "../../protocol/limits.ts";
import type { Person } from "../../protocol/person.ts";
import type { Clients } from "../ports.ts";
import type { AuditAction } from "../store/audit.ts";
import type { Store } from "../store/store.ts";
import { Coalesced } from "./coalesced.ts";
import type { Roster } from "./roster.ts";

export class MemberNews {
	readonly #store: Store;
	readonly #roster: Roster;
	readonly #clients: Pick<Clients, "broadcast">;
	readonly #count: Coalesced;
	readonly #now: () => number;

	constructor(parts: { store: Store; roster: Roster; clients: Pick<Clients, "broadcast">; now: () => number }) {
		this.#store = parts.store;
		this.#roster = parts.roster;
		this.#clients = parts.clients;
		this.#count = new Coalesced(() => this.#tellCount(), limits.memberInterval, parts.now);
		this.#now = parts.now;
	}

	/**
	 * Notes an act in the audit. Members are told of it, but for who joins and leaves where they are many. To be called in the step of the
	 * act, after what it changes. `title`: the new one; an empty one is no notice.
	 */
	note(action: AuditAction, actor: Person, { subject, title }: { subject?: Person; title?: string } = {}): void {
		const { members, audit, log, info } = this.#store;
		const isTold = title === undefined ? !members.areMany : title !== "";
		const names = { actor: actor.username, ...(subject && { subject: subject.username }), ...(title !== undefined && { title }) };
		const noticed = isTold ? { after: log.head.seq, ...names } : undefined;
		const notice = audit.add(action, actor.userId, subject?.userId, this.#now(), noticed);
		if (!notice) return;
		const { userId } = subject ?? actor;
		// Nothing is sent any more to somebody who is no member.
		const exceptUser = members.find(userId) ? undefined : userId;
		this.#store.afterwards(() => this.#clients.broadcast({ type: "chat:notice", conversationId: info.id, notice }, exceptUser));
	}

	/** They have become a member. */
	joined(member: Member): void {
		if (this.#store.members.areMany) this.#count.request();
		else this.changed(member);
	}

	/** They have another role, name or allowance. `exceptUser`: whose clients are not told. */
	changed(member: Member, exceptUser?: string): void {
		const [shown = member] = this.#roster.shown([member]);
		this.#clients.broadcast({ type: "chat:member", conversationId: this.#store.info.id, member: shown }, exceptUser);
	}

	/** They are no member any more. */
	left(userId: string): void {
		const { members, info } = this.#store;
		// With the last one above the limit, everybody is told again who the members are.
		if (members.count >= limits.namedMembers) this.#count.request();
		else this.#clients.broadcast({ type: "chat:member-left", conversationId: info.id, userId }, userId);
	}

	#tellCount(): void {
		const store = this.#store;
		if (!store.exists) return;
		const { all, count } = store.members;
		const members = all && { members: this.#roster.shown(all) };
		this.#clients.broadcast({ type: "chat:members", conversationId: store.info.id, memberCount: count, ...members });
	}
}

// What members may ask of a conversation beside its socket, each call by its name. A stranger comes no further than its door, the object.

import type { AssistantMode, ConversationInfo, Member, MemberRole } from "../protocol/conversation.ts";
import { limits } from "../protocol/limits.ts";
import type { Version } from "../protocol/message.ts";
import type { Refusal } from "../protocol/refusal.ts";
import type { Found } from "../protocol/search-result.ts";
import { type ExportFormat, type ExportPiece, type ExportPlace, exportPiece } from "./archive/export.ts";
import type { Conversation, History, Place } from "./conversation.ts";
import { search } from "./messages/search.ts";
import type { LiveInvite, Membership, NewInvite } from "./people/membership.ts";
import type { Filter } from "./store/log.ts";
import type { AuditEntry, Store } from "./store/store.ts";

export class Calls {
	readonly #store: Store;
	readonly #conversation: Pick<Conversation, "history" | "versions">;
	readonly #membership: Membership;

	constructor(parts: { store: Store; conversation: Pick<Conversation, "history" | "versions">; membership: Membership }) {
		this.#store = parts.store;
		this.#conversation = parts.conversation;
		this.#membership = parts.membership;
	}

	describe(_member: Member): ConversationInfo & { members: Member[] } {
		return this.#membership.describe();
	}

	update(member: Member, change: { title?: string; assistant?: AssistantMode }): ConversationInfo | Refusal {
		return this.#membership.update(member, change);
	}

	/** The messages at a place, oldest first. */
	history(_member: Member, place: Place, limit: number): History {
		return this.#conversation.history(place, limit);
	}

	/** What was said of this before a place, newest first. */
	search(_member: Member, text: string, before: number, limit: number, filter: Filter): { results: Found[]; hasMore: boolean } {
		return search(this.#store.log, text, before, limit, filter);
	}

	/** What a reply said before it was asked for again, oldest first. */
	versions(_member: Member, messageId: string): { versions: Version[] } | Refusal {
		return this.#conversation.versions(messageId);
	}

	/** The next piece of an export. Whoever may read a conversation may keep it: there is nothing in it that could not be read page by page. */
	exportPiece(_member: Member, format: ExportFormat, place: ExportPlace): Promise<ExportPiece> {
		const source = {
			describe: () => this.#membership.describe(),
			messages: (after: number) => this.#conversation.history({ after }, limits.exportPiece.messages),
			versionsOf: (seq: number) => this.#store.log.versions.of(seq),
		};
		return exportPiece(source, format, place);
	}

	invite(member: Member, invite: NewInvite): { expiresAt: number } | Refusal {
		return this.#membership.invite(member, invite);
	}

	members(_member: Member): { members: Member[] } {
		return { members: this.#membership.members() };
	}

	setRole(member: Member, userId: string, role: MemberRole): Member | Refusal {
		return this.#membership.setRole(member, userId, role);
	}

	invites(member: Member): { invites: LiveInvite[] } | Refusal {
		return this.#membership.invites(member);
	}

	revoke(member: Member, inviteId: string): { revoked: true } | Refusal {
		return this.#membership.revoke(member, inviteId);
	}

	audit(member: Member, before: number, limit: number): { entries: AuditEntry[]; hasMore: boolean } | Refusal {
		return this.#membership.audit(member, before, limit);
	}
}

export type CallName = keyof Calls;
export type CallArguments<N extends CallName> = Parameters<Calls[N]> extends [Member, ...infer Rest] ? Rest : never;
/** What a call answers where it is not refused. */
export type Answer<N extends CallName> = Exclude<Awaited<ReturnType<Calls[N]>>, Refusal>;

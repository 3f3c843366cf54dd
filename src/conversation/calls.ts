// The calls that the Worker makes on behalf of a person, as typed RPC methods. Each asks again whether that person
// is a member; a stranger gets `not_found`.

import { RpcTarget } from "cloudflare:workers";
import type { Identity } from "../auth/tokens.ts";
import type { AssistantMode, ConversationInfo, Member, MemberRole } from "../protocol/conversation.ts";
import { closeCodes } from "../protocol/errors.ts";
import type { MessageInput } from "../protocol/events.ts";
import { limits } from "../protocol/limits.ts";
import type { Message, Version } from "../protocol/message.ts";
import type { Refusal } from "../protocol/refusal.ts";
import type { SearchResult } from "../protocol/search-result.ts";
import { type ExportFormat, type ExportPiece, type ExportPlace, exportPiece } from "./archive/export.ts";
import type { Page, Place } from "./messages/history.ts";
import { search } from "./messages/search.ts";
import type { LiveInvite, NewInvite } from "./people/membership.ts";
import type { AuditEntry } from "./store/audit.ts";
import type { Filter } from "./store/log-reader.ts";
import type { Parts } from "./wiring.ts";

export class Calls extends RpcTarget {
	readonly #parts: Parts;
	readonly #identity: Identity;

	constructor(parts: Parts, identity: Identity) {
		super();
		this.#parts = parts;
		this.#identity = identity;
	}

	#asMember<T>(act: (member: Member) => T): T | Refusal {
		return this.#parts.admission.asMember(this.#identity, act);
	}

	describe(): (ConversationInfo & { members: Member[] }) | Refusal {
		return this.#asMember(() => this.#parts.membership.describe());
	}

	update(change: { title?: string; assistant?: AssistantMode }): ConversationInfo | Refusal {
		return this.#asMember((member) => this.#parts.membership.update(member, change));
	}

	/** Sends a message without a socket. A person to whom the issuer grants the conversation becomes a member by it. */
	say(said: MessageInput): { message: Message; isNew: boolean } | Refusal {
		const person = this.#parts.admission.enter(this.#identity);
		return "code" in person ? person : this.#parts.conversation.say(person, said);
	}

	/** The messages at a place, oldest first. */
	history(place: Place, limit: number): Page | Refusal {
		return this.#asMember(() => this.#parts.conversation.history.page(place, limit));
	}

	/** The messages before a place that contain the words of `text`, newest first. */
	search(text: string, before: number, limit: number, filter: Filter): { results: SearchResult[]; hasMore: boolean } | Refusal {
		return this.#asMember(() => search(this.#parts.store.reader, text, before, limit, filter));
	}

	/** The former versions of a reply, oldest first. */
	versions(messageId: string): { versions: Version[] } | Refusal {
		return this.#asMember(() => this.#parts.conversation.history.versions(messageId));
	}

	/** The next piece of an export. Any member may export: it contains nothing that they cannot read page by page. */
	async exportPiece(format: ExportFormat, place: ExportPlace): Promise<ExportPiece | Refusal> {
		const { membership, conversation, store } = this.#parts;
		const source = {
			describe: () => membership.describe(),
			messages: (after: number) => conversation.history.page({ after }, limits.exportPiece.messages),
			versionsOf: (seq: number) => store.log.versions.of(seq),
		};
		return this.#asMember(() => exportPiece(source, format, place));
	}

	members(): { members: Member[] } | Refusal {
		return this.#asMember(() => ({ members: this.#parts.membership.members() }));
	}

	setRole(userId: string, role: MemberRole): Member | Refusal {
		return this.#asMember((member) => this.#parts.membership.setRole(member, userId, role));
	}

	/** Ends a membership, one's own or as an owner another person's, and disconnects whoever held it. */
	async remove(userId: string): Promise<{ removed: true } | Refusal> {
		const { membership, removals, sockets } = this.#parts;
		const removed = this.#asMember((member) => membership.remove(member, userId));
		if ("code" in removed) return removed;
		sockets.close(userId, closeCodes.removed, "no longer a member");
		await removals.removeFor(userId);
		return { removed: true };
	}

	invite(invite: NewInvite): { expiresAt: number } | Refusal {
		return this.#asMember((member) => this.#parts.membership.invite(member, invite));
	}

	invites(): { invites: LiveInvite[] } | Refusal {
		return this.#asMember((member) => this.#parts.membership.invites(member));
	}

	revoke(inviteId: string): { revoked: true } | Refusal {
		return this.#asMember((member) => this.#parts.membership.revoke(member, inviteId));
	}

	audit(before: number, limit: number): { entries: AuditEntry[]; hasMore: boolean } | Refusal {
		return this.#asMember((member) => this.#parts.membership.audit(member, before, limit));
	}

	/** Deletes the conversation. */
	async end(): Promise<{ ended: true } | Refusal> {
		const ended = this.#asMember((member) => this.#parts.membership.end(member));
		if ("ended" in ended) await this.#parts.deletion.begin();
		return ended;
	}
}

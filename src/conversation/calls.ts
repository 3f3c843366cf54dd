// The calls that the Worker makes on behalf of a person, as typed RPC methods. Each asks again whether that person
// is a member; a stranger gets `not_found`.

import { mayRead } from "../auth/personal-token.ts";
import type { Identity } from "../auth/tokens.ts";
import type { Period } from "../money/periods.ts";
import type { InstructionsVersion } from "../protocol/claude-settings.ts";
import type { ConversationInfo, Member, MemberRole } from "../protocol/conversation.ts";
import { closeCodes } from "../protocol/errors.ts";
import type { MessageInput } from "../protocol/events.ts";
import type { Message, Version } from "../protocol/message.ts";
import type { UsageReport } from "../protocol/money/usage.ts";
import type { MemberPage, MemberQuery } from "../protocol/people/members.ts";
import type { Notice } from "../protocol/people/notice.ts";
import type { Person } from "../protocol/person.ts";
import { isRefusal, type Refusal } from "../protocol/refusal.ts";
import { ArchiveCalls } from "./archive/calls.ts";
import type { ExportPlace } from "./archive/export.ts";
import { AsideCalls } from "./aside-calls.ts";
import { FileCalls } from "./file-calls.ts";
import { MemoryCalls } from "./memory-calls.ts";
import type { History, Page, Place } from "./messages/history.ts";
import { type SearchPage, search } from "./messages/search.ts";
import { type Sent, withoutOthers } from "./messages/sending.ts";
import { priceOfPage, prices, type Read, readOf } from "./messages/work-rate.ts";
import { usageIn } from "./money.ts";
import { membersNamed } from "./people/found.ts";
import type { KnownInvite, NewInvite } from "./people/invitations.ts";
import type { ConversationChange, MemberChange } from "./people/membership.ts";
import type { Described } from "./people/roster.ts";
import type { AuditEntry } from "./store/audit.ts";
import type { Ban } from "./store/bans.ts";
import type { Filter } from "./store/log-reader.ts";
import { WebhookCalls } from "./webhooks/calls.ts";
import type { Parts } from "./wiring.ts";

export class Calls extends WebhookCalls {
	readonly #parts: Parts;
	readonly #identity: Identity;

	constructor(parts: Parts, identity: Identity) {
		super(parts, identity);
		this.#parts = parts;
		this.#identity = identity;
	}

	#asMember<T>(act: (member: Member) => T, price?: number): T | Refusal {
		return this.#parts.admission.asMember(this.#identity, act, price);
	}

	/** Counts what the caller has read, and returns it. */
	#counted<T>(result: T, read: Read): T {
		this.#parts.work.count(this.#identity, this.#parts.now(), read);
		return result;
	}

	get #history(): History {
		return this.#parts.conversation.history(this.#identity.userId);
	}

	#page<T extends { messages: Message[] }>(page: T): T {
		return this.#counted(page, readOf(page.messages));
	}

	#listed<T extends object>(list: T | Refusal, rowsOf: (list: T) => readonly unknown[]): T | Refusal {
		return isRefusal(list) ? list : this.#counted(list, { rows: rowsOf(list).length, length: 0 });
	}

	describe(): Described | Refusal {
		return this.#asMember(({ userId }) => this.#listed(this.#parts.roster.describe(userId), ({ members }) => members));
	}

	/** Tells a program that may not read only what it has set. */
	update(change: ConversationChange): ConversationInfo | Refusal {
		if (change.retentionDays !== undefined && this.#identity.program)
			return { code: "forbidden", text: "A program may not set how long messages are kept: it could delete all of them." };
		const changed = this.#asMember((member) => this.#parts.membership.update(member, change), prices.change);
		if (change.retentionDays !== undefined) this.#parts.retention.changed();
		if ("code" in changed || mayRead(this.#identity)) return changed;
		const { title = "", instructions = "" } = change;
		return { ...changed, title, instructions };
	}

	/** The versions of the instructions, newest first. */
	instructions(): { versions: InstructionsVersion[] } | Refusal {
		return this.#asMember(() => {
			const versions = this.#parts.membership.instructionsFor(this.#identity.userId);
			const length = versions.reduce((sum, { text }) => sum + text.length, 0);
			return this.#counted({ versions: versions.reverse() }, { rows: versions.length, length });
		});
	}

	/** Sends a message without a socket, and waits until it is known whether Claude is asked. A person to whom the issuer grants the conversation becomes a member by it. */
	async say(input: MessageInput, asksNobody = false): Promise<Sent | Refusal> {
		const { admission, conversation, work, now } = this.#parts;
		const by = admission.requester(this.#identity);
		const busy = work.begin(by, now());
		if (busy) return busy;
		work.count(by, now(), { rows: 1, length: input.content.length });
		const refused = await admission.refuseBefore(this.#identity);
		if (refused) return refused;
		const person = admission.enter(this.#identity);
		if ("code" in person) return person;
		const said = conversation.say(person, input, this.#identity, asksNobody);
		if ("code" in said) return said;
		const sent = said.isNew && said.message.asksClaude ? await this.#withNotice(said) : said;
		if (mayRead(this.#identity)) return sent;
		return { ...sent, message: withoutOthers(sent.message, input) };
	}

	/** If nobody can pay for the reply, the message no longer asks. */
	async #withNotice(sent: Sent): Promise<Sent> {
		const { replies, store } = this.#parts;
		const notice = await replies.noticeOf(sent.message.id);
		const message = notice && store.exists ? store.readerFor(this.#identity.userId).message(sent.message.id) : undefined;
		return notice ? { ...sent, message: message ?? sent.message, notice } : sent;
	}

	aboutAsides(): AsideCalls {
		return new AsideCalls(this.#parts, this.#identity);
	}

	aboutFiles(): FileCalls {
		return new FileCalls(this.#parts, this.#identity);
	}

	/** The messages at a place, oldest first; in a large conversation with the members who are in them. */
	history(place: Place, limit: number): (Page & { members?: Member[] }) | Refusal {
		return this.#asMember(({ userId }) => {
			const page = this.#page(this.#history.page(place, limit));
			return { ...page, ...this.#parts.roster.namedIn(userId, page.messages) };
		});
	}

	/** The messages before a place that contain the words of `text`, newest first, and the members in whose names they are. */
	search(text: string, before: number, limit: number, filter: Filter): (SearchPage & { people: Person[] }) | Refusal {
		return this.#asMember(({ userId }) => {
			const page = search(this.#parts.store.readerFor(userId), text, before, limit, filter);
			const people = membersNamed(text, this.#parts.roster.names, userId);
			return this.#counted({ ...page, people }, readOf(page.results.map(({ message }) => message)));
		}, prices.search);
	}

	/** The former versions of a reply, oldest first. */
	versions(messageId: string): { versions: Version[] } | Refusal {
		return this.#asMember(() => {
			const former = this.#history.versions(messageId);
			return "code" in former ? former : this.#counted(former, readOf(former.versions));
		});
	}

	seen(messageId: string) {
		return new MemoryCalls(this.#parts, this.#identity).seen(messageId);
	}

	summary() {
		return new MemoryCalls(this.#parts, this.#identity).summary();
	}

	catchUp(after: number | undefined) {
		return new MemoryCalls(this.#parts, this.#identity).catchUp(after);
	}

	/** The pinned messages, the latest pin first. */
	pins(): { messages: Message[] } | Refusal {
		return this.#asMember(() => this.#page(this.#history.pins()));
	}

	get #archive(): ArchiveCalls {
		return new ArchiveCalls(this.#parts, this.#identity);
	}

	exportPiece(place: ExportPlace) {
		return this.#archive.exportPiece(place);
	}

	exportPage(place: ExportPlace) {
		return this.#archive.exportPage(place);
	}

	beginFork(upTo: number) {
		return this.#archive.beginFork(upTo);
	}

	forkTitle(upTo: number) {
		return this.#archive.forkTitle(upTo);
	}

	forkHead(upTo: number) {
		return this.#archive.forkHead(upTo);
	}

	forkPiece(upTo: number, place: ExportPlace) {
		return this.#archive.forkPiece(upTo, place);
	}

	/** A page of the members by name. */
	members(query: MemberQuery): MemberPage | Refusal {
		return this.#asMember(() => this.#listed(this.#parts.roster.page(query), ({ members }) => members), priceOfPage(query));
	}

	changeMember(userId: string, change: MemberChange): Member | Refusal {
		return this.#asMember(
			(member): Member | Refusal =>
				this.#mayChange(userId, change.role) ? this.#parts.membership.change(member, userId, change) : { code: "forbidden" },
			prices.change,
		);
	}

	/** A program makes, changes and removes no owners: that would outlast its token. */
	#mayChange(userId: string, role?: MemberRole): boolean {
		const isOwner = role === "owner" || this.#parts.store.members.find(userId)?.role === "owner";
		return !(this.#identity.program && isOwner);
	}

	/** Ends a membership, one's own or as an owner another person's, and disconnects whoever held it. */
	async remove(userId: string, how: { revokesUsedInvites?: boolean } = {}): Promise<{ removed: true } | Refusal> {
		const { membership } = this.#parts;
		const removed = this.#asMember(
			(member): ReturnType<typeof membership.remove> =>
				this.#mayChange(userId) ? membership.remove(member, userId, how) : { code: "forbidden" },
			prices.change,
		);
		if ("code" in removed) return removed;
		await this.#disconnect(userId);
		return { removed: true };
	}

	async ban(userId: string, how: { revokesUsedInvites?: boolean } = {}): Promise<Ban | Refusal> {
		const wasMember = this.#parts.store.exists && this.#parts.store.members.find(userId) !== undefined;
		const banned = this.#asMember(
			(member): Ban | Refusal => (this.#mayChange(userId) ? this.#parts.bannings.ban(member, userId, how) : { code: "forbidden" }),
			prices.change,
		);
		if (!("code" in banned) && wasMember) await this.#disconnect(userId);
		return banned;
	}

	#close(userId: string): void {
		this.#parts.sockets.close(userId, closeCodes.removed, "no longer a member");
	}

	async #disconnect(userId: string): Promise<void> {
		this.#close(userId);
		await this.#parts.removals.removeFor(userId);
	}

	unban(userId: string): { unbanned: true } | Refusal {
		return this.#asMember((member) => this.#parts.bannings.unban(member, userId), prices.change);
	}

	bans(): { bans: Ban[] } | Refusal {
		return this.#asMember((member) => this.#parts.bannings.list(member));
	}

	banOf(userId: string): Ban | Refusal {
		return this.#asMember((member) => this.#parts.bannings.of(member, userId));
	}

	/** An invite that a program makes ends with the program's token. */
	invite(invite: NewInvite): { expiresAt: number } | Refusal {
		const { program, expiresAt } = this.#identity;
		const ends = program ? { expiresAt: Math.min(invite.expiresAt, expiresAt), byToken: program.tokenId } : {};
		return this.#asMember((member) => this.#parts.invitations.invite(member, { ...invite, ...ends }), prices.change);
	}

	invites(how: { withEnded?: boolean } = {}): { invites: KnownInvite[] } | Refusal {
		return this.#asMember((member) => this.#parts.invitations.invites(member, how));
	}

	/** `withPeople`: everybody who came by it is removed, but for owners. */
	async revoke(inviteId: string, how: { withPeople?: boolean } = {}): Promise<{ revoked: true } | Refusal> {
		const revoked = this.#asMember((member) => this.#parts.invitations.revoke(member, inviteId, how), prices.change);
		if ("code" in revoked) return revoked;
		// Nobody listens on while somebody else's list is told.
		for (const userId of revoked.removed) this.#close(userId);
		await this.#parts.removals.removeForEach(revoked.removed);
		return { revoked: true };
	}

	audit(before: number, limit: number): { entries: AuditEntry[]; hasMore: boolean } | Refusal {
		return this.#asMember((member) => this.#listed(this.#parts.membership.audit(member, before, limit), ({ entries }) => entries));
	}

	/** Those since the caller may read, after one message and before another one. */
	notices(after: number, before: number): { notices: Notice[] } | Refusal {
		return this.#asMember(({ userId }) => this.#listed(this.#parts.membership.noticesFor(userId, after, before), ({ notices }) => notices));
	}

	usage(period: Period): UsageReport | Refusal {
		return this.#asMember(() => this.#listed(usageIn(this.#parts, period), ({ people, days }) => [...people, ...days]));
	}

	async end(): Promise<{ ended: true } | Refusal> {
		const ended = this.#asMember((member) => this.#parts.membership.end(member));
		if ("ended" in ended && this.#parts.store.keeping.isHeld) return { code: "held" };
		if ("ended" in ended) await this.#parts.deletion.begin();
		return ended;
	}
}

// The calls that the Worker makes on behalf of a person, as typed RPC methods. Each asks again whether that person
// is a member; a stranger gets `not_found`.

import { RpcTarget } from "cloudflare:workers";
import { mayRead } from "../auth/personal-token.ts";
import type { Identity } from "../auth/tokens.ts";
import type { Period } from "../money/periods.ts";
import { usageOf } from "../money/report.ts";
import type { Question } from "../protocol/claude/aside.ts";
import type { InstructionsVersion } from "../protocol/claude-settings.ts";
import type { ConversationInfo, Member, MemberRole } from "../protocol/conversation.ts";
import { closeCodes } from "../protocol/errors.ts";
import type { MessageInput } from "../protocol/events.ts";
import { isoTime } from "../protocol/iso-time.ts";
import { limits } from "../protocol/limits.ts";
import type { Seen } from "../protocol/memory/prompt.ts";
import type { Message, Version } from "../protocol/message.ts";
import type { UsageReport } from "../protocol/money/usage.ts";
import type { Refusal } from "../protocol/refusal.ts";
import { type ExportFormat, type ExportPiece, type ExportPlace, exportPiece, type Source } from "./archive/export.ts";
import { type ForkPiece, type ForkTitle, forkHead, forkPiece } from "./archive/fork.ts";
import { AsideCalls } from "./aside-calls.ts";
import type { Page, Place } from "./messages/history.ts";
import { type SearchPage, search } from "./messages/search.ts";
import { type Sent, withoutOthers } from "./messages/sending.ts";
import { prices, type Read, readOf } from "./messages/work-rate.ts";
import type { ConversationChange, LiveInvite, NewInvite } from "./people/membership.ts";
import { seenFor } from "./replies/seen.ts";
import type { AuditEntry } from "./store/audit.ts";
import type { Ban } from "./store/bans.ts";
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

	#asMember<T>(act: (member: Member) => T, price?: number): T | Refusal {
		return this.#parts.admission.asMember(this.#identity, act, price);
	}

	/** Counts what the caller has read, and returns it. */
	#counted<T>(result: T, read: Read): T {
		this.#parts.work.count(this.#identity, this.#parts.now(), read);
		return result;
	}

	#page<T extends { messages: Message[] }>(page: T): T {
		return this.#counted(page, readOf(page.messages));
	}

	#listed<T extends { members: Member[] }>(list: T): T {
		return this.#counted(list, { rows: list.members.length, length: 0 });
	}

	describe(): (ConversationInfo & { members: Member[] }) | Refusal {
		return this.#asMember(() => this.#listed(this.#parts.membership.describe()));
	}

	/** Tells a program that may not read only what it has set. */
	update(change: ConversationChange): ConversationInfo | Refusal {
		const changed = this.#asMember((member) => this.#parts.membership.update(member, change), prices.change);
		if ("code" in changed || mayRead(this.#identity)) return changed;
		const { title = "", instructions = "" } = change;
		return { ...changed, title, instructions };
	}

	/** The versions of the instructions, newest first. */
	instructions(): { versions: InstructionsVersion[] } | Refusal {
		return this.#asMember(() => {
			const { versions } = this.#parts.membership.instructions();
			const length = versions.reduce((sum, { text }) => sum + text.length, 0);
			return this.#counted({ versions: versions.reverse() }, { rows: versions.length, length });
		});
	}

	/** Sends a message without a socket, and waits until it is known whether Claude is asked. A person to whom the issuer grants the conversation becomes a member by it. */
	async say(input: MessageInput): Promise<Sent | Refusal> {
		const { admission, conversation, work, now } = this.#parts;
		const busy = work.begin(admission.requester(this.#identity), now());
		if (busy) return busy;
		this.#counted(undefined, readOf([input]));
		const refused = await admission.refuseBefore(this.#identity);
		if (refused) return refused;
		const person = admission.enter(this.#identity);
		if ("code" in person) return person;
		const said = conversation.say(person, input, this.#identity);
		if ("code" in said) return said;
		const sent = said.isNew && said.message.asksClaude ? await this.#withNotice(said) : said;
		if (mayRead(this.#identity)) return sent;
		return { ...sent, message: withoutOthers(sent.message, input) };
	}

	/** If nobody can pay for the reply, the message no longer asks. */
	async #withNotice(sent: Sent): Promise<Sent> {
		const { replies, store } = this.#parts;
		const notice = await replies.noticeOf(sent.message.id);
		const message = notice && store.exists ? store.log.message(sent.message.id) : undefined;
		return notice ? { ...sent, message: message ?? sent.message, notice } : sent;
	}

	askPrivately(question: Question) {
		return new AsideCalls(this.#parts, this.#identity).ask(question);
	}

	asides(before: string | undefined, limit: number) {
		return new AsideCalls(this.#parts, this.#identity).page(before, limit);
	}

	removeAside(id: string) {
		return new AsideCalls(this.#parts, this.#identity).remove(id);
	}

	shareAside(asideId: string, clientId: string) {
		return new AsideCalls(this.#parts, this.#identity).share(asideId, clientId);
	}

	/** The messages at a place, oldest first. */
	history(place: Place, limit: number): Page | Refusal {
		return this.#asMember(() => this.#page(this.#parts.conversation.history.page(place, limit)));
	}

	/** The messages before a place that contain the words of `text`, newest first. */
	search(text: string, before: number, limit: number, filter: Filter): SearchPage | Refusal {
		return this.#asMember(() => {
			const page = search(this.#parts.store.reader, text, before, limit, filter);
			return this.#counted(page, readOf(page.results.map(({ message }) => message)));
		}, prices.search);
	}

	/** The former versions of a reply, oldest first. */
	versions(messageId: string): { versions: Version[] } | Refusal {
		return this.#asMember(() => {
			const former = this.#parts.conversation.history.versions(messageId);
			return "code" in former ? former : this.#counted(former, readOf(former.versions));
		});
	}

	/** What Claude saw for a reply. */
	seen(messageId: string): Seen | Refusal {
		return this.#asMember((): Seen | Refusal => {
			const { store } = this.#parts;
			const message = store.log.message(messageId);
			const seen = message && seenFor(store, message.seq);
			return seen ? this.#counted(seen, { rows: seen.messages.length, length: seen.instructions.length }) : { code: "not_found" };
		});
	}

	/** The pinned messages, the latest pin first. */
	pins(): { messages: Message[] } | Refusal {
		return this.#asMember(() => this.#page(this.#parts.conversation.history.pins()));
	}

	/** The next piece of an export. Any member may export: it contains nothing that they cannot read page by page. */
	async exportPiece(format: ExportFormat, place: ExportPlace): Promise<ExportPiece | Refusal> {
		const { admission } = this.#parts;
		return admission.asMember(this.#identity, () => exportPiece(this.#exported, format, place), prices.call, limits.work.reserve);
	}

	/** Everything that is read is counted. */
	get #exported(): Source {
		const { membership, conversation, store } = this.#parts;
		const { messages, length } = limits.exportPiece;
		return {
			describe: () => this.#listed({ ...membership.describe(), ...membership.instructions() }),
			messages: (after: number) => this.#page(conversation.history.page({ after }, messages, length)),
			versionsOf: (seq: number) => {
				const versions = store.log.versions.of(seq);
				return this.#counted(versions, readOf(versions));
			},
		};
	}

	/** Begins a fork of everything up to a place, and says how many rows it has. Any member may fork: a fork contains nothing that they cannot read. */
	beginFork(upTo: number): { rows: number } | Refusal {
		const { store, now } = this.#parts;
		return this.#asMember((member): { rows: number } | Refusal => {
			if (upTo > store.log.head.seq) return { code: "not_found" };
			store.audit.add("forked", member.userId, undefined, now());
			return { rows: upTo + store.log.versions.countUpTo(upTo) };
		}, prices.fork);
	}

	forkTitle(upTo: number): ForkTitle | Refusal {
		return this.#asMember(() => this.#parts.titles.upTo(upTo));
	}

	async forkHead(upTo: number): Promise<ForkPiece | Refusal> {
		return this.#parts.admission.asMember(this.#identity, () => forkHead(this.#exported, upTo, isoTime(this.#parts.now())));
	}

	async forkPiece(upTo: number, place: ExportPlace): Promise<ForkPiece | Refusal> {
		return this.#parts.admission.asMember(this.#identity, () => forkPiece(this.#exported, upTo, place), prices.call, limits.work.reserve);
	}

	members(): { members: Member[] } | Refusal {
		return this.#asMember(() => this.#listed({ members: this.#parts.membership.members() }));
	}

	setRole(userId: string, role: MemberRole): Member | Refusal {
		return this.#asMember(
			(member): Member | Refusal =>
				this.#mayChange(userId, role) ? this.#parts.membership.setRole(member, userId, role) : { code: "forbidden" },
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
			(member): Ban | Refusal => (this.#mayChange(userId) ? this.#parts.membership.ban(member, userId, how) : { code: "forbidden" }),
			prices.change,
		);
		if (!("code" in banned) && wasMember) await this.#disconnect(userId);
		return banned;
	}

	async #disconnect(userId: string): Promise<void> {
		this.#parts.sockets.close(userId, closeCodes.removed, "no longer a member");
		await this.#parts.removals.removeFor(userId);
	}

	unban(userId: string): { unbanned: true } | Refusal {
		return this.#asMember((member) => this.#parts.membership.unban(member, userId), prices.change);
	}

	bans(): { bans: Ban[] } | Refusal {
		return this.#asMember((member) => this.#parts.membership.bans(member));
	}

	banOf(userId: string): Ban | Refusal {
		return this.#asMember((member) => this.#parts.membership.banOf(member, userId));
	}

	/** An invite that a program makes ends with the program's token. */
	invite(invite: NewInvite): { expiresAt: number } | Refusal {
		const { program, expiresAt } = this.#identity;
		const ends = program ? { expiresAt: Math.min(invite.expiresAt, expiresAt), byToken: program.tokenId } : {};
		return this.#asMember((member) => this.#parts.membership.invite(member, { ...invite, ...ends }), prices.change);
	}

	invites(): { invites: LiveInvite[] } | Refusal {
		return this.#asMember((member) => this.#parts.membership.invites(member));
	}

	revoke(inviteId: string): { revoked: true } | Refusal {
		return this.#asMember((member) => this.#parts.membership.revoke(member, inviteId), prices.change);
	}

	audit(before: number, limit: number): { entries: AuditEntry[]; hasMore: boolean } | Refusal {
		return this.#asMember((member) => {
			const page = this.#parts.membership.audit(member, before, limit);
			return "code" in page ? page : this.#counted(page, { rows: page.entries.length, length: 0 });
		});
	}

	/** What Claude has cost here. */
	usage(period: Period): UsageReport | Refusal {
		return this.#asMember(() => {
			const { store, funding } = this.#parts;
			const { report, balances, at } = funding.report(period);
			const nameOf = (userId: string) => store.members.find(userId)?.username ?? store.payments.nameOf(userId) ?? userId;
			const usage = usageOf(report, balances, at, nameOf);
			return this.#counted(usage, { rows: usage.people.length + usage.days.length, length: 0 });
		});
	}

	/** Deletes the conversation. */
	async end(): Promise<{ ended: true } | Refusal> {
		const ended = this.#asMember((member) => this.#parts.membership.end(member));
		if ("ended" in ended) await this.#parts.deletion.begin();
		return ended;
	}
}

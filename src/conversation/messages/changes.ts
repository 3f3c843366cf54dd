// Changes of messages by people: reactions, edits, deletions and regenerated replies, with the rules for each. A change that is already
// made is answered to its sender alone, so that a client may repeat it after a lost connection. Knows nothing of the platform, HTTP or
// tokens.

import { orFull } from "../../platform/full.ts";
import type { MemberRole } from "../../protocol/conversation.ts";
import { noRoomToAnswer } from "../../protocol/errors.ts";
import { type ClientEvent, messageEvent, reactedEvent, type ServerEvent } from "../../protocol/events.ts";
import { isoTime } from "../../protocol/iso-time.ts";
import { limits } from "../../protocol/limits.ts";
import type { Message } from "../../protocol/message.ts";
import { type Author, claude } from "../../protocol/person.ts";
import { isRefusal, type Refusal } from "../../protocol/refusal.ts";
import { hasScope } from "../../protocol/token.ts";
import type { Client, Clients, FileReleases, MemberLists } from "../ports.ts";
import { Buckets } from "../rate.ts";
import type { Funding } from "../replies/money/funding.ts";
import { countedAnswer, readableBy, refusalByLink } from "../replies/money/link-rights.ts";
import { noteRewrite } from "../replies/money/rewrites.ts";
import { refusalToDecide, refusalToWithdraw, withdraw } from "../replies/questions.ts";
import type { Replies } from "../replies/replies.ts";
import { continued } from "../replies/retry.ts";
import type { Titles } from "../replies/title.ts";
import { asksClaude, mayAsk } from "../replies/trigger.ts";
import { payerOf } from "../store/money/payments.ts";
import type { Store } from "../store/store.ts";
import { readMentions } from "./mentions.ts";
import { areTooMany, withReaction } from "./reactions.ts";
import type { SendRate } from "./send-rate.ts";
import { isOwn } from "./sending.ts";
import { readOf, type WorkRate } from "./work-rate.ts";

type Event<T extends ClientEvent["type"]> = Extract<ClientEvent, { type: T }>;
export type Change = Event<
	"chat:react" | "chat:edit" | "chat:delete" | "chat:withdraw" | "chat:regenerate" | "chat:continue" | "chat:pin" | "chat:approve"
>;

export class Changes<T extends Client> {
	readonly #store: Store;
	readonly #clients: Clients<T>;
	readonly #replies: Replies;
	readonly #lists: MemberLists;
	readonly #titles: Titles;
	readonly #sendRate: SendRate;
	readonly #work: WorkRate;
	readonly #funding: Pick<Funding, "isNeeded">;
	readonly #guestsAsk: boolean;
	readonly #files: FileReleases;
	readonly #now: () => number;
	readonly #reactions = new Buckets(limits.reactionRate);
	readonly #networks = new Buckets(limits.reactionRate, limits.guestsOfNetwork.sends);

	constructor(parts: {
		store: Store;
		clients: Clients<T>;
		replies: Replies;
		lists: MemberLists;
		titles: Titles;
		sendRate: SendRate;
		work: WorkRate;
		funding: Pick<Funding, "isNeeded">;
		guestsAsk: boolean;
		files: FileReleases;
		now: () => number;
	}) {
		this.#store = parts.store;
		this.#clients = parts.clients;
		this.#replies = parts.replies;
		this.#lists = parts.lists;
		this.#titles = parts.titles;
		this.#sendRate = parts.sendRate;
		this.#work = parts.work;
		this.#funding = parts.funding;
		this.#guestsAsk = parts.guestsAsk;
		this.#files = parts.files;
		this.#now = parts.now;
	}

	apply(client: T, event: Change): Refusal | undefined {
		const role = this.#store.members.find(client.person.userId)?.role;
		// A reader may have been a member before, and may take back what they sent at that time.
		const takesBack = event.type === "chat:delete" || event.type === "chat:withdraw";
		if (role === undefined || (role === "reader" && !takesBack)) return { code: "forbidden" };
		if (this.#store.keeping.isHeld && (event.type === "chat:delete" || event.type === "chat:edit")) return { code: "held" };
		const busy = this.#work.begin(client.requester, this.#now());
		if (busy) return busy;
		const message = this.#store.readerFor(client.person.userId).message(event.messageId);
		// A small event may need a long message to be read.
		if (message) this.#work.count(client.requester, this.#now(), readOf([message]));
		if (!message || (message.deletedAt !== undefined && event.type !== "chat:delete")) return { code: "not_found" };
		switch (event.type) {
			case "chat:react":
				return this.#react(client, message, event);
			case "chat:edit":
				return this.#edit(client, message, event, role);
			case "chat:delete":
				return this.#delete(client, message, role === "owner" && hasScope(client.scopes, "manage"));
			case "chat:withdraw":
				return this.#withdraw(client, message);
			case "chat:regenerate":
				return this.#regenerate(client, message, role);
			case "chat:continue":
				return this.#continue(client, message, role);
			case "chat:pin":
				return this.#pin(client, message, event.on);
			case "chat:approve":
				return this.#approve(client, message, event);
			default:
				return event satisfies never;
		}
	}

	#react(client: T, message: Message, { emoji, on, whole = false }: Event<"chat:react">): Refusal | undefined {
		const { userId, network } = client.requester;
		// Reactions have no author but their person: a program could not tell those that it gave from its owner's.
		if (!on && client.person.program) return { code: "forbidden" };
		const now = this.#now();
		const before = message.reactions ?? [];
		const reactions = withReaction(before, emoji, userId, on);
		if (reactions === before) {
			if (whole) this.#answerWhole(client, message);
			this.#answer(client, reactedEvent(message, this.#store.log.cursor));
			return;
		}
		if (on && areTooMany(reactions)) return { code: "too_many" };
		const retryAfterMs = Math.max(this.#reactions.waitFor(userId, now, 1), this.#networks.waitFor(network, now, 1));
		if (retryAfterMs > 0) return { code: "rate_limited", retryAfterMs };
		this.#reactions.spend(userId, now, 1);
		this.#networks.spend(network, now, 1);
		const changed = this.#store.log.setReactions(message, reactions);
		if (whole) this.#answerWhole(client, changed);
		// A message may be long, and everybody has it: only its reactions are sent.
		this.#clients.broadcast(reactedEvent(changed, this.#store.log.cursor));
		this.#lists.skipRevision();
	}

	/** A running reply has more text in memory than its row holds. */
	#answerWhole(client: T, message: Message): void {
		this.#answer(client, { ...reactedEvent(message, this.#store.log.cursor), message: this.#replies.live(message) });
	}

	#edit(client: T, message: Message, event: Event<"chat:edit">, role: MemberRole): Refusal | undefined {
		const { content, asksAgain = false } = event;
		if (!isOwn(message, client.person)) return { code: "forbidden" };
		const reply = asksAgain ? this.#replyTo(message) : undefined;
		if (asksAgain && !reply) return { code: "bad_event" };
		const barred = reply && this.#refusalToAsk(client.person, { ...message, content }, reply, role);
		if (barred) return barred;
		if (reply && this.#replies.isBusy) return { code: "being_answered" };
		const isSame = content === message.content;
		if (isSame && !reply) return this.#answer(client, this.#updated(message));
		const limited = this.#sendRate.take(client.requester, content.length, this.#now());
		if (limited) return limited;
		if (isSame) this.#answer(client, this.#updated(message));
		else this.#rewrite(client, message, event);
		const full = reply && orFull(() => this.#askFor(client, reply, "regenerate"));
		// It is edited all the same.
		if (isRefusal(full)) return { ...full, text: noRoomToAnswer() };
	}

	#askFor({ person }: T, reply: Message, how: "regenerate" | "continue"): void {
		countedAnswer(this.#store, person.userId, reply.id, () => this.#replies[how](reply, payerOf(person)));
	}

	/** Everybody is told once all of it is stored. Whoever changes what Claude has read lately pays for what is read anew from here on. */
	#change({ person }: T, message: Message, make: () => Message): void {
		const changed = this.#store.whole(() => {
			if (this.#funding.isNeeded) noteRewrite(this.#store, message.seq, payerOf(person), this.#now());
			return make();
		});
		this.#clients.broadcast(this.#updated(changed));
	}

	#rewrite(client: T, message: Message, { content, mentions: given }: Event<"chat:edit">): void {
		const mentions = readMentions(content, this.#store.members, given);
		this.#change(client, message, () => {
			const edited = this.#store.log.editMessage(message, content, mentions, this.#now());
			this.#titles.messageEdited(message);
			return edited;
		});
		// Lists show the newest message and count mentions.
		const isListed = message.seq === this.#store.log.head.seq || mentions.length > 0 || message.mentions !== undefined;
		if (isListed) this.#lists.changed();
		else this.#lists.skipRevision();
	}

	/** The reply to a question, if that is the last question and its reply has ended and is not deleted. */
	#replyTo(question: Message): Message | undefined {
		const reply = this.#store.log.lastReply();
		const isAnswered = reply !== undefined && reply.seq > question.seq && this.#store.log.isLastQuestion(question);
		return isAnswered && reply.status !== "streaming" && reply.deletedAt === undefined ? reply : undefined;
	}

	#delete(client: T, message: Message, isOwner: boolean): Refusal | undefined {
		if (!isOwn(message, client.person) && !isOwner) return { code: "forbidden" };
		if (message.deletedAt !== undefined) return this.#answer(client, this.#updated(message));
		const wasRunning = this.#replies.cancel(message.id);
		try {
			this.#change(client, message, () => this.#deleted(message));
		} finally {
			// Asked after the deletion, so that the next reply does not read what was deleted. A reply that was not deleted is stopped all the same.
			if (wasRunning) this.#replies.askNext();
		}
		this.#lists.changed("all");
	}

	#deleted(message: Message): Message {
		const deleted = this.#store.log.deleteMessage(message, this.#now());
		this.#store.payments.linkQuestions.takeBackGone();
		this.#files.release(message.seq);
		this.#titles.messageDeleted(message.seq);
		return deleted;
	}

	#withdraw(client: T, message: Message): Refusal | undefined {
		if (!isOwn(message, client.person)) return { code: "forbidden" };
		if (!message.asksClaude) return this.#answer(client, this.#updated(message));
		const refusal = refusalToWithdraw({ store: this.#store }, message);
		if (!refusal) withdraw({ store: this.#store, clients: this.#clients, lists: this.#lists }, message);
		return refusal;
	}

	#pin(client: T, message: Message, on: boolean): Refusal | undefined {
		if (on === (message.pinned !== undefined)) return this.#answer(client, this.#updated(this.#replies.live(message)));
		if (on && this.#store.reader.countPinned() >= limits.pins) return { code: "too_many" };
		const { userId } = client.person;
		const limited = this.#sendRate.take(client.requester, 0, this.#now());
		if (limited) return limited;
		const pin = on ? { userId, at: isoTime(this.#now()) } : undefined;
		this.#clients.broadcast(this.#updated(this.#replies.live(this.#store.log.pinMessage(message, pin))));
		this.#lists.skipRevision();
	}

	/** People decide, never programs: whoever may ask Claude, or owners alone if the deployment says so. */
	#approve({ person, scopes }: T, message: Message, { toolId, allow }: Event<"chat:approve">): Refusal | undefined {
		if (scopes || person.program) return { code: "forbidden" };
		const barred = refusalToDecide(this.#store, person.userId, this.#guestsAsk);
		if (barred) return barred;
		const result = this.#replies.decide(message.id, toolId, allow, person);
		if (result !== "not_waiting") return result === "decided" ? undefined : { code: result };
		return { code: this.#replies.live(message).tools?.some(({ id }) => id === toolId) ? "decided" : "not_found" };
	}

	/** Claude writes its last reply again, in its place. */
	#regenerate(client: T, message: Message, role: MemberRole): Refusal | undefined {
		if (message.role !== "assistant") return { code: "not_found" };
		if (message.seq !== this.#store.log.lastReplySeq) return { code: "bad_event" };
		if (this.#replies.isBusy) return { code: "being_answered" };
		// One more version would take the place of another.
		if (this.#store.keeping.isHeld && (message.versions ?? 0) >= limits.versions) return { code: "held" };
		const barred = this.#refusalToAsk(client.person, this.#store.reader.questionOf(message), message, role);
		if (barred) return barred;
		const limited = this.#sendRate.take(client.requester, 0, this.#now());
		if (limited) return limited;
		this.#askFor(client, message, "regenerate");
	}

	/** Claude goes on with its last reply, in its place. */
	#continue(client: T, message: Message, role: MemberRole): Refusal | undefined {
		if (message.role !== "assistant") return { code: "not_found" };
		const isLast = message.seq === this.#store.log.lastReplySeq;
		if (isLast && this.#replies.isBusy) return { code: "being_answered" };
		if (!isLast || message.status !== "complete" || message.reason !== continued) return { code: "bad_event" };
		const times = message.attempts?.filter(({ reason }) => reason === continued).length ?? 0;
		if (times >= limits.continuations || message.content.length >= limits.reply) return { code: "too_many" };
		const barred = this.#refusalToAsk(client.person, this.#store.reader.questionOf(message), message, role);
		if (barred) return barred;
		const limited = this.#sendRate.take(client.requester, 0, this.#now());
		if (limited) return limited;
		this.#askFor(client, message, "continue");
	}

	/** Claude reads what those may read who asked first: nobody has it tell them more than that. */
	#refusalToAsk({ userId }: Author, question: Message | undefined, { askedBy = [] }: Message, role: MemberRole): Refusal | undefined {
		const isHidden = readableBy(this.#store, [{ userId }]) > readableBy(this.#store, askedBy);
		return !isHidden && this.#mayAsk(userId, question, role) ? refusalByLink(this.#store, userId) : { code: "forbidden" };
	}

	/** The owners' choice of when Claude replies, and to whom, holds for a repeated question, too. */
	#mayAsk(userId: string, question: Message | undefined, role: MemberRole): boolean {
		if (!this.#guestsAsk && this.#store.members.isGuest(userId)) return false;
		const { info } = this.#store;
		const { assistant } = info;
		if (!mayAsk(info, role)) return false;
		if (assistant !== "off" && assistant !== "mention") return true;
		return question !== undefined && asksClaude(question.content, assistant, false, question.quoted?.author.userId === claude.userId);
	}

	#updated(message: Message): ServerEvent {
		return messageEvent("chat:updated", message, this.#store.log.cursor);
	}

	/** Sends an event to this client alone. Queued events go first: they are older than the cursor in this one. */
	#answer(client: T, event: ServerEvent): undefined {
		this.#clients.flush();
		this.#clients.send(client, event);
	}
}

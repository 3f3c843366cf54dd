// Sends the messages of members: checks them, adds them to the log, broadcasts them, and asks Claude if they are questions. Must not know
// sockets: whoever has one is given by the caller.

import { orFull } from "../../platform/full.ts";
import { guestsMayNotAsk, noRoomToAnswer, ownersAsk } from "../../protocol/errors.ts";
import { type MessageInput, messageEvent, noticeEvent } from "../../protocol/events.ts";
import type { Message } from "../../protocol/message.ts";
import type { Notice } from "../../protocol/money/notice.ts";
import { type Author, claude } from "../../protocol/person.ts";
import { isRefusal, type Refusal } from "../../protocol/refusal.ts";
import type { Clients, MemberLists, Requester } from "../ports.ts";
import { countQuestion, refusalByLink } from "../replies/money/link-rights.ts";
import type { Replies } from "../replies/replies.ts";
import type { Titles } from "../replies/title.ts";
import { asksClaude, isExplicit, mayAsk, programAsksClaude } from "../replies/trigger.ts";
import { payerOf } from "../store/money/payments.ts";
import type { Store } from "../store/store.ts";
import { filesToSend } from "./attachments.ts";
import { readMentions } from "./mentions.ts";
import type { SendRate } from "./send-rate.ts";
import { withoutOlderQuote } from "./view.ts";
import { readOf, type WorkRate } from "./work-rate.ts";

/** A message that was sent, now or, if it is not new, by an earlier try. `notice`: why nobody replies to what it asks. */
export type Sent = { message: Message; isNew: boolean; notice?: Notice };

/** Why nobody replies. */
type Unanswered = Pick<Notice, "code" | "error" | "scope">;

export type SpokenMessages = {
	/** Has what is said in a message written down. */
	add(message: Message): void;
};

type Dependencies = {
	store: Store;
	clients: Pick<Clients, "sendTo" | "flush" | "broadcast">;
	replies: Pick<Replies, "ask" | "steer">;
	lists: Pick<MemberLists, "changed" | "addressed">;
	titles: Pick<Titles, "messageAdded">;
	readMarks: { messageAdded(message: Message): void };
	sendRate: SendRate;
	work: WorkRate;
	transcripts: SpokenMessages;
	/** False where guests may not ask Claude. */
	guestsAsk: boolean;
	now: () => number;
};

export class Sending {
	readonly #with: Dependencies;

	constructor(dependencies: Dependencies) {
		this.#with = dependencies;
	}

	/**
	 * Adds a message of a member and broadcasts it, which queues it while frames are handled. Then asks Claude if it is a question.
	 * `accepted` is called before a new message is broadcast.
	 */
	say(person: Author, said: MessageInput, requester: Requester, accepted = () => {}): Sent | Refusal {
		const sent = this.#add(person, said, requester, accepted);
		// A resend asks nothing: the reply that it would stop may be the one that its first try asked for.
		if ("code" in sent || !sent.isNew) return sent;
		const refusal = this.#refusalOf(person, said, sent.message);
		if (refusal !== undefined) return { ...sent, notice: this.#notify(person, sent.message, refusal) };
		if (!sent.message.asksClaude) return sent;
		const asker = payerOf(person);
		const full = orFull(() => {
			countQuestion(this.#with.store, sent.message);
			if (said.steer) this.#with.replies.steer(asker);
			else this.#with.replies.ask([asker]);
		});
		return isRefusal(full) ? { ...sent, notice: this.#notify(person, sent.message, noRoom()) } : sent;
	}

	/** Adds a message of a member that asks nobody, and in the same step what `next` adds behind it, which people receive after it. */
	tell(person: Author, said: MessageInput, requester: Requester, next?: () => Message): Sent | Refusal {
		return this.#add(person, said, requester, () => {}, { asksNobody: true, next });
	}

	#add(
		person: Author,
		said: MessageInput,
		requester: Requester,
		accepted: () => void,
		{ asksNobody = false, next }: { asksNobody?: boolean; next?: (() => Message) | undefined } = {},
	): Sent | Refusal {
		const { store, clients, titles, lists, readMarks, sendRate, work, transcripts, now } = this.#with;
		const { content, clientId, replyTo, mentions: given } = said;
		const known = clientId === undefined ? undefined : store.log.messageByClientId(person.userId, clientId);
		// A small event may need a long message to be read.
		if (known) work.count(requester, now(), readOf([known]));
		// The first text of an edited or deleted message is stored nowhere, so a resend of it cannot be compared.
		const isUnchanged = known?.editedAt === undefined && known?.deletedAt === undefined;
		if (known && isUnchanged && known.content !== content) return { code: "conflict" };
		// The id is its owner's, or another program's: this one has not sent that message.
		if (known && known.author.program?.name !== person.program?.name) return { code: "conflict" };
		const reader = store.readerFor(person.userId);
		if (known) return { message: withoutOlderQuote(known, reader.from), isNew: false };
		// Checked after the resend: a message stays sent, also if its author has become a reader since.
		if (!mayWrite(store, person.userId)) return { code: "forbidden" };

		const quoted = replyTo === undefined ? undefined : reader.message(replyTo);
		if (quoted) work.count(requester, now(), readOf([quoted]));
		if (replyTo !== undefined && (!quoted || quoted.deletedAt !== undefined)) return { code: "not_found" };

		const attached = filesToSend(store, person.userId, said.files ?? []);
		if ("code" in attached) return attached;

		const limited = sendRate.take(requester, content.length, now());
		if (limited) return limited;
		accepted();
		const mentions = readMentions(content, store.members, given);
		const asks = !asksNobody && this.#asks(person, said, quoted);
		const add = () => {
			const added = { author: person, content, clientId, asksClaude: asks, replyTo: quoted, mentions, ...attached };
			const message = store.log.addMessage(added, now());
			const event = messageEvent("chat:message", message, store.log.cursor);
			return { message, events: next ? [event, messageEvent("chat:message", next(), store.log.cursor)] : [event] };
		};
		const { message, events } = next ? store.whole(add) : add();
		for (const event of events) clients.broadcast(event);
		// It is sent, even if there is no room for what follows from it.
		orFull(() => {
			transcripts.add(message);
			readMarks.messageAdded(message);
			titles.messageAdded(message);
		});
		lists.changed();
		lists.addressed(addressedIn(message));
		return { message, isNew: true };
	}

	/** Why Claude does not reply to somebody who would otherwise have asked it. Owners' choices are said only to those who asked on purpose. */
	#refusalOf(person: Author, said: MessageInput, { quoted }: Message): Unanswered | undefined {
		const { store } = this.#with;
		const { info, members } = store;
		if (info.assistant === "off") return undefined;
		if (!this.#guestsAsk(person))
			return this.#isQuestion(person, said, quoted?.author.userId === claude.userId)
				? { code: "forbidden", error: guestsMayNotAsk() }
				: undefined;
		const isAddressed = said.steer || (person.program ? said.asksClaude : quoted?.author.userId === claude.userId);
		if (!isExplicit(said.content, isAddressed ?? false)) return undefined;
		if (!mayAsk(info, members.find(person.userId)?.role)) return { code: "forbidden", error: ownersAsk() };
		const barred = refusalByLink(store, person.userId);
		if (!barred) return undefined;
		const { text: error, ...why } = barred;
		return { ...why, error };
	}

	/** Tells the asker alone, on all their sockets: the message is sent, and Claude does not reply. */
	#notify({ userId }: Author, { conversationId, id: messageId }: Message, why: Unanswered): Notice {
		const { clients } = this.#with;
		const notice: Notice = { ...why, messageId };
		clients.flush();
		clients.sendTo(userId, noticeEvent(conversationId, notice));
		return notice;
	}

	#asks(person: Author, said: MessageInput, quoted: Message | undefined): boolean {
		const { store } = this.#with;
		if (!mayAsk(store.info, store.members.find(person.userId)?.role) || !this.#guestsAsk(person)) return false;
		if (refusalByLink(store, person.userId)) return false;
		return this.#isQuestion(person, said, quoted?.role === "assistant");
	}

	#guestsAsk({ userId }: Author): boolean {
		return this.#with.guestsAsk || !this.#with.store.members.isGuest(userId);
	}

	#isQuestion({ program }: Author, said: MessageInput, repliesToClaude: boolean): boolean {
		const { info, members } = this.#with.store;
		return program
			? programAsksClaude(said.content, info.assistant, said.asksClaude || said.steer)
			: asksClaude(said.content, info.assistant, members.isAlone, said.steer || repliesToClaude);
	}
}

const noRoom = (): Unanswered => ({ code: "storage_full", error: noRoomToAnswer() });

/** Readers only read. */
/** The people whom a message mentions or quotes, without its author. */
function addressedIn({ author, mentions = [], quoted }: Message): string[] {
	const ids = new Set([...mentions.map(({ userId }) => userId), ...(quoted ? [quoted.author.userId] : [])]);
	ids.delete(author.userId);
	return [...ids];
}

export function mayWrite({ members }: Store, userId: string): boolean {
	const role = members.find(userId)?.role;
	return role === "owner" || role === "member";
}

/** A message without anything that whoever sent it did not say: no quote, nobody's id for a name, no reactions. */
export function withoutOthers(
	{ quoted: _, mentions: __, reactions: ___, pinned: ____, ...message }: Message,
	input: MessageInput,
): Message {
	return { ...message, ...(input.mentions && { mentions: input.mentions }) } as Message;
}

/** People change what they or their programs have said. A program changes only what a program of its name has said. */
export function isOwn({ author }: Message, { userId, program }: Author): boolean {
	return author.userId === userId && (program === undefined || author.program?.name === program.name);
}

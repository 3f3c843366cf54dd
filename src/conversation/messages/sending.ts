// Sends the messages of members: checks them, adds them to the log, broadcasts them, and asks Claude if they are questions. Must not know
// sockets: whoever has one is given by the caller.

import { guestsMayNotAsk, ownersAsk } from "../../protocol/errors.ts";
import { type MessageInput, messageEvent, noticeEvent } from "../../protocol/events.ts";
import { limits } from "../../protocol/limits.ts";
import type { Message } from "../../protocol/message.ts";
import type { Notice } from "../../protocol/money/notice.ts";
import { type Author, claude, isGuestId } from "../../protocol/person.ts";
import type { Refusal } from "../../protocol/refusal.ts";
import type { Clients, MemberLists, Requester } from "../ports.ts";
import type { Replies } from "../replies/replies.ts";
import type { Titles } from "../replies/title.ts";
import { asksClaude, isExplicit, mayAsk, programAsksClaude } from "../replies/trigger.ts";
import type { Store } from "../store/store.ts";
import { readMentions } from "./mentions.ts";
import type { SendRate } from "./send-rate.ts";

/** A message that was sent, now or, if it is not new, by an earlier try. `notice`: why nobody replies to what it asks. */
export type Sent = { message: Message; isNew: boolean; notice?: Notice };

type Dependencies = {
	store: Store;
	clients: Pick<Clients, "all" | "send" | "flush" | "broadcast">;
	replies: Pick<Replies, "ask" | "steer">;
	lists: Pick<MemberLists, "changed">;
	titles: Pick<Titles, "messageAdded">;
	readMarks: { messageAdded(message: Message): void };
	sendRate: SendRate;
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
		const asker = { userId: person.userId, username: person.username, ...(person.program && { isProgram: true }) };
		if (said.steer) this.#with.replies.steer(asker);
		else this.#with.replies.ask([asker]);
		return sent;
	}

	/** Adds a message of a member that asks nobody. */
	tell(person: Author, said: MessageInput, requester: Requester): Sent | Refusal {
		return this.#add(person, said, requester, () => {}, true);
	}

	#add(person: Author, said: MessageInput, requester: Requester, accepted: () => void, asksNobody = false): Sent | Refusal {
		const { store, clients, titles, lists, readMarks, sendRate, now } = this.#with;
		const { content, clientId, replyTo, mentions: given } = said;
		const known = clientId === undefined ? undefined : store.log.messageByClientId(person.userId, clientId);
		// The first text of an edited or deleted message is stored nowhere, so a resend of it cannot be compared.
		const isUnchanged = known?.editedAt === undefined && known?.deletedAt === undefined;
		if (known && isUnchanged && known.content !== content) return { code: "conflict" };
		// The id is its owner's, or another program's: this one has not sent that message.
		if (known && known.author.program?.name !== person.program?.name) return { code: "conflict" };
		if (known) return { message: known, isNew: false };
		// Checked after the resend: a message stays sent, also if its author has become a reader since.
		if (!mayWrite(store, person.userId)) return { code: "forbidden" };

		const quoted = replyTo === undefined ? undefined : store.log.message(replyTo);
		if (replyTo !== undefined && (!quoted || quoted.deletedAt !== undefined)) return { code: "not_found" };

		const limited = sendRate.take(requester, content.length, now());
		if (limited) return limited;
		accepted();
		const mentions = readMentions(content, () => store.members.list(limits.members), given);
		const asks = !asksNobody && this.#asks(person, said, quoted);
		const message = store.log.addMessage({ author: person, content, clientId, asksClaude: asks, replyTo: quoted, mentions }, now());
		clients.broadcast(messageEvent("chat:message", message, store.log.cursor));
		readMarks.messageAdded(message);
		titles.messageAdded(message);
		lists.changed();
		return { message, isNew: true };
	}

	/** Why Claude does not reply to somebody who would otherwise have asked it. Owners' choices are said only to those who asked on purpose. */
	#refusalOf(person: Author, said: MessageInput, { quoted }: Message): string | undefined {
		const { info, members } = this.#with.store;
		if (info.assistant === "off") return undefined;
		if (!this.#guestsAsk(person))
			return this.#isQuestion(person, said, quoted?.author.userId === claude.userId) ? guestsMayNotAsk() : undefined;
		if (mayAsk(info, members.find(person.userId)?.role)) return undefined;
		const isAddressed = said.steer || (person.program ? said.asksClaude : quoted?.author.userId === claude.userId);
		return isExplicit(said.content, isAddressed ?? false) ? ownersAsk() : undefined;
	}

	/** Tells the asker alone, on all their sockets: the message is sent, and Claude does not reply. */
	#notify({ userId }: Author, { conversationId, id: messageId }: Message, error: string): Notice {
		const { clients } = this.#with;
		const notice = { code: "forbidden", error, messageId } as const;
		clients.flush();
		for (const client of clients.all()) if (client.person.userId === userId) clients.send(client, noticeEvent(conversationId, notice));
		return notice;
	}

	#asks(person: Author, said: MessageInput, quoted: Message | undefined): boolean {
		const { info, members } = this.#with.store;
		if (!mayAsk(info, members.find(person.userId)?.role) || !this.#guestsAsk(person)) return false;
		return this.#isQuestion(person, said, quoted?.role === "assistant");
	}

	#guestsAsk({ userId }: Author): boolean {
		return this.#with.guestsAsk || !isGuestId(userId);
	}

	#isQuestion({ program }: Author, said: MessageInput, repliesToClaude: boolean): boolean {
		const { info, members } = this.#with.store;
		return program
			? programAsksClaude(said.content, info.assistant, said.asksClaude || said.steer)
			: asksClaude(said.content, info.assistant, members.isAlone, said.steer || repliesToClaude);
	}
}

/** Readers only read. */
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

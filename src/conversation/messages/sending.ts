// Sends the messages of members: checks them, adds them to the log, broadcasts them, and asks Claude if they are questions. Must not know
// sockets: whoever has one is given by the caller.

import { type Notice, ownersAsk } from "../../protocol/errors.ts";
import { type MessageInput, messageEvent } from "../../protocol/events.ts";
import { limits } from "../../protocol/limits.ts";
import type { Message } from "../../protocol/message.ts";
import { type Author, claude } from "../../protocol/person.ts";
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
		if (this.#isRefusedAsker(person, said, sent.message)) return { ...sent, notice: this.#notify(person, sent.message) };
		if (!sent.message.asksClaude) return sent;
		const asker = { userId: person.userId, username: person.username };
		if (said.steer) this.#with.replies.steer(asker);
		else this.#with.replies.ask([asker]);
		return sent;
	}

	#add(person: Author, said: MessageInput, requester: Requester, accepted: () => void): Sent | Refusal {
		const { store, clients, titles, lists, readMarks, sendRate, now } = this.#with;
		const { content, clientId, replyTo, mentions: given } = said;
		const known = clientId === undefined ? undefined : store.log.messageByClientId(person.userId, clientId);
		// The first text of an edited or deleted message is stored nowhere, so a resend of it cannot be compared.
		const isUnchanged = known?.editedAt === undefined && known?.deletedAt === undefined;
		if (known && isUnchanged && known.content !== content) return { code: "conflict" };
		if (known) return { message: known, isNew: false };
		// Checked after the resend: a message stays sent, also if its author has become a reader since.
		if (!mayWrite(store, person.userId)) return { code: "forbidden" };

		const quoted = replyTo === undefined ? undefined : store.log.message(replyTo);
		if (replyTo !== undefined && (!quoted || quoted.deletedAt !== undefined)) return { code: "not_found" };

		const limited = sendRate.take(requester, content.length, now());
		if (limited) return limited;
		accepted();
		const mentions = readMentions(content, () => store.members.list(limits.members), given);
		const asks = this.#asks(person, said, quoted);
		const message = store.log.addMessage({ author: person, content, clientId, asksClaude: asks, replyTo: quoted, mentions }, now());
		clients.broadcast(messageEvent("chat:message", message, store.log.cursor));
		readMarks.messageAdded(message);
		titles.messageAdded(message);
		lists.changed();
		return { message, isNew: true };
	}

	/** They asked on purpose where only owners may. */
	#isRefusedAsker({ userId, program }: Author, said: MessageInput, { quoted }: Message): boolean {
		const { info, members } = this.#with.store;
		if (info.assistant === "off" || mayAsk(info, members.find(userId)?.role)) return false;
		const isAddressed = said.steer || (program ? said.asksClaude : quoted?.author.userId === claude.userId);
		return isExplicit(said.content, isAddressed ?? false);
	}

	/** Tells the asker alone, on all their sockets: the message is sent, and Claude does not reply. */
	#notify({ userId }: Author, { conversationId, id: messageId }: Message): Notice {
		const { clients } = this.#with;
		const notice = { code: "forbidden", error: ownersAsk, messageId } as const;
		clients.flush();
		for (const client of clients.all())
			if (client.person.userId === userId) clients.send(client, { type: "chat:error", conversationId, ...notice });
		return notice;
	}

	#asks({ userId, program }: Author, said: MessageInput, quoted: Message | undefined): boolean {
		const { info, members } = this.#with.store;
		if (!mayAsk(info, members.find(userId)?.role)) return false;
		return program
			? programAsksClaude(said.content, info.assistant, said.asksClaude || said.steer)
			: asksClaude(said.content, info.assistant, members.isAlone, said.steer || quoted?.role === "assistant");
	}
}

/** Readers only read. */
export function mayWrite({ members }: Store, userId: string): boolean {
	const role = members.find(userId)?.role;
	return role === "owner" || role === "member";
}

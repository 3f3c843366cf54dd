// Questions whose answers only their asker sees: who may ask them, and how an answer is shared with everybody.

import { orFull } from "../../platform/full.ts";
import type { Aside, Question } from "../../protocol/claude/aside.ts";
import { limits } from "../../protocol/limits.ts";
import type { Message } from "../../protocol/message.ts";
import type { Author } from "../../protocol/person.ts";
import type { Refusal } from "../../protocol/refusal.ts";
import { isVisible } from "../../protocol/text/sanitize.ts";
import type { MemberLists, Requester } from "../ports.ts";
import type { Asides, Asked } from "../replies/asides/asides.ts";
import { countAnswer, refusalByLink } from "../replies/money/link-rights.ts";
import { mayAskClaude } from "../replies/questions.ts";
import { payerOf } from "../store/money/payments.ts";
import type { Store } from "../store/store.ts";
import type { SendRate } from "./send-rate.ts";
import type { Sending } from "./sending.ts";
import { readOf, type WorkRate } from "./work-rate.ts";

/** The question and the answer, as messages. */
export type Shared = { messages: Message[]; isNew: boolean };

export class PrivateQuestions {
	readonly #store: Store;
	readonly #lists: Pick<MemberLists, "changed">;
	readonly #asides: Asides;
	readonly #sending: Sending;
	readonly #sendRate: SendRate;
	readonly #readMarks: { read(userId: string, upTo: number): void };
	readonly #work: WorkRate;
	readonly #guestsAsk: boolean;
	readonly #now: () => number;

	constructor(parts: {
		store: Store;
		lists: Pick<MemberLists, "changed">;
		replies: { readonly asides: Asides };
		sending: Sending;
		sendRate: SendRate;
		readMarks: { read(userId: string, upTo: number): void };
		work: WorkRate;
		/** False where guests may not ask Claude. */
		guestsAsk: boolean;
		now: () => number;
	}) {
		this.#store = parts.store;
		this.#lists = parts.lists;
		this.#asides = parts.replies.asides;
		this.#sending = parts.sending;
		this.#sendRate = parts.sendRate;
		this.#readMarks = parts.readMarks;
		this.#work = parts.work;
		this.#guestsAsk = parts.guestsAsk;
		this.#now = parts.now;
	}

	/** Stores the question and asks Claude. A resend gets the stored one. */
	ask(author: Author, { content, clientId, follows }: Question, requester: Requester): Asked | Refusal {
		const { userId } = author;
		const { asides, log } = this.#store;
		const known = asides.byClientId(userId, clientId);
		if (known) {
			this.#read(known, requester);
			if (known.question !== content) return { code: "conflict" };
			return { aside: this.#asides.live(known), isNew: false, notice: Promise.resolve(undefined) };
		}
		if (!mayAskClaude(this.#store, userId, this.#guestsAsk)) return { code: "forbidden" };
		const barred = refusalByLink(this.#store, userId);
		if (barred) return barred;
		const former = follows === undefined ? undefined : asides.find(userId, follows);
		if (follows !== undefined && !former) return { code: "not_found" };
		if (former) this.#read(former, requester);
		const refusal = this.#asides.refusalFor(requester) ?? this.#sendRate.take(requester, content.length, this.#now());
		if (refusal) return refusal;
		const question = { userId, clientId, after: log.head.seq, follows, question: content };
		return this.#asides.ask(question, payerOf(author), requester.network, (id) => countAnswer(this.#store, userId, id));
	}

	/** Counts what it takes to read an aside, whatever comes of it. */
	#read(aside: Aside, requester: Requester): void {
		this.#work.count(requester, this.#now(), { rows: 1, length: lengthOf(aside) });
	}

	/** A person's asides, newest first: up to `limit`, and fewer if they are long. */
	page(userId: string, before: string | undefined, limit: number): { asides: Aside[]; hasMore: boolean } {
		const asides: Aside[] = [];
		let length = 0;
		for (const aside of this.#store.asides.newest(userId, before)) {
			length += lengthOf(aside);
			if (asides.length === limit || (length > limits.pageLength && asides.length > 0)) return { asides, hasMore: true };
			asides.push(this.#asides.live(aside));
		}
		return { asides, hasMore: false };
	}

	/** Adds the question as a message of its asker and the answer as one of Claude's, in one step. The aside goes, unless it is held. A resend gets both. */
	share(person: Author, { asideId, clientId }: { asideId: string; clientId: string }, requester: Requester): Shared | Refusal {
		const { asides, log, reader, keeping } = this.#store;
		const { userId, username } = person;
		const aside = asides.find(userId, asideId);
		if (aside) this.#read(aside, requester);
		const known = log.messageByClientId(userId, clientId);
		if (known) {
			const [answer] = reader.pageAfter(known.seq, 1).messages;
			this.#work.count(requester, this.#now(), readOf(answer ? [known, answer] : [known]));
			const wasShared = (!aside || keeping.isHeld) && answer && (answer.sharedBy?.userId === userId || answer.deletedAt !== undefined);
			return wasShared ? { messages: [known, answer], isNew: false } : { code: "conflict" };
		}
		if (!aside) return { code: "not_found" };
		if (aside.status === "streaming") return { code: "being_answered" };
		if (aside.status === "failed" || !isVisible(aside.content)) return { code: "bad_event" };
		const { id: _, after: __, follows: ___, question, clientId: ____, createdAt: _____, ...answered } = aside;
		const added: Message[] = [];
		const addAnswer = () => {
			const answer = log.addShared({ ...answered, sharedBy: { userId, username } }, this.#now());
			added.push(answer);
			if (!keeping.isHeld) asides.remove(asideId);
			return answer;
		};
		const sent = this.#sending.tell(person, { content: question, clientId }, requester, addAnswer);
		if ("code" in sent) return sent;
		if (!keeping.isHeld) this.#asides.sendGone(userId, asideId);
		// It is shared, even if there is no room for what follows from it.
		if (!person.program) orFull(() => this.#readMarks.read(userId, sent.message.seq + 1));
		this.#lists.changed();
		return { messages: [sent.message, ...added], isNew: true };
	}
}

/** In UTF-16 units. */
export function lengthOf({ question, content, thinking = "" }: Aside): number {
	return question.length + content.length + thinking.length;
}

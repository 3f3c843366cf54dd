// The title of a conversation that no person has given one: the first words of its messages, and after Claude's first reply a better
// one that Claude proposes. Must not know the platform, HTTP or any SDK.

import { limits } from "../../protocol/limits.ts";
import type { Message } from "../../protocol/message.ts";
import { firstWords } from "../../protocol/text/first-words.ts";
import { truncateLine } from "../../protocol/text/sanitize.ts";
import type { Clients, MemberLists, ProposedTitle, Titler } from "../ports.ts";
import type { Payer } from "../store/money/payments.ts";
import type { Store } from "../store/store.ts";
import type { Funding } from "./money/funding.ts";

/** In ms. Nobody misses a title that takes longer. */
const titleTimeout = 30_000;
/** At most so long are the prompt and the answer, in tokens. */
const titleTokens = { prompt: 2_000, answer: 2_000 };
/** The first words are looked for in this many messages: the first ones may have none. */
const maxCandidates = 20;

export class Titles {
	readonly #store: Store;
	readonly #clients: Pick<Clients, "broadcast">;
	readonly #lists: Pick<MemberLists, "changed">;
	readonly #titler: Titler | undefined;
	readonly #funding: Funding;

	/** Without a `titler` titles are first words only. */
	constructor(parts: {
		store: Store;
		clients: Pick<Clients, "broadcast">;
		lists: Pick<MemberLists, "changed">;
		titler: Titler | undefined;
		funding: Funding;
	}) {
		this.#store = parts.store;
		this.#clients = parts.clients;
		this.#lists = parts.lists;
		this.#titler = parts.titler;
		this.#funding = parts.funding;
	}

	messageAdded({ seq, content }: Message): void {
		if (this.#store.titling.isGiven || this.#store.info.title !== "") return;
		const title = firstWords(content);
		if (title !== "") this.#setFound(title, seq);
	}

	/** The title of a conversation that has only the messages from one place to another: without one that was made from other messages. */
	upTo(seq: number, first = 1): { title: string; by?: string; from?: number } {
		const { isGiven, by, from } = this.#store.titling;
		const { title } = this.#store.info;
		if (isGiven) return { title, ...(by !== null && { by }) };
		if (from !== null && from >= first && from <= seq) return { title, from };
		const found = this.#store.reader
			.startingAt(first)
			.firstUserMessages(maxCandidates)
			.find((message) => message.seq <= seq && firstWords(message.content) !== "");
		return found ? { title: firstWords(found.content), from: found.seq } : { title: "" };
	}

	/** Sets the title that a person gives; "" makes it first words again. `by`: their id. The caller broadcasts. */
	set(title: string, by: string): void {
		if (title !== "") this.#store.setTitle(title, { by });
		else this.#findFirstWords();
	}

	/** A title must not outlive the account of the person who gave it. */
	personErased(userId: string): void {
		if (this.#store.titling.by !== userId) return;
		this.#findFirstWords();
		this.broadcast();
	}

	/** A title must not outlive the message that it was made from. */
	messageDeleted(seq: number): void {
		if (this.#store.titling.from !== seq) return;
		this.#findFirstWords();
		this.broadcast();
	}

	/** First words follow an edit. A title that Claude proposed stays: it is about more than them. */
	messageEdited(before: Message): void {
		if (this.#store.info.title === firstWords(before.content)) this.messageDeleted(before.seq);
	}

	/**
	 * Asks Claude for a title, once in the life of a conversation. That is stored first, so that a crash cannot make it ask twice.
	 * `payer`: the person who has paid for the reply, if it was paid for. They pay for the title too. Never rejects.
	 */
	async replyCompleted(reply: Message, payer?: Payer): Promise<void> {
		try {
			await this.#ask(reply, payer);
		} catch (error) {
			console.error("A title could not be made", reply.id, error);
		}
	}

	async #ask(reply: Message, payer: Payer | undefined): Promise<void> {
		const { isGiven, isAsked } = this.#store.titling;
		const question = !this.#titler || isGiven || isAsked ? undefined : this.#store.reader.questionOf(reply);
		// Budgets may have begun since the reply did.
		if (!this.#titler || !question || (this.#funding.isNeeded && !payer)) return;
		this.#store.markTitleAsked();
		const paid = payer && (await this.#funding.forRequest("title", [payer], reply, titleTokens));
		if (paid && "reason" in paid) return;
		const proposal = await propose(this.#titler, question, reply, paid?.model ?? this.#store.info.model);
		if (paid) this.#funding.endRequest(paid, proposal);
		if (typeof proposal === "string" || !this.#store.exists) return;
		const { title, model, usage } = proposal;
		this.#store.setTitleUsage({ model, ...usage });
		const isStillWanted = !this.#store.titling.isGiven && !this.#store.log.message(question.id)?.deletedAt;
		if (title !== undefined && isStillWanted) this.#setFound(truncateLine(title, limits.generatedTitle), question.seq);
	}

	/** Sends the conversation to everybody who is connected and to all lists, once the step that runs is stored. */
	broadcast(): void {
		this.#store.afterwards(() => {
			const conversation = this.#store.info;
			this.#clients.broadcast({ type: "chat:conversation", conversationId: conversation.id, conversation });
			this.#lists.changed("all");
		});
	}

	#findFirstWords(): void {
		const found = this.#store.reader.firstUserMessages(maxCandidates).find(({ content }) => firstWords(content) !== "");
		if (found) this.#store.setTitle(firstWords(found.content), { from: found.seq });
		else this.#store.setTitle("");
	}

	#setFound(title: string, from: number): void {
		this.#store.setTitle(title, { from });
		this.broadcast();
	}
}

/** The request may fail or take too long. The timer is cleared, because it would keep the object awake. */
async function propose(
	titler: Titler,
	question: Message,
	reply: Message,
	model: string | null,
): Promise<ProposedTitle | "failed" | "timed_out"> {
	const abort = new AbortController();
	const timer = setTimeout(() => abort.abort(), titleTimeout);
	try {
		return await titler.title(question, reply, abort.signal, model);
	} catch {
		return abort.signal.aborted ? "timed_out" : "failed";
	} finally {
		clearTimeout(timer);
	}
}

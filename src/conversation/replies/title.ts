// What a conversation is called to which nobody gave a title: the first words said in it, until Claude proposes a better one after its
// first answer. Knows nothing of the platform, of HTTP or of any SDK.

import { firstWords } from "../../protocol/first-words.ts";
import { limits } from "../../protocol/limits.ts";
import type { Message } from "../../protocol/message.ts";
import { claude } from "../../protocol/person.ts";
import { shortened } from "../../protocol/text.ts";
import type { Clients, Listing, ProposedTitle, Titler } from "../ports.ts";
import type { Store } from "../store/store.ts";

/** In ms: a title that takes longer comes too late to be missed. */
const patience = 30_000;
/** Messages in which the first words are looked for: the first of them may have none. */
const candidates = 20;

export class Titles {
	readonly #store: Store;
	readonly #clients: Pick<Clients, "broadcast">;
	readonly #listing: Pick<Listing, "changed">;
	readonly #titler: Titler | undefined;

	/** Without a `titler` first words are all there is. */
	constructor(parts: { store: Store; clients: Pick<Clients, "broadcast">; listing: Pick<Listing, "changed">; titler: Titler | undefined }) {
		this.#store = parts.store;
		this.#clients = parts.clients;
		this.#listing = parts.listing;
		this.#titler = parts.titler;
	}

	/** Something was said. */
	said({ seq, content }: Message): void {
		if (this.#store.titling.isGiven || this.#store.info.title !== "") return;
		const title = firstWords(content);
		if (title !== "") this.#set(title, seq);
	}

	/** A person gives a title; an empty one leaves it to be found again. Whoever calls this tells everybody, by `tell`. */
	give(title: string): void {
		if (title !== "") this.#store.setTitle(title);
		else this.#find();
	}

	/** A message is gone, and with it what was made of it. */
	withdraw(seq: number): void {
		if (this.#store.titling.from !== seq) return;
		this.#find();
		this.tell();
	}

	/** A message was edited: its first words may be others now. What Claude proposed is about more than them. */
	edited(before: Message): void {
		if (this.#store.info.title === firstWords(before.content)) this.withdraw(before.seq);
	}

	/** Claude has answered. It is asked for a title once, whatever becomes of that, and kept before it is asked. */
	async answered(answer: Message): Promise<void> {
		const { isGiven, isAsked } = this.#store.titling;
		const question = !this.#titler || isGiven || isAsked ? undefined : this.#store.log.questionOf(answer);
		if (!this.#titler || !question) return;
		this.#store.markTitleAsked();
		const proposal = await proposed(this.#titler, question, answer);
		if (!proposal || !this.#store.exists) return;
		const { title, model, usage } = proposal;
		this.#store.setTitleUsage({ model, ...usage });
		const isStillOpen = !this.#store.titling.isGiven && !this.#store.log.message(question.id)?.deletedAt;
		if (title === undefined || !isStillOpen) return;
		this.#set(shortened(title, limits.foundTitle), question.seq);
	}

	#find(): void {
		const found = this.#store.log.firstSaid(candidates).find(({ content }) => firstWords(content) !== "");
		if (found) this.#store.setTitle(firstWords(found.content), found.seq);
		else this.#store.setTitle("");
	}

	#set(title: string, from: number): void {
		this.#store.setTitle(title, from);
		this.tell();
	}

	/** To everybody who is here, and to all lists. */
	tell(): void {
		const conversation = this.#store.info;
		this.#clients.broadcast({ type: "chat:conversation", conversationId: conversation.id, conversation });
		this.#listing.changed(claude.userId, "all");
	}
}

/** What comes of asking, nothing where that fails or takes too long. A timer that went on after it would keep the object awake. */
async function proposed(titler: Titler, question: Message, answer: Message): Promise<ProposedTitle | undefined> {
	const abort = new AbortController();
	const timer = setTimeout(() => abort.abort(), patience);
	try {
		return await titler.title(question, answer, abort.signal);
	} catch {
		return undefined;
	} finally {
		clearTimeout(timer);
	}
}

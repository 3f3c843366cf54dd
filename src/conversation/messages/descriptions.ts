// Has Claude propose the description of a picture to one person, who pays for it. Nothing of it is stored.

import { noDescriptions, pictureForClaude, pictureNotDescribed, pictureTooLarge } from "../../protocol/errors.ts";
import type { MessageFile } from "../../protocol/files/file.ts";
import { fileTokensOf, kindOf, unreadableFor } from "../../protocol/files/reading.ts";
import type { Notice } from "../../protocol/money/notice.ts";
import type { Author } from "../../protocol/person.ts";
import type { Refusal } from "../../protocol/refusal.ts";
import { type Describer, ModelFailure, type ProposedDescription, type Requester } from "../ports.ts";
import { noticeOf } from "../replies/money/asking.ts";
import type { Funding } from "../replies/money/funding.ts";
import { countRequest, refusalByLink } from "../replies/money/link-rights.ts";
import { mayAskClaude } from "../replies/questions.ts";
import { isBusy } from "../replies/retry.ts";
import { payerOf } from "../store/money/payments.ts";
import type { Store } from "../store/store.ts";
import type { SendRate } from "./send-rate.ts";

/** `notice`: why nobody can pay for it. */
export type Described = { text: string } | { notice: Notice };

/** `model`: the one that was paid for. */
type Describe = (signal: AbortSignal, model?: string) => Promise<ProposedDescription>;

/** In ms. Nobody waits longer for two sentences. */
const timeout = 30_000;
/** In tokens: what is asked besides the picture, and the longest answer with what is thought before it. */
const tokens = { question: 400, answer: 2_300 };
/** Descriptions that are made at once in a conversation. One person has one. */
const mostRunning = 4;
/** In ms. */
const busyFor = 5_000;

type Parts = {
	store: Store;
	/** Without it no picture is described. */
	describer: Describer | undefined;
	funding: Pick<Funding, "isNeeded" | "forRequest" | "endRequest">;
	sendRate: SendRate;
	/** False where guests may not ask Claude. */
	guestsAsk: boolean;
	now: () => number;
};

export class Descriptions {
	readonly #with: Parts;
	/** The people whose pictures are described now. */
	readonly #running = new Set<string>();

	constructor(parts: Parts) {
		this.#with = parts;
	}

	/** The person may read the picture. */
	async propose(author: Author, requester: Requester, picture: MessageFile, language: string): Promise<Described | Refusal> {
		const { store, describer, sendRate, now } = this.#with;
		const { userId } = author;
		const unread = refusalOf(picture);
		if (unread) return unread;
		const barred = this.#refusalTo(userId);
		if (barred) return barred;
		if (!describer) return { code: "unavailable", text: noDescriptions() };
		if (this.#running.has(userId) || this.#running.size >= mostRunning) return { code: "rate_limited", retryAfterMs: busyFor };
		const limited = sendRate.take(requester, 0, now());
		if (limited) return limited;
		this.#running.add(userId);
		try {
			const described = await this.#make(describer, author, picture, language);
			// Nothing is said to somebody who has been removed meanwhile.
			return store.exists && store.members.find(userId) ? described : { code: "not_found" };
		} finally {
			this.#running.delete(userId);
		}
	}

	#mayAsk(userId: string): boolean {
		const { store, guestsAsk } = this.#with;
		return store.exists && mayAskClaude(store, userId, guestsAsk);
	}

	#refusalTo(userId: string): Refusal | undefined {
		return this.#mayAsk(userId) ? refusalByLink(this.#with.store, userId) : { code: "forbidden" };
	}

	/** It counts as a question of whoever came by a link, unless nothing comes of it. */
	async #make(describer: Describer, author: Author, picture: MessageFile, language: string): Promise<Described | Refusal> {
		const { store } = this.#with;
		const { model } = store.info;
		if (!(await describer.seesPictures(model))) return { code: "unavailable", text: noDescriptions() };
		if (!store.exists) return { code: "not_found" };
		// Counted in one step with this: others may have used up the link meanwhile, and owners may have decided otherwise.
		const barred = this.#refusalTo(author.userId);
		if (barred) return barred;
		const takeBack = countRequest(store, author.userId);
		const described = await this.#payAndAsk(author, picture, (signal, paidModel) =>
			describer.describe(picture, language, signal, paidModel ?? model),
		);
		const isMade = "text" in described && !("code" in described);
		if (!isMade && store.exists) takeBack();
		return described;
	}

	async #payAndAsk(author: Author, picture: MessageFile, describe: Describe): Promise<Described | Refusal> {
		const { store, funding } = this.#with;
		const needed = { prompt: fileTokensOf(picture) + tokens.question, answer: tokens.answer };
		// The journal names the picture in place of a message: it may not be sent yet.
		const paid = funding.isNeeded ? await funding.forRequest("description", [payerOf(author)], picture, needed) : undefined;
		if (paid && "reason" in paid) return { notice: noticeOf("", paid, { kept: "No description was made." }) };
		// Purses may have taken their time.
		const isWanted = this.#mayAsk(author.userId);
		const result = isWanted ? await ask((signal) => describe(signal, paid?.model)) : "failed";
		// A conversation that is deleted settles everything itself.
		if (!store.exists) return { code: "not_found" };
		if (paid) funding.endRequest(paid, result === "busy" ? "failed" : result);
		if (!isWanted) return { code: "forbidden" };
		if (result === "busy") return { code: "rate_limited", retryAfterMs: busyFor };
		if (typeof result === "string" || result.text === undefined) return { code: "unavailable", text: pictureNotDescribed() };
		return { text: result.text };
	}
}

/** Why Claude can describe no such file. */
function refusalOf(file: MessageFile): Refusal | undefined {
	if (kindOf(file) !== "picture") return { code: "unsupported_type", text: pictureForClaude() };
	return unreadableFor(file) ? { code: "too_large", text: pictureTooLarge() } : undefined;
}

/** The timer is cleared, because it would keep the object awake. */
async function ask(
	describe: (signal: AbortSignal) => Promise<ProposedDescription>,
): Promise<ProposedDescription | "failed" | "timed_out" | "busy"> {
	const abort = new AbortController();
	const timer = setTimeout(() => abort.abort(), timeout);
	try {
		return await describe(abort.signal);
	} catch (error) {
		if (abort.signal.aborted) return "timed_out";
		return error instanceof ModelFailure && isBusy(error.reason) ? "busy" : "failed";
	} finally {
		clearTimeout(timer);
	}
}

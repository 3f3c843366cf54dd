// The summary that Claude reads in place of old messages. It is made after a reply has ended, when the next prompt would be long, and
// each rests on the one before it and on what came since.

import { limits } from "../../../protocol/limits.ts";
import type { SummaryPlace } from "../../../protocol/memory/summary.ts";
import type { Message } from "../../../protocol/message.ts";
import { tokensIn } from "../../../protocol/prompt-size.ts";
import type { Clients } from "../../ports.ts";
import type { StoredSummary } from "../../store/claude/summaries.ts";
import type { Payer } from "../../store/money/payments.ts";
import { endOfOld, fixedTokens, newestWithin } from "./plan.ts";
import { type RequestParts, SummaryRequests, type Wanted } from "./requests.ts";

/** So many of a day may come to nothing before no other is made. */
const mostUnused = 5;
const day = 24 * 3600_000;

type Parts = RequestParts & { clients: Pick<Clients, "broadcast"> };

export class Memory {
	readonly #with: Parts;
	readonly requests: SummaryRequests;
	#isRunning = false;
	/** The id of the summary that people know of. */
	#told: number | undefined;

	constructor(parts: Parts) {
		this.#with = parts;
		this.requests = new SummaryRequests(parts);
		this.#told = parts.store.exists ? this.current?.id : undefined;
		parts.store.summaries.changed = () => this.#tell();
	}

	/** The newest summary. Claude reads it for the next reply. */
	get current(): StoredSummary | undefined {
		return this.#with.store.summaries.current();
	}

	/** For those who connect. */
	get place(): { summary?: SummaryPlace } {
		const { current } = this;
		return current ? { summary: placeOf(current) } : {};
	}

	/** Makes another summary if it is time. `payer`: the person who has paid for the reply, if it was paid for. They pay for the summary, too. */
	async replyEnded(reply: Message, payer?: Payer): Promise<void> {
		const { store, funding, now } = this.#with;
		if (this.#isRunning || (funding.isNeeded && !payer)) return;
		const wanted = this.#wanted(reply);
		// A server that fails, and somebody who changes old messages again and again, must not cost more and more.
		if (!wanted || store.summaries.countUnused("memory", now() - day) >= mostUnused) return;
		this.#isRunning = true;
		try {
			await this.requests.make(wanted, funding.isNeeded ? payer : undefined);
			if (store.exists) this.#tell();
		} catch (error) {
			console.error("A summary could not be made", store.info.id, error);
		} finally {
			this.#isRunning = false;
		}
	}

	#wanted(reply: Message): Wanted | undefined {
		const { reader, log, promptMessages } = this.#with.store;
		const sizes = this.requests.sizes;
		if (sizes?.after === undefined) return undefined;
		const former = this.current;
		const formerTokens = tokensIn(former?.text ?? "");
		const { messages: recent } = promptMessages.between(former?.uptoSeq ?? 0, log.head.seq + 1, limits.prompt);
		const end = endOfOld(recent, { after: sizes.after, formerTokens, lastSeq: reply.seq });
		if (end === undefined) return undefined;
		const room = sizes.prompt - formerTokens - fixedTokens;
		const messages = former
			? reader.messagesAfter(former.uptoSeq, end + 1, room)
			: newestWithin(reader.messagesBefore(end + 1, room), room);
		return { kind: "memory", messages, former, about: reply };
	}

	/** Tells everybody about another summary, or that there is none any more. */
	#tell(): void {
		const { store, clients } = this.#with;
		const { current } = this;
		if (current?.id === this.#told) return;
		this.#told = current?.id;
		clients.broadcast({ type: "chat:summary", conversationId: store.info.id, summary: current ? placeOf(current) : null });
	}
}

function placeOf({ fromSeq, uptoSeq, madeAt }: StoredSummary): SummaryPlace {
	return { fromSeq, uptoSeq, madeAt };
}

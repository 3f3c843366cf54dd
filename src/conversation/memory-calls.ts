// The calls about summaries, and about what Claude saw, that the Worker makes on behalf of a person.

import { mayRead } from "../auth/personal-token.ts";
import type { Identity } from "../auth/tokens.ts";
import type { Seen } from "../protocol/memory/prompt.ts";
import type { Summary } from "../protocol/memory/summary.ts";
import type { Refusal } from "../protocol/refusal.ts";
import type { CaughtUp } from "./messages/catch-ups.ts";
import { seenFor } from "./replies/seen.ts";
import type { Parts } from "./wiring.ts";

export class MemoryCalls {
	readonly #parts: Parts;
	readonly #identity: Identity;

	constructor(parts: Parts, identity: Identity) {
		this.#parts = parts;
		this.#identity = identity;
	}

	#counted<T>(result: T, rows: number, length: number): T {
		this.#parts.work.count(this.#identity, this.#parts.now(), { rows, length });
		return result;
	}

	seen(messageId: string): Seen | Refusal {
		const { admission, store } = this.#parts;
		return admission.asMember(this.#identity, (): Seen | Refusal => {
			const reader = store.readerFor(this.#identity.userId);
			const message = reader.message(messageId);
			const seen = message && seenFor(store, message.seq, reader);
			if (!seen) return { code: "not_found" };
			return this.#counted(seen, seen.messages.length, seen.instructions.length + (seen.summary?.text.length ?? 0));
		});
	}

	summary(): { summary: Summary | null } | Refusal {
		const { admission, memory, store } = this.#parts;
		return admission.asMember(this.#identity, ({ userId }) => {
			const { current } = memory;
			if (!current || current.restsFrom < store.readerFor(userId).from) return { summary: null };
			const { id: _, restsFrom: __, ...summary } = current;
			return this.#counted({ summary }, 1, summary.text.length);
		});
	}

	/** Waits until the summary is made. `after`: see `CatchUps`. */
	async catchUp(after: number | undefined): Promise<CaughtUp | Refusal> {
		const { admission, conversation, work, now } = this.#parts;
		// A summary says what is in the conversation.
		if (!mayRead(this.#identity)) return { code: "forbidden" };
		const busy = work.begin(admission.requester(this.#identity), now());
		const refused = busy ?? (await admission.refuseBefore(this.#identity));
		if (refused) return refused;
		const person = admission.enter(this.#identity);
		return "code" in person ? person : conversation.catchUps.make(person, this.#identity, after);
	}
}

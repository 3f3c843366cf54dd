// The calls about private questions that the Worker makes on behalf of a person. They reach that person's own asides alone.

import { RpcTarget } from "cloudflare:workers";
import { mayRead } from "../auth/personal-token.ts";
import type { Identity } from "../auth/tokens.ts";
import type { Aside, Question } from "../protocol/claude/aside.ts";
import type { Notice } from "../protocol/money/notice.ts";
import type { Author } from "../protocol/person.ts";
import type { Refusal } from "../protocol/refusal.ts";
import { lengthOf, type Shared } from "./messages/private-questions.ts";
import type { Parts } from "./wiring.ts";

export class AsideCalls extends RpcTarget {
	readonly #parts: Parts;
	readonly #identity: Identity;

	constructor(parts: Parts, identity: Identity) {
		super();
		this.#parts = parts;
		this.#identity = identity;
	}

	/** Waits until it is known whether Claude is asked. */
	async ask(question: Question): Promise<{ aside: Aside; isNew: boolean; notice?: Notice | undefined } | Refusal> {
		const person = await this.#enter();
		const asked = "code" in person ? person : this.#parts.conversation.asides.ask(person, question, this.#identity);
		return "code" in asked ? asked : { ...asked, notice: await asked.notice };
	}

	page(before: string | undefined, limit: number): { asides: Aside[]; hasMore: boolean } | Refusal {
		const { admission, conversation, work, now } = this.#parts;
		return admission.asMember(this.#identity, ({ userId }) => {
			const page = conversation.asides.page(userId, before, limit);
			const length = page.asides.reduce((sum, aside) => sum + lengthOf(aside), 0);
			work.count(this.#identity, now(), { rows: page.asides.length, length });
			return page;
		});
	}

	remove(id: string): { removed: true } | Refusal {
		const { admission, replies, store } = this.#parts;
		return admission.asMember(this.#identity, ({ userId }): { removed: true } | Refusal =>
			store.keeping.isHeld ? { code: "held" } : replies.asides.remove(userId, id),
		);
	}

	async share(asideId: string, clientId: string): Promise<Shared | Refusal> {
		const person = await this.#enter();
		return "code" in person ? person : this.#parts.conversation.asides.share(person, { asideId, clientId }, this.#identity);
	}

	async #enter(): Promise<Author | Refusal> {
		const { admission, work, now } = this.#parts;
		// An answer says what is in the conversation.
		if (!mayRead(this.#identity)) return { code: "forbidden" };
		const busy = work.begin(admission.requester(this.#identity), now());
		return busy ?? (await admission.refuseBefore(this.#identity)) ?? admission.enter(this.#identity);
	}
}

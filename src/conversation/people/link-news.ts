// Tells the people who came by a link, and are here, what is left of it. Where many are here, they are told of what was used in a second
// together.

import { limits } from "../../protocol/limits.ts";
import type { Clients } from "../ports.ts";
import { mayOf } from "../replies/money/link-rights.ts";
import type { Store } from "../store/store.ts";
import { Coalesced } from "./coalesced.ts";

type Dependencies = { store: Store; clients: Pick<Clients, "people" | "userIds" | "of" | "send">; now: () => number };

export class LinkNews {
	readonly #with: Dependencies;
	readonly #later: Coalesced;
	/** The links of which nobody was told yet. */
	readonly #waiting = new Set<string>();

	constructor(dependencies: Dependencies) {
		this.#with = dependencies;
		this.#later = new Coalesced(() => this.#tell(), limits.presenceInterval, dependencies.now);
	}

	/** Something of the link was used. */
	used(link: string): void {
		this.#waiting.add(link);
		if (this.#with.clients.people > limits.participants) this.#later.request();
		else this.#tell();
	}

	#tell(): void {
		const { store, clients } = this.#with;
		const links = new Map([...this.#waiting].map((id) => [id, store.exists ? store.invites.find(id) : undefined]));
		this.#waiting.clear();
		for (const userId of clients.userIds()) {
			const invite = links.get(store.members.standing(userId).link ?? "");
			const may = invite && mayOf(store, userId, invite);
			if (!may) continue;
			for (const client of clients.of(userId)) clients.send(client, { type: "chat:may", conversationId: store.info.id, may });
		}
	}
}

// Tells those who came by a link what is left of it.

import type { Clients } from "../ports.ts";
import { mayOf } from "../replies/money/link-rights.ts";
import type { Store } from "../store/store.ts";

/** To be called when something of the link was used. */
export function tellWhatIsLeft(store: Store, clients: Pick<Clients, "all" | "send">, link: string): void {
	for (const client of clients.all()) {
		const { userId } = client.person;
		const may = store.members.standing(userId).link === link ? mayOf(store, userId) : undefined;
		if (may) clients.send(client, { type: "chat:may", conversationId: store.info.id, may });
	}
}

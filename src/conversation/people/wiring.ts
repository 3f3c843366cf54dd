// Connects a conversation to its people: who is a member, by what, and until when.

import { closeCodes } from "../../protocol/errors.ts";
import type { Removals } from "../lists/removals.ts";
import type { Clients, MemberLists } from "../ports.ts";
import type { Replies } from "../replies/replies.ts";
import type { Titles } from "../replies/title.ts";
import type { Sockets } from "../sockets/sockets.ts";
import type { Store } from "../store/store.ts";
import { Bannings } from "./bannings.ts";
import { Departures } from "./departures.ts";
import { Endings } from "./endings.ts";
import { Erasure } from "./erasure.ts";
import { Invitations } from "./invitations.ts";
import { MemberNews } from "./member-news.ts";
import { Membership } from "./membership.ts";
import { Roster } from "./roster.ts";

type Dependencies = {
	storage: Pick<DurableObjectStorage, "sql">;
	store: Store;
	clients: Pick<Clients, "broadcast" | "flush">;
	sockets: Pick<Sockets, "closeAll" | "close">;
	lists: MemberLists & { cancel(userId: string): void };
	titles: Titles;
	replies: Replies;
	removals: Removals;
	files: ConstructorParameters<typeof Erasure>[0]["files"] & ConstructorParameters<typeof Departures>[0]["files"];
	webhooks: { endOf(userId: string): number; changed(): void };
	/** Their own clients must learn that a link limits them otherwise than before. */
	standingChanged: (userId: string) => void;
	now: () => number;
};

export function peopleOf(parts: Dependencies) {
	const { storage, clients, sockets, lists, replies, removals, webhooks } = parts;
	const roster = new Roster(parts.store);
	const news = new MemberNews({ ...parts, roster });
	const departures = new Departures({ ...parts, news, asides: replies.asides });
	const erasure = new Erasure({
		...parts,
		sql: storage.sql,
		departures,
		queues: [removals, lists],
		resync: () => {
			clients.flush();
			webhooks.changed();
			sockets.closeAll(closeCodes.resync, "much has changed");
		},
	});
	const disconnect = (userId: string) => {
		sockets.close(userId, closeCodes.removed, "no longer a member");
		void removals.removeFor(userId);
	};
	const endings = new Endings({ ...parts, departures, disconnect });
	const membership = new Membership({ ...parts, roster, news, departures });
	const invitations = new Invitations({ ...parts, membership, departures });
	const bannings = new Bannings({ ...parts, departures });
	return { roster, departures, erasure, endings, membership, bannings, invitations };
}

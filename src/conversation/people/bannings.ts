// Bans people from a conversation, which ends their membership, and lifts bans. Must not know sockets, HTTP or tokens.

import type { Member } from "../../protocol/conversation.ts";
import { limits } from "../../protocol/limits.ts";
import type { Refusal } from "../../protocol/refusal.ts";
import type { Ban } from "../store/bans.ts";
import type { Store } from "../store/store.ts";
import type { Departures } from "./departures.ts";

export class Bannings {
	readonly #store: Store;
	readonly #departures: Departures;
	readonly #now: () => number;

	constructor(parts: { store: Store; departures: Departures; now: () => number }) {
		this.#store = parts.store;
		this.#departures = parts.departures;
		this.#now = parts.now;
	}

	/** Bans a person, who need not be a member: no invite and no grant admits them. Ends their membership. */
	ban(member: Member, userId: string, { revokesUsedInvites = false } = {}): Ban | Refusal {
		if (member.role !== "owner") return { code: "forbidden" };
		if (userId === member.userId) return { code: "bad_request" };
		const { bans, members, audit } = this.#store;
		const known = bans.find(userId);
		if (known) return known;
		if (bans.count >= limits.bans) return { code: "too_many" };
		this.#store.whole(() => {
			bans.add(userId, members.find(userId)?.username, member.userId, this.#now());
			audit.add("banned", member.userId, userId, this.#now());
			this.#departures.end(userId, member.userId);
			if (revokesUsedInvites) this.#departures.endInvitesUsedBy(userId, member.userId);
		});
		return bans.find(userId) as Ban;
	}

	/** Lifts a ban. A person whose membership it ended comes back by an invite created since then. */
	unban(member: Member, userId: string): { unbanned: true } | Refusal {
		if (member.role !== "owner") return { code: "forbidden" };
		const { bans, audit } = this.#store;
		if (!bans.find(userId)) return { code: "not_found" };
		this.#store.whole(() => {
			bans.delete(userId);
			audit.add("unbanned", member.userId, userId, this.#now());
		});
		return { unbanned: true };
	}

	/** Lists the bans, newest first. Only for owners. */
	list(member: Member): { bans: Ban[] } | Refusal {
		return member.role === "owner" ? { bans: this.#store.bans.list() } : { code: "forbidden" };
	}

	of(member: Member, userId: string): Ban | Refusal {
		if (member.role !== "owner") return { code: "forbidden" };
		return this.#store.bans.find(userId) ?? { code: "not_found" };
	}
}

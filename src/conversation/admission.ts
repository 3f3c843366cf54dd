// Decides who may enter the conversation and act in it. The Worker has verified the identity; membership,
// grants and floods are checked here.

import { isTokenAccepted, refusalOf } from "../auth/identify.ts";
import { authorOf, mayRead, tokenEpoch } from "../auth/personal-token.ts";
import { covers, type Identity, isGranted, personOf, verifyToken } from "../auth/tokens.ts";
import { passQuota } from "../money/quota.ts";
import type { Member } from "../protocol/conversation.ts";
import { limits } from "../protocol/limits.ts";
import type { Author, NamedPerson, Person } from "../protocol/person.ts";
import type { Refusal } from "../protocol/refusal.ts";
import type { Settings } from "../settings.ts";
import type { Import } from "./archive/import.ts";
import { prices, type WorkRate } from "./messages/work-rate.ts";
import type { Membership } from "./people/membership.ts";
import type { Requester } from "./ports.ts";
import type { Inbound } from "./sockets/inbound.ts";
import type { Holder } from "./sockets/socket.ts";
import type { Sockets } from "./sockets/sockets.ts";
import type { Store } from "./store/store.ts";

type Dependencies = {
	/** The conversation's id. */
	id: string;
	settings: Settings;
	users: Env["USERS"];
	ledgers: Env["LEDGER"];
	store: Store;
	sockets: Sockets;
	membership: Membership;
	importer: Import;
	inbound: Inbound;
	work: WorkRate;
	now: () => number;
};

export class Admission {
	readonly #with: Dependencies;

	constructor(dependencies: Dependencies) {
		this.#with = dependencies;
	}

	/**
	 * Refuses a program of a former epoch. A Worker that holds a stream or a Socket.IO connection outlives a deployment, and opens its
	 * sockets with the settings from before. Counts a conversation that begins by this.
	 */
	async refuseBefore(identity: Identity): Promise<Refusal | undefined> {
		const { program } = identity;
		const isFormer = program?.epoch !== undefined && program.epoch !== (await tokenEpoch(this.#with.settings));
		if (isFormer) return { code: "unauthorized" };
		return this.#begins(identity) ? passQuota(this.#with.ledgers, identity, limits.written.conversation) : undefined;
	}

	/** True if the conversation does not exist, and this person's entering creates it. */
	#begins(identity: Identity): boolean {
		const { id, store, importer } = this.#with;
		// Nothing is read for strangers.
		const mayBegin = !identity.program && covers(identity, id) && isGranted(identity, id);
		return mayBegin && !store.exists && store.end === undefined && !importer.isUnderWay;
	}

	/** By whom work is counted. Guests who are no members never use up what the members of their network may do. */
	requester({ userId, network }: Requester): Requester {
		const { store } = this.#with;
		const isStranger = !store.exists || store.members.find(userId) === undefined;
		return { userId, network: network !== undefined && isStranger ? `strangers in ${network}` : network };
	}

	/**
	 * Admits a person who opens a socket, like `enter`. Strangers are counted, too. A socket
	 * receives whatever is said, so no program has one that may not read.
	 */
	connect(identity: Identity, holder: Holder | undefined): Person | Refusal {
		const { work, sockets, now } = this.#with;
		const busy = work.begin(this.requester(identity), now(), prices.connect);
		if (busy) return busy;
		if (!mayRead(identity)) return { code: "forbidden" };
		const person = this.enter(identity);
		return "code" in person || sockets.makeRoom(identity.userId, holder) ? person : { code: "too_many" };
	}

	/**
	 * Admits a member, and anybody to whom the issuer grants the conversation: they become a member now, and the
	 * conversation is created if it does not exist. Refuses people who are shut out for flooding. Returns the name they
	 * speak under.
	 */
	enter(identity: Identity): Author | Refusal {
		const { id, store, now } = this.#with;
		const member = covers(identity, id) ? this.#join(identity) : undefined;
		if (!member) return { code: "not_found" };
		const shutOutFor = store.members.shutOutUntil(member.userId) - now();
		if (shutOutFor > 0) return { code: "rate_limited", retryAfterMs: shutOutFor };
		return authorOf(member, identity);
	}

	/**
	 * Only an issuer's newest token renames its bearer. A program's may carry a name that the owner no longer uses, and a
	 * guest's own object passes on the guest's name.
	 */
	#join(identity: Identity): Member | undefined {
		const { id, membership } = this.#with;
		const person = personOf(identity);
		if (identity.program) return membership.find(person, false);
		if (this.#begins(identity)) membership.create({ id, title: "", lineage: newLineage() }, person);
		return membership.join(person, isGranted(identity, id));
	}

	/** Admits a person by an invite. One that a program made admits nobody while the program's token is refused. */
	async accept({ network, ...person }: NamedPerson & Requester, inviteId: string): Promise<Member | Refusal> {
		const { membership, work, settings, users, store, now } = this.#with;
		const busy = work.begin(this.requester({ userId: person.userId, network }), now(), prices.change);
		if (busy) return busy;
		const maker = store.exists ? store.invites.programOf(inviteId) : undefined;
		const isInForce = !maker || (await isTokenAccepted(maker.userId, maker.tokenId, settings, users, now()));
		return membership.accept(person, inviteId, isInForce);
	}

	/**
	 * Calls `act` for a member. A person to whom the issuer grants the conversation becomes one by it, so that nobody reads without
	 * a trace. A stranger gets the same answer as for a conversation that does not exist, and is counted, too.
	 * `reserve`: see `WorkRate.begin`.
	 */
	asMember<T>(identity: Identity, act: (member: Member) => T, price: number = prices.call, reserve = 0): T | Refusal {
		const { id, membership, work, now } = this.#with;
		const person = personOf(identity);
		const busy = work.begin(this.requester(identity), now(), price, reserve);
		if (busy) return busy;
		const member = covers(identity, id) ? (membership.find(person, false) ?? membership.join(person, isGranted(identity, id))) : undefined;
		return member ? act(member) : { code: "not_found" };
	}

	/**
	 * Checks a newer token for a socket that is already open. `expiresAt` in ms. A token that is not accepted counts as
	 * a bad frame, so that nobody can try many.
	 */
	async authenticate(token: string, person: Person): Promise<{ expiresAt: number } | Refusal> {
		const { settings, users, store, sockets, inbound, now } = this.#with;
		const verified = await verifyToken(token, settings, now());
		if (!store.exists) return { code: "unauthorized" };
		if ("refusal" in verified && verified.refusal.code === "unavailable") return verified.refusal;
		const identity = "identity" in verified && verified.identity.userId === person.userId ? verified.identity : undefined;
		if (identity && !(await refusalOf(identity, settings, users, now()))) return { expiresAt: identity.expiresAt };
		store.audit.add("token_refused", person.userId, undefined, now());
		const [socket] = sockets.of(person.userId);
		if (socket) inbound.countBadFrame(socket, now());
		return { code: "unauthorized" };
	}
}

/** Names one life of the conversation's storage; cursors from another are not comparable. */
export function newLineage(): string {
	return crypto.randomUUID().slice(0, 8);
}

// Decides who may enter the conversation and act in it. The Worker has verified the identity; membership,
// grants and floods are checked here.

import { isSuspended, isTokenAccepted, refusalOf } from "../auth/identify.ts";
import { authorOf, mayRead, tokenEpoch } from "../auth/personal-token.ts";
import { covers, type Identity, isGranted, personOf, verifyToken, writerOf } from "../auth/tokens.ts";
import { withOwnSecret } from "../deployment/settings.ts";
import { passQuota } from "../money/quota.ts";
import { orFull } from "../platform/full.ts";
import type { Member } from "../protocol/conversation.ts";
import { closeCodes } from "../protocol/errors.ts";
import { limits } from "../protocol/limits.ts";
import type { Author, NamedPerson, Person } from "../protocol/person.ts";
import type { Refusal } from "../protocol/refusal.ts";
import type { Settings } from "../settings.ts";
import type { Import } from "./archive/import.ts";
import { prices, type WorkRate } from "./messages/work-rate.ts";
import type { Endings } from "./people/endings.ts";
import type { Invitations, Preview } from "./people/invitations.ts";
import type { Membership } from "./people/membership.ts";
import type { Renewal, Requester } from "./ports.ts";
import type { GuestNetworks } from "./replies/money/guest-networks.ts";
import type { Inbound } from "./sockets/inbound.ts";
import type { Holder, Socket } from "./sockets/socket.ts";
import type { Sockets } from "./sockets/sockets.ts";
import type { Store } from "./store/store.ts";

type Dependencies = {
	/** The conversation's id. */
	id: string;
	settings: Settings;
	env: Env;
	store: Store;
	sockets: Sockets;
	membership: Membership;
	invitations: Invitations;
	endings: Endings;
	alarm: { bringForward(): void };
	importer: Import;
	inbound: Inbound;
	work: WorkRate;
	networks: GuestNetworks;
	now: () => number;
};

export class Admission {
	readonly #with: Dependencies;

	constructor(dependencies: Dependencies) {
		this.#with = dependencies;
	}

	/** With the deployment's own secret, if it has one. */
	#settings(): Promise<Settings> {
		return withOwnSecret(this.#with.settings, this.#with.env);
	}

	/**
	 * Refuses a program of a former epoch. A Worker that holds a stream or a Socket.IO connection outlives a deployment, and opens its
	 * sockets with the settings from before. Counts a conversation that begins by this.
	 */
	async refuseBefore(identity: Identity): Promise<Refusal | undefined> {
		const { program } = identity;
		const isFormer = program?.epoch !== undefined && program.epoch !== (await tokenEpoch(await this.#settings()));
		if (isFormer) return { code: "unauthorized" };
		return this.#begins(identity) ? passQuota(this.#with.env.LEDGER, writerOf(identity), limits.written.conversation) : undefined;
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
		const person = this.connectAtRelay(identity);
		return "code" in person || this.#with.sockets.makeRoom(identity.userId, holder) ? person : { code: "too_many" };
	}

	/** The same for a socket at a relay, which makes room for it. */
	connectAtRelay(identity: Identity): Author | Refusal {
		const { work, now } = this.#with;
		const busy = work.begin(this.requester(identity), now(), prices.connect);
		if (busy) return busy;
		return mayRead(identity) ? this.enter(identity) : { code: "forbidden" };
	}

	/**
	 * Admits a member, and anybody to whom the issuer grants the conversation: they become a member now, and the
	 * conversation is created if it does not exist. Refuses people who are shut out for flooding. Returns the name they
	 * speak under.
	 */
	enter(identity: Identity): Author | Refusal {
		const { id, store, endings, now } = this.#with;
		endings.run(identity.userId);
		const member = covers(identity, id) ? this.#join(identity) : undefined;
		if (!member) return { code: "not_found" };
		this.#noteNetwork(identity);
		const shutOutFor = store.members.access.shutOutUntil(member.userId) - now();
		if (shutOutFor > 0) return { code: "rate_limited", retryAfterMs: shutOutFor };
		return authorOf(member, identity);
	}

	/** A request by a webhook does not say where the webhook's maker is. */
	#noteNetwork(identity: Identity): void {
		if (!identity.program?.isWebhook) this.#with.networks.note(identity);
	}

	/**
	 * Only an issuer's newest token renames its bearer. A program's may carry a name that the owner no longer uses, and a
	 * guest's own object passes on the guest's name.
	 */
	#join(identity: Identity): Member | undefined {
		const { id, membership } = this.#with;
		const person = personOf(identity);
		if (identity.program) return membership.meet(person);
		if (this.#begins(identity)) membership.create({ id, title: "", lineage: newLineage() }, person);
		return membership.join(person, isGranted(identity, id));
	}

	/** What an invite offers to whoever has its secret. */
	async preview(inviteId: string): Promise<Preview | Refusal> {
		return this.#with.invitations.preview(inviteId, await this.#isInForce(inviteId));
	}

	/** Admits a person by an invite. It admits nobody while its maker is suspended, or the token of the program that made it is refused. */
	async accept({ network, ...person }: NamedPerson & Requester, inviteId: string): Promise<Member | Refusal> {
		const { invitations, endings, alarm, work, now } = this.#with;
		const busy = work.begin(this.requester({ userId: person.userId, network }), now(), prices.change);
		if (busy) return busy;
		const isInForce = await this.#isInForce(inviteId);
		endings.run(person.userId);
		const accepted = invitations.accept(person, inviteId, isInForce);
		alarm.bringForward();
		return accepted;
	}

	async #isInForce(inviteId: string): Promise<boolean> {
		const { store } = this.#with;
		const maker = store.exists ? store.invites.makerOf(inviteId) : undefined;
		return !maker || (await this.#mayInvite(maker));
	}

	async #mayInvite({ userId, tokenId }: { userId: string; tokenId: string | null }): Promise<boolean> {
		const { env, now } = this.#with;
		if (tokenId === null) return !(await isSuspended(userId, env.USERS));
		return isTokenAccepted(userId, tokenId, await this.#settings(), env.USERS, now());
	}

	/**
	 * Calls `act` for a member. A person to whom the issuer grants the conversation becomes one by it, so that nobody reads without
	 * a trace. A stranger gets the same answer as for a conversation that does not exist, and is counted, too.
	 * `reserve`: see `WorkRate.begin`.
	 */
	asMember<T>(identity: Identity, act: (member: Member) => T, price: number = prices.call, reserve = 0): T | Refusal {
		const { id, membership, endings, work, now } = this.#with;
		const person = personOf(identity);
		const busy = work.begin(this.requester(identity), now(), price, reserve);
		if (busy) return busy;
		endings.run(identity.userId);
		const member = covers(identity, id) ? (membership.meet(person) ?? membership.join(person, isGranted(identity, id))) : undefined;
		if (!member) return { code: "not_found" };
		this.#noteNetwork(identity);
		return act(member);
	}

	/**
	 * Takes up the sockets that survived a sleep, and closes those of people who are no members any more. A sign-in that ends meanwhile
	 * wakes the object to say so.
	 */
	restore(sockets: readonly WebSocket[]): Socket[] {
		const restored = this.#with.sockets.restore(sockets, this.#with.now());
		for (const { person, requester } of restored) if (!this.#refuseStranger(person.userId)) this.#with.networks.note(requester);
		return restored.filter(({ isRevoked }) => !isRevoked);
	}

	/** Ends the connections of somebody who is no member any more. */
	#refuseStranger(userId: string): Refusal | undefined {
		const { store, sockets } = this.#with;
		if (store.exists && store.members.find(userId)) return undefined;
		sockets.close(userId, closeCodes.removed, "no longer a member");
		return { code: "not_found" };
	}

	/**
	 * Checks a newer token for a socket that is already open, and the membership of its person. `expiresAt` in ms. A token that is not
	 * accepted counts as a bad frame, so that nobody can try many.
	 */
	async authenticate(token: string, person: Person): Promise<Renewal | Refusal> {
		const { env, store, sockets, endings, inbound, now } = this.#with;
		const settings = await this.#settings();
		const verified = await verifyToken(token, settings, now());
		if (!store.exists) return { code: "unauthorized" };
		endings.run(person.userId);
		if ("refusal" in verified && verified.refusal.code === "unavailable") return verified.refusal;
		const identity = "identity" in verified && verified.identity.userId === person.userId ? verified.identity : undefined;
		const refused = identity && (await refusalOf(identity, settings, env.USERS, now()));
		if (identity && !refused) return this.#refuseStranger(person.userId) ?? renewalBy(identity);
		if (refused?.code === "suspended") return refused;
		orFull(() => store.audit.add("token_refused", person.userId, undefined, now()));
		const [socket] = sockets.of(person.userId);
		if (socket) inbound.countBadFrame(socket, now());
		return { code: "unauthorized" };
	}
}

function renewalBy(identity: Identity): Renewal {
	return { expiresAt: identity.expiresAt, ...("session" in identity && { session: identity.session }) };
}

/** Names one life of the conversation's storage; cursors from another are not comparable. */
export function newLineage(): string {
	return crypto.randomUUID().slice(0, 8);
}

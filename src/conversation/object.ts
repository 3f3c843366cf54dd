// The Durable Object of one conversation: accepts sockets, wakes, forwards, closes, and handles the alarm. No rule of
// the chat lives here. It trusts its caller: only the Worker and people's objects hold a stub, and they pass on
// nobody whom they have not verified.

import { DurableObject } from "cloudflare:workers";
import { signInOf } from "../auth/personal-token.ts";
import type { Identity } from "../auth/tokens.ts";
import { acceptUpgrade, answerClose, buildUpgrade, readUpgrade, refuseUpgrade } from "../platform/upgrade.ts";
import type { ConversationInfo } from "../protocol/conversation.ts";
import type { NamedPerson, Person } from "../protocol/person.ts";
import type { Refusal } from "../protocol/refusal.ts";
import { readSettings } from "../settings.ts";
import { newLineage } from "./admission.ts";
import type { ImportProgress, Target } from "./archive/import.ts";
import { Calls } from "./calls.ts";
import type { ErasureStep } from "./people/erasure.ts";
import { PersonCalls } from "./person-calls.ts";
import type { Requester } from "./ports.ts";
import type { Holder } from "./sockets/socket.ts";
import { type Parts, wire } from "./wiring.ts";

/** What the Worker passes on with a socket. */
type Upgrade = { identity: Identity; cursor: string | undefined; isChatProtocol: boolean; holder?: Holder | undefined };

export const upgradeRequest = (upgrade: Upgrade): Request => buildUpgrade(upgrade);

export class ConversationObject extends DurableObject<Env> {
	readonly #parts: Parts;

	constructor(ctx: DurableObjectState, env: Env) {
		super(ctx, env);
		const read = readSettings(env);
		if ("problem" in read) throw new Error(read.problem);
		this.#parts = wire(ctx, env, read.settings);
		const { store, sockets, clients, replies, removals, lists, purses, alarm, now } = this.#parts;
		ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
		for (const client of sockets.restore(ctx.getWebSockets(), now())) clients.add(client);
		if (store.exists) replies.recover();
		if ((removals.dueAt ?? purses.dueAt) !== undefined) alarm.bringForward();
		void lists.recover();
	}

	/** Answers an `upgradeRequest`. */
	override async fetch(request: Request): Promise<Response> {
		const { identity, cursor, isChatProtocol, holder } = readUpgrade<Upgrade>(request);
		const { admission, sockets, store, conversation } = this.#parts;
		const person = (await admission.refuseBefore(identity)) ?? admission.connect(identity, holder);
		if ("code" in person) return refuseUpgrade(person);
		const { 0: theirs, 1: ours } = new WebSocketPair();
		this.ctx.acceptWebSocket(ours);
		const client = sockets.open(ours, {
			conversationId: store.info.id,
			person,
			network: identity.network,
			holder,
			...signInOf(identity),
		});
		conversation.join(client, cursor);
		sockets.joined(client);
		return acceptUpgrade(theirs, isChatProtocol);
	}

	override webSocketMessage(socket: WebSocket, frame: string | ArrayBuffer): void {
		this.#parts.inbound.receive(socket, frame);
	}

	override webSocketClose(socket: WebSocket, code: number, reason: string): void {
		this.#disconnected(socket);
		answerClose(socket, code, reason);
	}

	override webSocketError(socket: WebSocket): void {
		this.#disconnected(socket);
	}

	#disconnected(socket: WebSocket): void {
		const { inbound, sockets, conversation } = this.#parts;
		// Frames that still wait may be the last that this socket sent.
		inbound.flush();
		const client = sockets.get(socket);
		sockets.delete(socket);
		if (client) conversation.leave(client);
	}

	override async alarm(): Promise<void> {
		const { store, importer, clients, replies, lists, removals, purses, alarm } = this.#parts;
		// An import that was abandoned leaves nothing behind.
		if (!store.exists && importer.isUnderWay) return this.ctx.storage.deleteAll();
		clients.expire();
		if (store.exists) replies.recover();
		const notified = lists.recover();
		await purses.runDue();
		await removals.runDue();
		alarm.fired();
		await notified;
	}

	/** The calls that this person may make. */
	as(identity: Identity): Calls {
		return new Calls(this.#parts, identity);
	}

	async create(owner: NamedPerson, title: string): Promise<ConversationInfo> {
		const created = this.#parts.membership.create({ id: this.#parts.id, title, lineage: newLineage() }, owner);
		await this.#parts.lists.settled;
		return created;
	}

	/** Imports the lines of an export that follow the first `from` ones. `as` becomes an owner in any case. */
	async importLines(lines: string, from: number, { as, fork }: Pick<Target, "as" | "fork">): Promise<ImportProgress | Refusal> {
		const { id, importer, lists } = this.#parts;
		const taken = await importer.addLines(lines, from, { id, lineage: newLineage(), as, fork });
		if ("conversation" in taken && fork) lists.memberChanged(fork.owner.userId);
		else if ("conversation" in taken) lists.changed("all");
		if (fork) await lists.settled;
		return taken;
	}

	async register(userIds: readonly string[]): Promise<void> {
		await this.#parts.importer.register(userIds);
	}

	async accept(person: NamedPerson & Requester, inviteId: string): Promise<{ accepted: true } | Refusal> {
		const member = await this.#parts.admission.accept(person, inviteId);
		if ("code" in member) return member;
		await this.#parts.lists.settled;
		return { accepted: true };
	}

	async erase(userId: string, alias: string, after: number): Promise<ErasureStep> {
		return new PersonCalls(this.#parts).erase(userId, alias, after);
	}

	async rename(person: Person): Promise<void> {
		new PersonCalls(this.#parts).rename(person);
	}

	async signOut(userId: string): Promise<void> {
		await new PersonCalls(this.#parts).signOut(userId);
	}

	async endSessions(userId: string, sessions: readonly string[]): Promise<void> {
		this.#parts.sockets.closeSessions(userId, sessions);
	}

	async endTokens(userId: string, tokenIds: readonly string[]): Promise<void> {
		new PersonCalls(this.#parts).endTokens(userId, tokenIds);
	}
}

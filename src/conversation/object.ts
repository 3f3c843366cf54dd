// The Durable Object of one conversation: accepts sockets, wakes, forwards, closes, and handles the alarm. No rule of
// the chat lives here. It trusts its caller: only the Worker and people's objects hold a stub, and they pass on
// nobody whom they have not verified.

import { DurableObject } from "cloudflare:workers";
import type { Identity } from "../auth/tokens.ts";
import { beforeSleep } from "../platform/before-sleep.ts";
import { answerClose } from "../platform/upgrade.ts";
import type { ConversationInfo } from "../protocol/conversation.ts";
import type { NamedPerson } from "../protocol/person.ts";
import type { Refusal } from "../protocol/refusal.ts";
import { readSettings } from "../settings.ts";
import { Beginnings } from "./archive/beginnings.ts";
import type { ImportProgress, Target } from "./archive/import.ts";
import { Calls } from "./calls.ts";
import { DeployerCalls } from "./deployer-calls.ts";
import type { Sent } from "./messages/sending.ts";
import type { ErasureStep } from "./people/erasure.ts";
import type { Preview } from "./people/invitations.ts";
import { PersonCalls } from "./person-calls.ts";
import type { Requester } from "./ports.ts";
import { RelayCalls } from "./relays/calls.ts";
import type { Answer, Asked, Passed, Taken } from "./relays/delivery.ts";
import { enter } from "./relays/entrance.ts";
import { goOnAfterWake, goOnWhenDue } from "./unfinished.ts";
import { type Posted, postByWebhook } from "./webhooks/incoming.ts";
import { type Parts, wire } from "./wiring.ts";

export { upgradeRequest } from "./relays/entrance.ts";

export class ConversationObject extends DurableObject<Env> {
	readonly #parts: Parts;

	constructor(ctx: DurableObjectState, env: Env) {
		super(ctx, env);
		const read = readSettings(env);
		if ("problem" in read) throw new Error(read.problem);
		this.#parts = wire(ctx, env, read.settings);
		const { admission, clients } = this.#parts;
		ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
		for (const client of admission.restore(ctx.getWebSockets())) clients.add(client);
		goOnAfterWake(this.#parts);
	}

	/** Answers an `upgradeRequest`. */
	override async fetch(request: Request): Promise<Response> {
		return enter(this.#parts, this.ctx, request);
	}

	override webSocketMessage(socket: WebSocket, frame: string | ArrayBuffer): void {
		this.#parts.inbound.receive(socket, frame);
	}

	override webSocketClose(socket: WebSocket, code: number, reason: string): void {
		this.#parts.inbound.disconnected(socket);
		answerClose(socket, code, reason);
	}

	override webSocketError(socket: WebSocket): void {
		this.#parts.inbound.disconnected(socket);
	}

	override async alarm(): Promise<void> {
		const { store, importer } = this.#parts;
		// An import that was abandoned leaves nothing behind.
		if (!store.exists && importer.isUnderWay) return this.ctx.storage.deleteAll();
		await goOnWhenDue(this.#parts);
	}

	/** The runtime may announce that the object sleeps or is replaced. */
	[beforeSleep](): void {
		this.#parts.replies.save();
	}

	/** The calls that this person may make. */
	as(identity: Identity): Calls {
		return new Calls(this.#parts, identity);
	}

	forDeployer(): DeployerCalls {
		return new DeployerCalls(this.#parts);
	}

	/** One of its relays asks who may enter. */
	async admit(relay: number, asked: Asked): Promise<Answer> {
		return new RelayCalls(this.#parts, relay).admit(asked);
	}

	/** One of its relays passes on what a client has sent. */
	async take(relay: number, passed: Passed): Promise<Taken> {
		return new RelayCalls(this.#parts, relay).take(passed);
	}

	async create(owner: NamedPerson, title: string): Promise<ConversationInfo> {
		return new Beginnings(this.#parts).create(owner, title);
	}

	/** Posts what came in by an incoming webhook. */
	async post(webhookId: string, posted: Posted, network?: string): Promise<Sent | Refusal> {
		return postByWebhook(this.#parts, webhookId, posted, network);
	}

	/** Imports the lines of an export that follow the first `from` ones. `as` becomes an owner in any case. */
	async importLines(lines: string, from: number, target: Pick<Target, "as" | "fork">): Promise<ImportProgress | Refusal> {
		return new Beginnings(this.#parts).importLines(lines, from, target);
	}

	async register(userIds: readonly string[]): Promise<void> {
		await this.#parts.importer.register(userIds);
	}

	/** What an invite offers, for whoever has its secret. */
	async preview(inviteId: string): Promise<Preview | Refusal> {
		return this.#parts.admission.preview(inviteId);
	}

	async accept(person: NamedPerson & Requester, inviteId: string): Promise<{ accepted: true } | Refusal> {
		const member = await this.#parts.admission.accept(person, inviteId);
		if ("code" in member) return member;
		await this.#parts.lists.settled;
		return { accepted: true };
	}

	async erase(userId: string, alias: string, after: number, upTo?: number): Promise<ErasureStep> {
		return new PersonCalls(this.#parts).erase(userId, alias, after, upTo);
	}

	async rename(person: NamedPerson): Promise<void> {
		new PersonCalls(this.#parts).rename(person);
	}

	async signOut(userId: string, keeps?: boolean): Promise<void> {
		await new PersonCalls(this.#parts).signOut(userId, keeps);
	}

	/** Closes the sockets of a person who is suspended. */
	async disconnect(userId: string): Promise<void> {
		new PersonCalls(this.#parts).disconnect(userId);
	}

	async endSessions(userId: string, sessions: readonly string[]): Promise<void> {
		this.#parts.sockets.closeSessions(userId, sessions);
	}

	async endTokens(userId: string, tokenIds: readonly string[]): Promise<void> {
		new PersonCalls(this.#parts).endTokens(userId, tokenIds);
	}
}

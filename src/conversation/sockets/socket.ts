// One client of a conversation: a hibernating socket and the person it belongs to.

import { HibernatingSocket, type Attachment as PlatformAttachment, type SocketOptions } from "../../platform/hibernating-socket.ts";
import { encodeFrame } from "../../protocol/encode-frame.ts";
import { type CloseCode, closeCodes } from "../../protocol/errors.ts";
import { errorEvent } from "../../protocol/events.ts";
import type { Person } from "../../protocol/person.ts";
import type { Scope } from "../../protocol/token.ts";
import type { Renewal, Requester } from "../ports.ts";
import type { FanoutClient } from "./fanout.ts";

/** What the Worker holds a socket for, if not for a native client. */
export type Holder = {
	/** A stream of events, which a reader opens again by itself. */
	isStream?: true;
	/** A client of Socket.IO; `isUpgraded`: it polled before, with another socket. */
	session?: string;
	isUpgraded?: boolean;
};

export type Attachment = PlatformAttachment & {
	conversationId: string;
	person: Person;
	/** The network that a guest came from. */
	network?: string | undefined;
	holder?: Holder | undefined;
	/** The scopes of that personal token. Without one, everything is permitted. */
	scopes?: readonly Scope[];
	/** The first message that they may receive, if there are older ones; and when their membership ends, in ms. */
	readsFrom?: number;
	endsAt?: number;
	/** At a relay: by what the conversation names the socket, and when it was let in, by the clock of one life of its object, in ms. */
	relayed?: { id: string; at: number; feed?: string };
	/** When the person's latest bad frames arrived, in ms. */
	badFrames?: readonly number[];
};

export type SocketHooks = Pick<SocketOptions, "pingedAt" | "now"> & {
	/** We closed it. */
	closed(socket: Socket): void;
	/** When the next sign-in expires may have changed. */
	renewed(): void;
};

export class Socket implements FanoutClient {
	readonly #socket: HibernatingSocket<Attachment>;
	readonly #hooks: SocketHooks;

	/** Restores a socket after a wake; with `attachment`, starts a new one. */
	constructor(socket: WebSocket, hooks: SocketHooks, attachment?: Attachment) {
		this.#hooks = hooks;
		this.#socket = new HibernatingSocket(socket, { ...hooks, closed: () => hooks.closed(this) }, attachment);
	}

	get person(): Person {
		return this.#socket.attachment.person;
	}

	get requester(): Requester {
		const { person, network } = this.#socket.attachment;
		return { userId: person.userId, network };
	}

	get tokenId(): string | undefined {
		return this.#socket.attachment.tokenId;
	}

	get session(): string | undefined {
		return this.#socket.attachment.session;
	}

	get scopes(): readonly Scope[] | undefined {
		return this.#socket.attachment.scopes;
	}

	get relayed(): Attachment["relayed"] {
		return this.#socket.attachment.relayed;
	}

	get openedAt(): number {
		return this.#socket.attachment.openedAt;
	}

	get expiresAt(): number {
		return Math.min(this.#socket.attachment.expiresAt, this.#endsAt);
	}

	get #endsAt(): number {
		return this.#socket.attachment.endsAt ?? Number.POSITIVE_INFINITY;
	}

	get readsFrom(): number {
		return this.#socket.attachment.readsFrom ?? 1;
	}

	get holder(): Holder {
		return this.#socket.attachment.holder ?? {};
	}

	get givesWay(): boolean {
		return this.holder.isStream === true;
	}

	/** True if it was opened for the same client before that client upgraded. */
	precedes({ session, isUpgraded = false }: Holder): boolean {
		return session !== undefined && session === this.holder.session && isUpgraded && !this.holder.isUpgraded;
	}

	get badFrames(): readonly number[] {
		return this.#socket.attachment.badFrames ?? [];
	}

	get isRevoked(): boolean {
		return this.#socket.isRevoked;
	}

	isOpen(now: number): boolean {
		return this.#socket.isOpen(now) && now < this.#endsAt;
	}

	expire(): void {
		if (this.#endsAt < this.#socket.attachment.expiresAt) {
			this.close(closeCodes.removed, "no longer a member");
			return;
		}
		this.send(encodeFrame([errorEvent(this.#socket.attachment.conversationId, { code: "token_expired" })]));
		this.close(closeCodes.token, "token expired");
	}

	send(frame: string): void {
		this.#socket.send(frame);
	}

	received(now: number): void {
		this.#socket.received(now);
	}

	acknowledge(): void {
		this.#socket.acknowledge();
	}

	/** Almost nobody is limited, and then nothing is written. */
	limitTo({ from, endsAt }: { from: number; endsAt: number | null }): void {
		if (from === this.readsFrom && (endsAt ?? Number.POSITIVE_INFINITY) === this.#endsAt) return;
		this.#socket.update({ readsFrom: from, endsAt: endsAt ?? undefined });
		this.#hooks.renewed();
	}

	/** It ends with the newer session, and not with the one that opened it. */
	renew({ expiresAt, session }: Renewal): void {
		this.#socket.update({ expiresAt, ...(session !== undefined && { session }) });
		this.#hooks.renewed();
	}

	rename(username: string): void {
		this.#socket.update({ person: { ...this.person, username } });
	}

	/** Keeps the times of bad frames over a sleep. */
	keepBadFrames(badFrames: readonly number[]): void {
		this.#socket.update({ badFrames });
	}

	close(code: CloseCode, reason: string): void {
		this.#socket.close(code, reason);
	}
}

// All sockets of a conversation, closed ones too for as long as they do not go: how many a person may have, and how much may come of them.

import type { CloseCode } from "../../protocol/errors.ts";
import { closeCodes } from "../../protocol/errors.ts";
import { limits } from "../../protocol/limits.ts";
import type { Rate } from "../rate.ts";
import { Floods, type Verdict } from "./flood-control.ts";
import { type Attachment, Socket, type SocketHooks } from "./socket.ts";

export class Sockets {
	readonly #all = new Map<WebSocket, Socket>();
	readonly #floods: Floods;
	readonly #hooks: SocketHooks;

	constructor(sends: Rate, hooks: SocketHooks) {
		this.#floods = new Floods(sends);
		this.#hooks = hooks;
	}

	/** One that outlived a sleep. */
	takeUp(socket: WebSocket, now: number): Socket {
		const client = new Socket(socket, this.#hooks);
		this.#all.set(socket, client);
		this.#floods.restore(client.person.userId, client.badFrames, now);
		return client;
	}

	open(socket: WebSocket, attachment: Attachment): Socket {
		const client = new Socket(socket, this.#hooks, attachment);
		this.#all.set(socket, client);
		return client;
	}

	get(socket: WebSocket): Socket | undefined {
		return this.#all.get(socket);
	}

	delete(socket: WebSocket): void {
		this.#all.delete(socket);
	}

	of(userId: string): Socket[] {
		return [...this.#all.values()].filter(({ person }) => person.userId === userId);
	}

	/** All of one person. */
	close(userId: string, code: CloseCode, reason: string): void {
		for (const socket of this.of(userId)) socket.close(code, reason);
	}

	all(): Iterable<Socket> {
		return this.#all.values();
	}

	/** For one more socket of a person: closes their oldest if it is one too many. Whether there may be one more. */
	makeRoom(userId: string): boolean {
		const theirs = this.of(userId);
		if (theirs.length >= limits.lingeringSockets) return false;
		const open = theirs.filter(({ isRevoked }) => !isRevoked).sort((one, other) => one.openedAt - other.openedAt);
		const surplus = Math.max(0, open.length + 1 - limits.socketsPerPerson);
		for (const socket of open.slice(0, surplus)) socket.close(closeCodes.replaced, "opened elsewhere");
		return true;
	}

	/** What is to be done with a frame of so many UTF-16 units or bytes, before it is read. */
	take(client: Socket, length: number, now: number): Verdict {
		client.heard(now);
		return this.#floods.take(client.person.userId, length, now);
	}

	/** Whether its person has sent too many frames that made no sense. */
	countBadFrame(client: Socket, now: number): boolean {
		const { userId } = client.person;
		const isTooMany = this.#floods.countBad(userId, now);
		client.keepBadFrames(this.#floods.badFramesOf(userId));
		return isTooMany;
	}
}

// The conversation's sockets, including ones we closed whose client has not disconnected yet. Enforces the per-person
// limits on sockets and frames.

import { makeRoom } from "../../platform/hibernating-socket.ts";
import { type CloseCode, closeCodes } from "../../protocol/errors.ts";
import { limits } from "../../protocol/limits.ts";
import type { Person } from "../../protocol/person.ts";
import type { Rate } from "../rate.ts";
import type { NewClosing } from "../store/people/relays.ts";
import { ByPerson } from "./by-person.ts";
import { FloodControl, type Verdict } from "./flood-control.ts";
import { type Attachment, type Holder, Socket, type SocketHooks } from "./socket.ts";

export class Sockets {
	readonly #all = new Map<WebSocket, Socket>();
	readonly #byPerson = new ByPerson<Socket>();
	readonly #floodControl: FloodControl;
	readonly #hooks: SocketHooks;
	readonly #closing: (closing: NewClosing) => void;

	/** `closing` is called with what is closed for everybody's or one person's sockets, so that it reaches those elsewhere. */
	constructor(sends: Rate, hooks: SocketHooks, closing: (closing: NewClosing) => void = () => {}) {
		this.#floodControl = new FloodControl(sends);
		this.#hooks = hooks;
		this.#closing = closing;
	}

	/** Takes up the sockets that survived a sleep; returns those that are still open. */
	restore(sockets: readonly WebSocket[], now: number): Socket[] {
		for (const socket of sockets) {
			const restored = new Socket(socket, this.#hooks);
			this.#add(socket, restored);
			this.#floodControl.restore(restored.person.userId, restored.badFrames, now);
		}
		return [...this.#all.values()].filter(({ isRevoked }) => !isRevoked);
	}

	open(socket: WebSocket, attachment: Omit<Attachment, "openedAt">): Socket {
		const opened = new Socket(socket, this.#hooks, { ...attachment, openedAt: this.#hooks.now() });
		this.#add(socket, opened);
		return opened;
	}

	#add(socket: WebSocket, added: Socket): void {
		this.#all.set(socket, added);
		this.#byPerson.add(added);
	}

	get(socket: WebSocket): Socket | undefined {
		return this.#all.get(socket);
	}

	delete(socket: WebSocket): void {
		const deleted = this.#all.get(socket);
		if (deleted) this.#byPerson.delete(deleted);
		this.#all.delete(socket);
	}

	get size(): number {
		return this.#all.size;
	}

	all(): Iterable<Socket> {
		return this.#all.values();
	}

	of(userId: string): Socket[] {
		return this.#byPerson.of(userId);
	}

	/** Closes all sockets of a person. */
	close(userId: string, code: CloseCode, reason: string): void {
		for (const socket of this.of(userId)) socket.close(code, reason);
		this.#closing({ userId, code, reason });
	}

	/** Closes the sockets of everybody. */
	closeAll(code: CloseCode, reason: string): void {
		for (const socket of this.all()) socket.close(code, reason);
		this.#closing({ code, reason });
	}

	/** Closes the sockets that these personal tokens opened. */
	closeTokens(userId: string, tokenIds: readonly string[]): void {
		for (const socket of this.of(userId))
			if (socket.tokenId !== undefined && tokenIds.includes(socket.tokenId)) socket.close(closeCodes.token, "token revoked");
		this.#closing({ userId, tokenIds, code: closeCodes.token, reason: "token revoked" });
	}

	/** Closes the sockets that these sessions opened. */
	closeSessions(userId: string, sessions: readonly string[]): void {
		for (const socket of this.of(userId))
			if (socket.session !== undefined && sessions.includes(socket.session)) socket.close(closeCodes.token, "session ended");
		this.#closing({ userId, sessions, code: closeCodes.token, reason: "session ended" });
	}

	/** Renames a person. Their programs keep the names of their tokens. */
	rename({ userId, username }: Person): void {
		for (const socket of this.of(userId)) if (socket.tokenId === undefined) socket.rename(username);
	}

	/** Makes room for one more socket of a person; false if there is none. Its predecessor does not count. */
	makeRoom(userId: string, holder: Holder = {}): boolean {
		const others = this.of(userId).filter((socket) => !socket.precedes(holder));
		return makeRoom(others, limits.socketsPerPerson, holder.isStream);
	}

	/** The socket has joined. Its predecessor is closed only now, so that its person does not seem to leave. */
	joined({ person, holder }: Socket): void {
		for (const socket of this.of(person.userId)) if (socket.precedes(holder)) socket.close(closeCodes.replaced, "upgraded");
		this.#hooks.renewed();
	}

	/** Counts a frame of `length` UTF-16 units or bytes before it is read, and says whether to read it. */
	countFrame(socket: Socket, length: number, now: number): Verdict {
		socket.received(now);
		return this.#floodControl.count(socket.requester, length, now);
	}

	/** Counts a bad frame; true if its person has sent too many. */
	countBadFrame(socket: Socket, now: number): boolean {
		const { userId } = socket.person;
		const isTooMany = this.#floodControl.countBad(userId, now);
		socket.keepBadFrames(this.#floodControl.badFramesOf(userId));
		return isTooMany;
	}
}

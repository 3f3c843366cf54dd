// One of the conversations of a shared socket: it is being entered, or it is open.

import type { ServerEvent } from "../protocol/events.ts";
import { limits } from "../protocol/limits.ts";
import { isRefusal, type Refusal } from "../protocol/refusal.ts";
import { NativeSocket, type NativeSocketListener } from "./native-socket.ts";
import { patiently } from "./patiently.ts";

export type EnteredOptions = {
	open(): Promise<WebSocket | Refusal>;
	received(frame: string): void;
	refused(refusal: Refusal): void;
	closed(code: number, isAnnounced: boolean): void;
};

export class Entered implements NativeSocketListener {
	readonly #conversationId: string;
	readonly #options: EnteredOptions;
	#socket: NativeSocket | undefined;
	/** Events of the frame that is read now, or of those that came before the socket was open. */
	#events: object[] = [];
	/** UTF-16 units of them, counted until the socket is open. */
	#heldUnits = 0;
	/** A file was sent and has no answer yet. */
	isFileComing = false;
	#isOver = false;
	/** Resolved once its first page has come, or will not. */
	readonly #joined = Promise.withResolvers<void>();

	constructor(conversationId: string, options: EnteredOptions) {
		this.#conversationId = conversationId;
		this.#options = options;
	}

	/** Resolves when the client is in, or cannot be. */
	async enter(): Promise<void> {
		if (this.#isOver) return;
		const opened = await patiently(() => this.#options.open()).catch((): Refusal => ({ code: "internal" }));
		if (isRefusal(opened)) {
			if (!this.#isOver) this.#options.refused(opened);
			return;
		}
		this.#socket = new NativeSocket(opened, this.#conversationId, this);
		if (this.#isOver) this.close();
		else this.flush();
		await this.#joined.promise;
	}

	get isOpen(): boolean {
		return this.#socket !== undefined;
	}

	/** Returns false if too much waits for the socket to open. */
	pass(event: object): boolean {
		if (!this.#socket) this.#heldUnits += jsonOf(event)?.length ?? Number.POSITIVE_INFINITY;
		if (this.#heldUnits > limits.frameBytes || this.#events.length >= limits.eventsPerFrame) return false;
		this.#events.push(event);
		return true;
	}

	/** Events of one frame stay together. */
	flush(): void {
		const events = this.#events;
		if (!this.#socket || events.length === 0) return;
		[this.#events, this.#heldUnits] = [[], 0];
		const frame = jsonOf(events);
		if (frame !== undefined) this.#socket.pass(frame);
	}

	passFile(frame: ArrayBuffer): void {
		this.isFileComing = this.#socket?.passFile(frame) ?? false;
	}

	ping(): void {
		this.#socket?.ping();
	}

	received(events: ServerEvent[], frame: string): void {
		if (events.some(({ type }) => type === "chat:file" || type === "chat:error")) this.isFileComing = false;
		this.#options.received(frame);
		this.#joined.resolve();
	}

	closed(_refusal: Refusal | undefined, isAnnounced: boolean, code: number): void {
		this.#joined.resolve();
		if (!this.#isOver) this.#options.closed(code, isAnnounced);
	}

	close(): void {
		this.#isOver = true;
		this.#joined.resolve();
		this.#socket?.close();
	}
}

/** `undefined` for what is nested too deeply to be written. */
function jsonOf(value: object): string | undefined {
	try {
		return JSON.stringify(value);
	} catch {
		return undefined;
	}
}

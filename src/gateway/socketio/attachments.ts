// The binary attachments of one Socket.IO event, until all of them have come. Pure.

import { type BinaryPacket, byteLengthOf, bytesOf, type EventPacket } from "./packets.ts";

/**
 * `missing`: how many are still to come. `most`: how many bytes all of them may have. `isRead`: false if the event was refused before.
 * `isDropped`: there was no room for its bytes. `dueAt`: when the next one has to be there, in ms.
 */
export type AttachmentsState = {
	packet: EventPacket;
	missing: number;
	most: number;
	isRead: boolean;
	isDropped?: boolean;
	bytes: number;
	received: Uint8Array<ArrayBuffer>[];
	dueAt: number;
};

/** Counts what is in memory. */
type Hold = { add(bytes: number): boolean; release(): void };

export class Attachments {
	/** What another transport needs to continue. */
	readonly state: AttachmentsState;

	readonly #hold: Hold;

	constructor(state: AttachmentsState, hold: Hold) {
		this.state = state;
		this.#hold = hold;
		if (!hold.add(sizeOf(state.received))) this.#drop();
	}

	static await(state: Pick<AttachmentsState, "packet" | "missing" | "most" | "isRead" | "dueAt">, hold: Hold): Attachments {
		return new Attachments({ ...state, bytes: 0, received: [] }, hold);
	}

	/** The event, in which placeholders stand for them. */
	get packet(): EventPacket {
		return this.state.packet;
	}

	get isRead(): boolean {
		return this.state.isRead;
	}

	get isTooLarge(): boolean {
		return this.state.bytes > this.state.most;
	}

	get isDropped(): boolean {
		return this.state.isDropped === true;
	}

	/** Adds the next one, and reads it only if there is room for it. `dueAt`: of the one after it. Returns true if it was the last. */
	add(packet: BinaryPacket, dueAt: number): boolean {
		const { state } = this;
		const length = byteLengthOf(packet);
		state.missing -= 1;
		state.bytes += length;
		state.dueAt = dueAt;
		if (this.isTooLarge || (state.isRead && !this.isDropped && !this.#hold.add(length))) this.#drop();
		else if (state.isRead && !this.isDropped) state.received.push(bytesOf(packet) ?? new Uint8Array());
		return state.missing === 0;
	}

	#drop(): void {
		this.state.isDropped = true;
		this.state.received = [];
		this.release();
	}

	/** The next one has not come in time. */
	isOverdue(now: number): boolean {
		return now >= this.dueAt;
	}

	/** Infinite for an event that is not read: nothing is in memory of it. */
	get dueAt(): number {
		return this.state.isRead ? this.state.dueAt : Number.POSITIVE_INFINITY;
	}

	/** The event is refused already: drops what has come, and what will. */
	giveUp(): void {
		this.state.isRead = false;
		this.#drop();
	}

	/** Nobody needs the bytes here any more. */
	release(): void {
		this.#hold.release();
	}

	/** The bytes that a placeholder in the event stands for. */
	at(placeholder: unknown): Uint8Array<ArrayBuffer> | undefined {
		const { _placeholder, num } = (placeholder ?? {}) as { _placeholder?: unknown; num?: unknown };
		return _placeholder === true && typeof num === "number" ? this.state.received[num] : undefined;
	}
}

function sizeOf(received: readonly Uint8Array[]): number {
	return received.reduce((sum, { length }) => sum + length, 0);
}

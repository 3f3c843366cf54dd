// The downloads that are open now. Each holds a piece of a file in memory until its reader takes it, so they are counted, and one that
// stands still is ended.

import { othersTurn } from "../platform/others-turn.ts";
import * as fileLimits from "../protocol/files/limits.ts";
import { busy, type Refusal } from "../protocol/refusal.ts";
import type { Pieces } from "./bytes.ts";

/** Who reads. `network`: where they come from, if they are a guest. */
export type Reader = { by: string; network?: string | undefined };

type Limits = { downloads: { person: number; network: number; all: number }; downloadStall: number };

export class Downloads {
	readonly #limits: Limits;
	readonly #open = new Set<Partial<Reader>>();

	constructor(limits: Limits = fileLimits) {
		this.#limits = limits;
	}

	get size(): number {
		return this.#open.size;
	}

	/**
	 * Opens bytes, and counts them until they are read, given up or ended. `reader`: `undefined` for the deployment itself, which is never
	 * refused.
	 */
	async open(reader: Reader | undefined, read: () => Promise<Pieces> | Pieces): Promise<ReadableStream<Uint8Array> | Refusal> {
		if (reader && this.#isBusyFor(reader)) return busy;
		const one: Partial<Reader> = { ...reader };
		this.#open.add(one);
		try {
			return this.#streamOf(await read(), () => this.#open.delete(one));
		} catch (error) {
			this.#open.delete(one);
			throw error;
		}
	}

	#isBusyFor({ by, network }: Reader): boolean {
		const { person, network: ofNetwork, all } = this.#limits.downloads;
		let [own, near] = [0, 0];
		for (const other of this.#open) {
			if (other.by === by) own += 1;
			if (network !== undefined && other.network === network) near += 1;
		}
		return own >= person || near >= ofNetwork || this.#open.size >= all;
	}

	/** The bytes as a stream. `ended`: nothing of them is in memory any more. */
	#streamOf(pieces: Pieces, ended: () => void): ReadableStream<Uint8Array> {
		let timer: ReturnType<typeof setTimeout> | undefined;
		let isOver = false;
		const end = () => {
			clearTimeout(timer);
			ended();
		};
		const wait = (controller: ReadableByteStreamController) => {
			timer = setTimeout(() => {
				end();
				controller.error(new Error("The reader took nothing for too long."));
				pieces.cancel();
			}, this.#limits.downloadStall);
		};
		const give = (controller: ReadableByteStreamController, piece: Uint8Array | undefined) => {
			if (piece) {
				controller.enqueue(piece);
				wait(controller);
				return;
			}
			end();
			controller.close();
			controller.byobRequest?.respond(0);
		};
		const fail = (error: unknown): never => {
			end();
			throw error;
		};
		return new ReadableStream({
			type: "bytes",
			start: wait,
			pull: async (controller) => {
				clearTimeout(timer);
				try {
					// A reader on the same thread takes one piece after the other, and nobody else would have a turn.
					await othersTurn();
					const next = isOver ? undefined : await pieces.next();
					if (!isOver) give(controller, next);
				} catch (error) {
					fail(error);
				}
			},
			cancel: () => {
				isOver = true;
				end();
				pieces.cancel();
			},
		});
	}
}

/** All files objects of an instance share it, because they share its memory. */
export const openDownloads = new Downloads();

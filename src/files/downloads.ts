// The downloads that are open now. Each holds a piece of a file in memory until its reader takes it, so they are counted, and one that
// stands still is ended.

import * as fileLimits from "../protocol/files/limits.ts";
import { busy, type Refusal } from "../protocol/refusal.ts";

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
	async open(
		reader: Reader | undefined,
		read: () => Promise<ReadableStream<Uint8Array>> | ReadableStream<Uint8Array>,
	): Promise<ReadableStream<Uint8Array> | Refusal> {
		if (reader && this.#isBusyFor(reader)) return busy;
		const one: Partial<Reader> = { ...reader };
		this.#open.add(one);
		try {
			return this.#follow((await read()).getReader(), () => this.#open.delete(one));
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

	/** The same bytes. `ended`: nothing of them is in memory any more. */
	#follow(source: ReadableStreamDefaultReader<Uint8Array>, ended: () => void): ReadableStream<Uint8Array> {
		let timer: ReturnType<typeof setTimeout> | undefined;
		const end = () => {
			clearTimeout(timer);
			ended();
		};
		const wait = (controller: ReadableByteStreamController) => {
			timer = setTimeout(() => {
				end();
				controller.error(new Error("The reader took nothing for too long."));
				source.cancel().catch(() => {});
			}, this.#limits.downloadStall);
		};
		return new ReadableStream({
			type: "bytes",
			start: wait,
			pull: async (controller) => {
				clearTimeout(timer);
				try {
					const { done, value } = await source.read();
					if (done) {
						end();
						controller.close();
						controller.byobRequest?.respond(0);
					} else {
						controller.enqueue(value);
						wait(controller);
					}
				} catch (error) {
					end();
					throw error;
				}
			},
			cancel: (reason) => {
				end();
				return source.cancel(reason);
			},
		});
	}
}

/** All files objects of an instance share it, because they share its memory. */
export const openDownloads = new Downloads();

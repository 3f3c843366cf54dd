// The interface of the places that hold the bytes of files. Each has one implementation. Must not know conversations.

/** An upload in progress. Pieces are `pieceBytes` long, but for the last one. */
export interface Writing {
	write(piece: Uint8Array<ArrayBuffer>): Promise<void> | void;
	/** Everything was written. Nothing can be read before. */
	finish(): Promise<void> | void;
	/** Leaves nothing behind. */
	abort(): Promise<void> | void;
}

/** Bytes that are there to be read, piece by piece. Those of one stream would have to be read by another one, which is slow. */
export interface Pieces {
	/** `undefined` at the end. */
	next(): Uint8Array | undefined | Promise<Uint8Array | undefined>;
	/** Nobody reads the rest. */
	cancel(): void;
}

export interface Bytes {
	readonly pieceBytes: number;
	/** Begins to store bytes under a key that is new. */
	begin(key: string): Writing;
	/** The bytes from `start` to `end`, both included. They exist. */
	read(key: string, start: number, end: number): Promise<Pieces> | Pieces;
	/** Deletes whatever there is under these keys, whole or not. Rejects if it cannot. */
	delete(keys: readonly string[]): Promise<void> | void;
}

/** How long to wait for more of a stream: `perSecond` bytes are expected, and it may be `behind` ms late with them. */
export type Pace = { perSecond: number; behind: number };

/**
 * The bytes of a stream. Throws at the signal, also while it waits for more: a pipe would notice only when more comes. Throws too if the
 * stream is slower than its pace. Only the time counts in which it is waited for.
 */
export async function* readUntil(
	signal: AbortSignal,
	stream: ReadableStream<Uint8Array>,
	{ perSecond, behind }: Pace,
): AsyncGenerator<Uint8Array> {
	const reader = stream.getReader();
	// Made anew for each chunk: a promise that lasted as long as the stream would keep whatever it has been raced against.
	let end: ((reason: unknown) => void) | undefined;
	const abort = () => end?.(signal.reason);
	signal.addEventListener("abort", abort);
	let left = behind;
	try {
		for (;;) {
			signal.throwIfAborted();
			const began = Date.now();
			const { promise: ended, reject } = Promise.withResolvers<never>();
			end = reject;
			const timer = setTimeout(() => reject(new Error("It came too slowly.")), left);
			const { done, value } = await Promise.race([reader.read(), ended]).finally(() => clearTimeout(timer));
			if (done) return;
			left = Math.min(behind, left - (Date.now() - began) + (value.length / perSecond) * 1000);
			yield value;
		}
	} finally {
		signal.removeEventListener("abort", abort);
		reader.cancel().catch(() => {});
	}
}

/** Cuts a stream into pieces of one length. Holds one piece at a time. */
export async function* piecesOf(body: AsyncIterable<Uint8Array>, length: number): AsyncGenerator<Uint8Array<ArrayBuffer>> {
	let piece = new Uint8Array(length);
	let filled = 0;
	for await (const chunk of body) {
		for (let at = 0; at < chunk.length; ) {
			const taken = Math.min(length - filled, chunk.length - at);
			piece.set(chunk.subarray(at, at + taken), filled);
			filled += taken;
			at += taken;
			if (filled < length) continue;
			yield piece;
			piece = new Uint8Array(length);
			filled = 0;
		}
	}
	if (filled > 0) yield piece.slice(0, filled);
}

// The interface of the places that hold the bytes of files. Each has one implementation. Must not know conversations.

/** An upload in progress. Pieces are `pieceBytes` long, but for the last one. */
export interface Writing {
	write(piece: Uint8Array<ArrayBuffer>): Promise<void> | void;
	/** Everything was written. Nothing can be read before. */
	finish(): Promise<void> | void;
	/** Leaves nothing behind. */
	abort(): Promise<void> | void;
}

export interface Bytes {
	readonly pieceBytes: number;
	/** Begins to store bytes under a key that is new. */
	begin(key: string): Writing;
	/** The bytes from `start` to `end`, both included. They exist. */
	read(key: string, start: number, end: number): Promise<ReadableStream<Uint8Array>> | ReadableStream<Uint8Array>;
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
	const late = new Promise<never>((_resolve, reject) => {
		signal.addEventListener("abort", () => reject(signal.reason), { once: true });
	});
	late.catch(() => {});
	let left = behind;
	try {
		for (;;) {
			const began = Date.now();
			const { done, value } = await within(left, Promise.race([reader.read(), late]));
			if (done) return;
			left = Math.min(behind, left - (Date.now() - began) + (value.length / perSecond) * 1000);
			yield value;
		}
	} finally {
		reader.cancel().catch(() => {});
	}
}

async function within<T>(ms: number, coming: Promise<T>): Promise<T> {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const slow = new Promise<never>((_resolve, reject) => {
		timer = setTimeout(() => reject(new Error("It came too slowly.")), ms);
	});
	try {
		return await Promise.race([coming, slow]);
	} finally {
		clearTimeout(timer);
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

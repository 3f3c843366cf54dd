// Reads a request's body piece by piece, within bounds of size and time.

/** The slowest client that is waited for needs so long for a MiB, in ms: about 17 kB a second. */
const timePerMebibyte = 60_000;
const mebibyte = 1024 * 1024;

/**
 * Gives each piece to `take`, until the body ends or it returns false. A body that is longer than `bytes`, or that comes more slowly than a poor line
 * brings it, is read no further.
 */
export async function readUpTo(
	body: ReadableStream<Uint8Array<ArrayBuffer>>,
	bytes: number,
	take: (piece: Uint8Array<ArrayBuffer>) => boolean,
): Promise<"whole" | "too long" | "too slow" | "refused"> {
	const reader = body.getReader();
	let isLate = false;
	const stop = () => void reader.cancel().catch(() => {});
	const timer = setTimeout(
		() => {
			isLate = true;
			stop();
		},
		timePerMebibyte * Math.ceil(bytes / mebibyte),
	);
	try {
		let length = 0;
		for (;;) {
			const { done, value } = await reader.read();
			if (isLate) return "too slow";
			if (done) return "whole";
			length += value.byteLength;
			if (length > bytes) {
				stop();
				return "too long";
			}
			if (take(value)) continue;
			stop();
			return "refused";
		}
	} finally {
		clearTimeout(timer);
	}
}

// Bytes in an R2 bucket.

import type { Bytes, Pieces, Writing } from "./bytes.ts";

/** Keys that R2 deletes in one request. */
const deletedAtOnce = 1_000;

export class BucketBytes implements Bytes {
	/** R2 takes parts from 5 MiB on, all of one length but the last. */
	readonly pieceBytes = 5 * 1024 * 1024;
	readonly #bucket: R2Bucket;
	readonly #prefix: string;

	/** `prefix`: begins the keys in the bucket. */
	constructor(bucket: R2Bucket, prefix: string) {
		this.#bucket = bucket;
		this.#prefix = prefix;
	}

	#keyOf(key: string): string {
		return `${encodeURIComponent(this.#prefix)}/${encodeURIComponent(key)}`;
	}

	/** A file of one piece is put at once. A longer one is stored in parts, which become an object at the end. */
	begin(key: string): Writing {
		const name = this.#keyOf(key);
		let first: Uint8Array<ArrayBuffer> | undefined;
		let upload: R2MultipartUpload | undefined;
		const parts: R2UploadedPart[] = [];
		const add = async (part: Uint8Array<ArrayBuffer>) => {
			upload ??= await this.#bucket.createMultipartUpload(name);
			parts.push(await upload.uploadPart(parts.length + 1, part));
		};
		return {
			write: async (piece) => {
				if (!first && parts.length === 0) {
					first = piece;
					return;
				}
				if (first) await add(first);
				first = undefined;
				await add(piece);
			},
			finish: async () => {
				if (upload) await upload.complete(parts);
				else await this.#bucket.put(name, first ?? new Uint8Array());
			},
			abort: async () => {
				first = undefined;
				await upload?.abort();
			},
		};
	}

	/** The range is valid: R2 answers one that is not with the whole object. */
	async read(key: string, start: number, end: number): Promise<Pieces> {
		const object = await this.#bucket.get(this.#keyOf(key), { range: { offset: start, length: end - start + 1 } });
		if (!object) throw new Error("The bytes of a file are gone from the bucket.");
		const reader: ReadableStreamDefaultReader<Uint8Array> = object.body.getReader();
		return {
			next: async () => (await reader.read()).value,
			cancel: () => void reader.cancel().catch(() => {}),
		};
	}

	async delete(keys: readonly string[]): Promise<void> {
		for (let at = 0; at < keys.length; at += deletedAtOnce)
			await this.#bucket.delete(keys.slice(at, at + deletedAtOnce).map((key) => this.#keyOf(key)));
	}
}

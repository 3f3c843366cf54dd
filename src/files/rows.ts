// Bytes in rows of an object's own storage.

import type { Bytes, Pieces, Writing } from "./bytes.ts";

/** For the migrations of its object. It is released: never edit it. */
export const partsTable = `
	CREATE TABLE parts (
		key TEXT NOT NULL,
		n INTEGER NOT NULL,
		bytes BLOB NOT NULL,
		PRIMARY KEY (key, n)
	) STRICT, WITHOUT ROWID;
`;

/** Read at once. */
const readBytes = 65_536;

export class RowBytes implements Bytes {
	/** The platform stores rows of up to 2 MB. */
	readonly pieceBytes = 1_000_000;
	readonly #sql: SqlStorage;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	begin(key: string): Writing {
		let n = 0;
		return {
			write: (piece) => {
				this.#sql.exec("INSERT INTO parts (key, n, bytes) VALUES (?, ?, ?)", key, n, piece.buffer);
				n += 1;
			},
			finish: () => {},
			abort: () => this.delete([key]),
		};
	}

	/** Reads a part of a row when there is room for it. Whoever reads slowly holds no more than that in memory. */
	read(key: string, start: number, end: number): Pieces {
		let at = start;
		const next = (): Uint8Array | undefined => {
			if (at > end) return undefined;
			const [n, from] = [Math.floor(at / this.pieceBytes), at % this.pieceBytes];
			const length = Math.min(readBytes, this.pieceBytes - from, end - at + 1);
			const part = "SELECT substr(bytes, ?, ?) AS bytes FROM parts WHERE key = ? AND n = ?";
			const [row] = this.#sql.exec<{ bytes: ArrayBuffer }>(part, from + 1, length, key, n).toArray();
			if (!row || row.bytes.byteLength === 0) return undefined;
			at += row.bytes.byteLength;
			return new Uint8Array(row.bytes);
		};
		return { next, cancel: () => {} };
	}

	delete(keys: readonly string[]): void {
		for (const key of keys) this.#sql.exec("DELETE FROM parts WHERE key = ?", key);
	}
}

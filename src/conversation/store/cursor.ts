// The cursor: how far a client is up to date, as opaque text that only this file reads. Pure.

export type Cursor = {
	/** Identifies the storage that the numbers belong to: a conversation that was created again has another lineage. */
	lineage: string;
	/** The client knows all changes up to this revision. */
	revision: number;
	/** The place of the last message at that revision: newer messages are found by their places, without an index. */
	seq: number;
};

export function encodeCursor({ lineage, revision, seq }: Cursor): string {
	return `${lineage}.${revision}.${seq}`;
}

/** Returns `undefined` for text that `encodeCursor` cannot have written. */
export function parseCursor(text: string): Cursor | undefined {
	const match = /^([0-9a-z]{1,32})\.(0|[1-9]\d{0,14})\.(0|[1-9]\d{0,14})$/.exec(text);
	if (!match) return undefined;
	return { lineage: match[1] as string, revision: Number(match[2]), seq: Number(match[3]) };
}

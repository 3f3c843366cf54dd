// How far a client has come, as text that only this file reads. Pure.

export type Cursor = {
	/** Which life of the conversation's storage the numbers belong to. */
	lineage: string;
	/** All changes up to this revision are known to the client. */
	revision: number;
	/** The last message that had come by that revision: what came later is found by its place alone, without an index. */
	seq: number;
};

export function encodeCursor({ lineage, revision, seq }: Cursor): string {
	return `${lineage}.${revision}.${seq}`;
}

/** `undefined` for anything that `encodeCursor` did not write. */
export function parseCursor(text: string): Cursor | undefined {
	const match = /^([0-9a-z]{1,32})\.(0|[1-9]\d{0,14})\.(0|[1-9]\d{0,14})$/.exec(text);
	if (!match) return undefined;
	return { lineage: match[1] as string, revision: Number(match[2]), seq: Number(match[3]) };
}

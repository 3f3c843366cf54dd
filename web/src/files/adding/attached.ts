// A file that was added to a message, and the messages that wait for their files. Pure.

import type { MessageFile } from "../../../../src/protocol/files/file.ts";
import type { NewMessage } from "../../live/outgoing.ts";
import type { Recording } from "./upload.ts";

/** What is made of a picture: without what its camera noted, a small copy, and its colour. */
export type Redrawn = { blob: Blob; name: string; thumbnail?: Blob | undefined; thumbhash?: string | undefined };

export type AttachedState =
	| { type: "preparing" }
	| { type: "waiting" }
	| { type: "uploading"; sent: number; of: number }
	| { type: "uploaded"; file: MessageFile; at: number }
	| { type: "refused"; text: string };

export type Attached = {
	readonly key: string;
	readonly name: string;
	readonly source: Blob;
	readonly alt: string;
	/** A picture that is sent as it is, though it could be redrawn. */
	readonly isOriginal: boolean;
	readonly redrawn?: Redrawn | undefined;
	readonly recording?: Recording | undefined;
	readonly state: AttachedState;
};

/** A message that waits for its files. */
export type Post = { readonly clientId: string; readonly message: NewMessage; readonly files: readonly Attached[] };

export type Snapshot = { readonly attached: readonly Attached[]; readonly posts: readonly Post[]; readonly problem: string | undefined };

/** A file that is uploaded already. */
export function asAttached(file: MessageFile, key: string, at: number): Attached {
	const { name, alt = "" } = file;
	return { key, name, source: new Blob(), alt, isOriginal: true, state: { type: "uploaded", file, at } };
}

/** What is uploaded of a file. */
export function formOf({ source, name, isOriginal, redrawn }: Attached): Redrawn {
	return redrawn && !isOriginal ? redrawn : { ...redrawn, blob: source, name };
}

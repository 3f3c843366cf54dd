// Which files Claude can read as themselves, and about how many tokens they take. Pure.

import * as v from "valibot";
import { idSchema } from "../person.ts";
import type { MessageFile } from "./file.ts";
import * as fileLimits from "./limits.ts";

/**
 * Why Claude reads only the name of a file. `type`: it reads none of this kind. `too_large`: it is larger than Claude takes. `too_many`: newer
 * files have taken the place of this one. `model`: the model that answers reads none of this kind. `refused`: Claude's server could not
 * read it. `gone`: its bytes are not there. `too_costly`: what was left of a budget did not pay for it.
 */
export const unreadSchema = v.picklist(["type", "too_large", "too_many", "model", "refused", "gone", "too_costly"]);

export type Unread = v.InferOutput<typeof unreadSchema>;

/** A file of which a reply has read only the name. */
export const unreadFileSchema = v.object({ fileId: idSchema, reason: unreadSchema });

export type UnreadFile = v.InferOutput<typeof unreadFileSchema>;

/** What Claude reads a file as. */
export type ReadAs = "picture" | "pdf" | "text";

/**
 * What Claude has read of the files of a prompt. `read`: ids of those that it has read as themselves. `unread`: why it has read no others,
 * where the file alone does not tell. `kinds`: what the model reads.
 */
export type AskedFiles = {
	read: readonly string[];
	unread: Readonly<Record<string, Extract<Unread, "refused" | "gone" | "too_large" | "too_costly">>>;
	kinds: readonly ReadAs[];
};

type Sized = Pick<MessageFile, "type" | "size" | "width" | "height" | "pages">;

const pictureTypes = /^image\/(jpeg|png|gif|webp)$/;

/** What Claude reads a file as if its size allows it; `undefined` for a kind that it does not read. */
export function kindOf({ type }: Pick<MessageFile, "type">): ReadAs | undefined {
	if (pictureTypes.test(type)) return "picture";
	if (type === "application/pdf") return "pdf";
	return type === "text/plain" ? "text" : undefined;
}

/** Why no model reads this file as itself; `undefined` if one may. */
export function unreadableFor(file: Sized): Unread | undefined {
	const { size, width = 1, height = 1, pages = 0 } = file;
	switch (kindOf(file)) {
		case "picture": {
			const { bytes, side } = fileLimits.pictureForClaude;
			return size > bytes || width > side || height > side ? "too_large" : undefined;
		}
		case "pdf":
			// Pages that cannot be counted are hidden by a password, or the file is damaged.
			if (pages === 0) return "refused";
			return size > fileLimits.forClaude.bytes || isTooLong(file) ? "too_large" : undefined;
		case "text":
			return size > fileLimits.textForClaude || isTooLong(file) ? "too_large" : undefined;
		case undefined:
			return "type";
	}
}

function isTooLong(file: Sized): boolean {
	return fileTokensOf(file) > fileLimits.forClaude.tokens || (file.pages ?? 0) > fileLimits.forClaude.pages;
}

/** Tokens of a file that Claude reads as itself. Estimated, rather high than low. */
export function fileTokensOf(file: Sized): number {
	const { size, width, height, pages = 1 } = file;
	switch (kindOf(file)) {
		case "picture": {
			const { tokens, pixelsPerToken } = fileLimits.pictureForClaude;
			return width && height ? Math.min(tokens, Math.ceil((width * height) / pixelsPerToken)) : tokens;
		}
		case "pdf":
			return pages * fileLimits.tokensPerPage;
		case "text":
			// Scripts with a token for each character have two bytes for it, or more.
			return Math.ceil(size / 2);
		case undefined:
			return 0;
	}
}

/** Tokens of the files that a prompt has at most, of those that its messages have. */
export function fileTokensIn(messages: readonly { files?: readonly Sized[] | undefined }[]): number {
	let tokens = 0;
	for (const { files } of messages) for (const file of files ?? []) if (!unreadableFor(file)) tokens += fileTokensOf(file);
	return Math.min(fileLimits.forClaude.tokens, tokens);
}

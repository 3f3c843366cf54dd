// Puts the files of a prompt into a request, as the Messages API takes them. The bytes of pictures and PDFs are added while the request is
// sent; until then marks stand in their places.

import type Anthropic from "@anthropic-ai/sdk";
import type { FileBytes } from "../../conversation/ports.ts";
import type { MessageFile } from "../../protocol/files/file.ts";
import { kindOf } from "../../protocol/files/reading.ts";
import { attribute } from "../envelope.ts";
import { withoutTags } from "../envelope-tags.ts";
import type { Prompt } from "../prompt.ts";
import type { Upload } from "./body.ts";

/** `idAt`: the file in a block of a message, by both numbers. */
export type Attached = { messages: Anthropic.MessageParam[]; upload: Upload; idAt: ReadonlyMap<string, string> };

/**
 * Returns the ids of the files whose bytes are not there, if there are any. The prompt is to be made without them. `hasDocuments`: the
 * server is known to take documents; texts go to others as text.
 */
export async function attach({ messages }: Prompt, bytes: FileBytes, hasDocuments: boolean): Promise<Attached | { gone: string[] }> {
	const files = messages.flatMap(({ content }) => content.flatMap((block) => block.files ?? []));
	const sizes = await bytes.sizes(files.map(({ id }) => id));
	const gone = files.filter(({ id, size }) => sizes[id] !== size).map(({ id }) => id);
	if (gone.length > 0) return { gone };
	const upload: Upload = { mark: crypto.randomUUID(), sources: [] };
	const texts = await textsOf(files, bytes);
	const idAt = new Map<string, string>();
	const attached = messages.map(({ role, content }, turn) => {
		const blocks: Anthropic.ContentBlockParam[] = [];
		for (const { files = [], ...text } of content) {
			blocks.push(text);
			for (const file of files) {
				idAt.set(`${turn} ${blocks.length}`, file.id);
				blocks.push(blockOf(file, texts.get(file.id) ?? markFor(file, upload, bytes), hasDocuments));
			}
		}
		return { role, content: blocks };
	});
	return { messages: attached, upload, idAt };
}

/** Texts are short, and the length of their JSON is known only when they are read. */
async function textsOf(files: readonly MessageFile[], bytes: FileBytes): Promise<Map<string, string>> {
	const texts = files.filter((file) => kindOf(file) === "text");
	const read = texts.map(async ({ id }) => [id, await new Response(await bytes.open(id)).text()] as const);
	return new Map(await Promise.all(read));
}

function markFor({ id, size }: MessageFile, { mark, sources }: Upload, bytes: FileBytes): string {
	sources.push({ size, open: () => bytes.open(id) });
	return `${mark}:${sources.length - 1};`;
}

/** `data`: a text, or base64. */
function blockOf(file: MessageFile, data: string, hasDocuments: boolean): Anthropic.ContentBlockParam {
	const title = attribute(file.name);
	switch (kindOf(file)) {
		case "picture":
			return { type: "image", source: { type: "base64", media_type: file.type as "image/png", data } };
		case "pdf":
			return { type: "document", source: { type: "base64", media_type: "application/pdf", data }, title };
		default: {
			// Nobody may imitate an envelope, and the API refuses a text without words.
			const text = withoutTags(data).replace(/^\s*$/, "(no words)");
			if (!hasDocuments) return { type: "text", text: `<attachment name="${title}">\n${text}\n</attachment>` };
			return { type: "document", source: { type: "text", media_type: "text/plain", data: text }, title };
		}
	}
}

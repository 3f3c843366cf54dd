// The archive of a conversation with its files, as a stream in the form of tar, and the files of an import.

import type { Context } from "hono";
import * as v from "valibot";
import type { ExportPiece } from "../conversation/archive/export.ts";
import type { Opened } from "../files/object.ts";
import { callFiles } from "../files/upload.ts";
import { patiently } from "../gateway/patiently.ts";
import { filePath, type ListedFile, listPath, partPath, thumbnailPath, writeList } from "../protocol/files/archive.ts";
import type { MessageFile } from "../protocol/files/file.ts";
import { tarEnd, tarHeader, tarPadding } from "../protocol/files/tar.ts";
import { hexOf } from "../protocol/hash.ts";
import { idSchema } from "../protocol/person.ts";
import { isRefusal, type Refusal } from "../protocol/refusal.ts";
import { type App, endOfSignIn } from "./http.ts";

/** Each piece is read when there is room for it. A stream that cannot go on breaks off. */
export function archiveOf(c: Context<App>, pieces: AsyncGenerator<ExportPiece>): ReadableStream<Uint8Array> {
	const { readable, writable } = new IdentityTransformStream();
	const writer = writable.getWriter();
	new Archive(c, writer).write(pieces).catch((error) => writer.abort(error).catch(() => {}));
	return readable;
}

class Archive {
	readonly #c: Context<App>;
	readonly #to: WritableStreamDefaultWriter<Uint8Array>;
	readonly #listed: ListedFile[] = [];
	readonly #time = Date.now();

	constructor(c: Context<App>, to: WritableStreamDefaultWriter<Uint8Array>) {
		this.#c = c;
		this.#to = to;
	}

	async write(pieces: AsyncGenerator<ExportPiece>): Promise<void> {
		let n = 0;
		let hash = "";
		for await (const { text, files = [] } of pieces) {
			n += 1;
			await this.#add(partPath(n), new TextEncoder().encode(text));
			hash = lastHash(text) ?? hash;
			for (const file of files) await this.#addFile(file);
		}
		await this.#add(listPath, new TextEncoder().encode(await writeList(this.#listed, hash)));
		await this.#put(tarEnd);
		await this.#to.close();
	}

	/** A file of a message that was deleted meanwhile is listed as missing. */
	async #addFile({ id, name, hasThumbnail }: MessageFile): Promise<void> {
		const known = await this.#mayRead(id);
		const opened = known && (await this.#open(id, false));
		if (!opened || known.sha256 === undefined) {
			this.#listed.push({ type: "missing", id });
			await opened?.body.cancel();
			return;
		}
		const { size, body } = opened;
		await this.#put(tarHeader(filePath({ id, name }), size, this.#time));
		let written = 0;
		for await (const chunk of body) {
			written += chunk.length;
			await this.#put(chunk);
		}
		if (written !== size) throw new Error("An export could not continue: a file has other bytes than its size says.");
		await this.#put(tarPadding(size));
		this.#listed.push({ type: "file", id, size, sha256: known.sha256 });
		const small = hasThumbnail && (await this.#open(id, true));
		if (!small) return;
		const bytes = new Uint8Array(await new Response(small.body).arrayBuffer());
		await this.#add(thumbnailPath(id), bytes);
		const digest = await crypto.subtle.digest("SHA-256", bytes);
		this.#listed.push({ type: "thumbnail", id, size: bytes.length, sha256: hexOf(digest) });
	}

	/** Asked for each file: an export takes long, and a person may be removed meanwhile. */
	async #mayRead(id: string): Promise<MessageFile | undefined> {
		const { env } = this.#c;
		const [settings, identity] = [this.#c.get("settings"), this.#c.get("identity")];
		const sender = { env, settings, identity, conversationId: this.#c.req.param("id") as string };
		const found = await patiently(() => callFiles(sender, (calls) => calls.find(id)), Number.POSITIVE_INFINITY);
		const refusal = await endOfSignIn(this.#c);
		if (refusal) throw new Error(`An export could not continue: ${refusal.code}`);
		if (!isRefusal(found)) return found;
		if (found.code === "not_found") return undefined;
		throw new Error(`An export could not continue: ${found.code}`);
	}

	async #open(id: string, isThumbnail: boolean): Promise<{ size: number; body: ReadableStream<Uint8Array> } | undefined> {
		const { userId: by, network } = this.#c.get("identity");
		const open = (): Promise<Opened | Refusal> => filesOf(this.#c).open(id, { isThumbnail, reader: { by, network } });
		const opened = await patiently(open, Number.POSITIVE_INFINITY);
		if (!isRefusal(opened)) return opened.body && { size: opened.size, body: opened.body };
		if (opened.code === "not_found") return undefined;
		throw new Error(`An export could not continue: ${opened.code}`);
	}

	async #add(path: string, bytes: Uint8Array): Promise<void> {
		await this.#put(tarHeader(path, bytes.length, this.#time));
		await this.#put(bytes);
		await this.#put(tarPadding(bytes.length));
	}

	async #put(bytes: Uint8Array): Promise<void> {
		if (bytes.length > 0) await this.#to.write(bytes);
	}
}

const lastHash = (lines: string): string | undefined => /"hash":"([0-9a-f]{64})"\}\n$/.exec(lines)?.[1];

const filesOf = (c: Context<App>) => c.env.CONVERSATION_FILES.getByName(c.req.param("id") as string);

/** Stores the bytes of a file, or of its thumbnail, that a message of an import names. May be repeated. */
export async function restoreFile(c: Context<App>, isThumbnail: boolean): Promise<{ restored: true } | Refusal> {
	const [id, fileId, body] = [c.req.param("id"), c.req.param("fileId"), c.req.raw.body];
	if (!v.is(idSchema, id) || !v.is(idSchema, fileId)) return { code: "not_found" };
	if (!body) return { code: "empty_file" };
	using calls = await c.env.CONVERSATIONS.getByName(id).forDeployer();
	const known: MessageFile | Refusal = await calls.importedFile(fileId);
	if (isRefusal(known)) return known;
	const stored: Refusal | undefined = await filesOf(c).restore(known, body, isThumbnail);
	return stored ?? { restored: true };
}

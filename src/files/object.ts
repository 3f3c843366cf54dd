// The Durable Object of a conversation's files: takes them in, gives them out, and deletes what no message names. It trusts its callers, the
// Worker and the conversation, which have asked whether the person may do it.

import { DurableObject } from "cloudflare:workers";
import { type FileSettings, readFileSettings } from "../file-settings.ts";
import { orFull, refusalIfFull } from "../platform/full.ts";
import { fileTooLarge } from "../protocol/errors.ts";
import type { MessageFile } from "../protocol/files/file.ts";
import * as fileLimits from "../protocol/files/limits.ts";
import { busy, type Refusal } from "../protocol/refusal.ts";
import { BucketBytes } from "./bucket.ts";
import { type Bytes, readUntil } from "./bytes.ts";
import { type Downloads, openDownloads, type Reader } from "./downloads.ts";
import { isKnown, rangeOf } from "./range.ts";
import { Refused, receive, type Upload } from "./receive.ts";
import { RowBytes } from "./rows.ts";
import { sniff } from "./sniff.ts";
import { FileTable, type Place, type Thumbnail } from "./store.ts";

/** What a request asks for. Both headers as they came. `reader`: who reads, unless it is the deployment itself. */
export type Wish = { isThumbnail?: boolean; range?: string | null; ifNoneMatch?: string | null; hasNoBody?: boolean; reader?: Reader };

/** What is answered: `start` and `end` are those of the body, both included. */
export type Opened = {
	status: 200 | 206 | 304 | 416;
	type: string;
	size: number;
	etag: string;
	start: number;
	end: number;
	body?: ReadableStream<Uint8Array>;
};

/** In ms. Files that are not whole by then never will be. */
const abandoned = 3600_000;
const thumbnailKey = (id: string) => `${id}.thumbnail`;

export class FilesObject extends DurableObject<Env> {
	readonly #table: FileTable;
	readonly #places: { rows: RowBytes; bucket?: Bytes };
	readonly #settings: FileSettings;
	/** The files that are coming in now, with whoever uploads them. */
	readonly #coming = new Map<string, Pick<Upload, "by" | "network">>();
	readonly #limits: Pick<typeof fileLimits, "uploadTime" | "pace">;
	readonly #downloads: Downloads;

	constructor(
		ctx: DurableObjectState,
		env: Env,
		limits: Pick<typeof fileLimits, "uploadTime" | "pace"> = fileLimits,
		downloads = openDownloads,
	) {
		super(ctx, env);
		this.#limits = limits;
		this.#downloads = downloads;
		this.#settings = readFileSettings(env, []);
		this.#table = new FileTable(ctx.storage);
		const bucket = (env as { FILES?: R2Bucket }).FILES;
		this.#places = {
			rows: new RowBytes(ctx.storage.sql),
			...(bucket && { bucket: new BucketBytes(bucket, ctx.id.name as string) }),
		};
		// What broke off when the object before this one died. Bytes may still be on their way to the bucket: those wait for the alarm.
		this.#places.rows.delete(this.#table.takeBroken());
	}

	#bytesAt(place: Place): Bytes {
		const bytes = this.#places[place];
		if (!bytes) throw new Error("A file is in an R2 bucket that is not bound any more. Bind it as FILES again.");
		return bytes;
	}

	/** Stores a file whole or not at all. It takes a stream, so that nothing is in memory of a file that it refuses. */
	async add(upload: Upload, body: ReadableStream<Uint8Array>): Promise<MessageFile | Refusal> {
		const { maxBytes, conversationBytes } = this.#settings;
		const tooLarge: Refusal = { code: "too_large", text: fileTooLarge(maxBytes / fileLimits.megabyte) };
		const most = upload.length ?? maxBytes;
		const { files, bytes: used } = this.#table.used;
		const refusal: Refusal | undefined =
			most > maxBytes
				? tooLarge
				: files >= fileLimits.perConversation || used + most > conversationBytes
					? { code: "storage_full" }
					: this.#isBusyFor(upload)
						? busy
						: undefined;
		if (refusal) {
			await body.cancel().catch(() => {});
			return refusal;
		}
		const place: Place = this.#places.bucket ? "bucket" : "rows";
		const bytes = this.#bytesAt(place);
		this.#coming.set(upload.id, { by: upload.by, network: upload.network });
		const writing = bytes.begin(upload.id);
		const late = new AbortController();
		const timer = setTimeout(() => late.abort(), this.#limits.uploadTime);
		try {
			this.#table.create();
			this.#table.begin(upload.id, most, place, Date.now());
			await this.#setAlarm(Date.now() + abandoned);
			const file = await receive(upload, readUntil(late.signal, body, this.#limits.pace), {
				writing,
				pieceBytes: bytes.pieceBytes,
				most,
				tooLarge,
			});
			await writing.finish();
			if (this.#table.exists && this.#table.finish(file)) return file;
			await bytes.delete([upload.id]);
			return { code: "incomplete_file" };
		} catch (error) {
			await this.#giveUp(upload.id, writing, error);
			return error instanceof Refused ? error.refusal : (refusalIfFull(error) ?? { code: "incomplete_file" });
		} finally {
			clearTimeout(timer);
			this.#coming.delete(upload.id);
		}
	}

	/** Asked before anything is counted: whoever has to wait for a place uses up nothing. */
	async refusalFor(sender: Pick<Upload, "by" | "network">): Promise<Refusal | undefined> {
		return this.#isBusyFor(sender) ? busy : undefined;
	}

	/** A copy of another conversation's file is nobody's. */
	#isBusyFor({ by, network }: Pick<Upload, "by" | "network">): boolean {
		const all = [...this.#coming.values()];
		const ofPerson = all.filter((other) => by !== undefined && other.by === by).length;
		const ofNetwork = all.filter((other) => network !== undefined && other.network === network).length;
		if (ofPerson >= fileLimits.uploadsPerPerson || ofNetwork >= fileLimits.uploadsPerNetwork) return true;
		return all.length >= fileLimits.uploads;
	}

	/** Whatever cannot be removed now is removed by the alarm. */
	async #giveUp(id: string, writing: { abort(): Promise<void> | void }, cause: unknown): Promise<void> {
		try {
			await writing.abort();
			this.#table.remove([id]);
		} catch (error) {
			if (this.#table.exists) console.error("A file that did not come whole could not be removed yet", error, cause);
		}
	}

	/** A smaller copy of a picture, made by whoever sent it. It is added once: what others have seen stays as it is. */
	async addThumbnail(id: string, body: ReadableStream<Uint8Array>): Promise<MessageFile | Refusal> {
		const picture = new Uint8Array(await new Response(body).arrayBuffer());
		const known = this.#table.find(id);
		if (!known) return { code: "not_found" };
		if (known.thumbnail || this.#coming.has(thumbnailKey(id))) return { code: "file_taken", text: "This file has a thumbnail already." };
		const type = sniff(picture, "");
		if (picture.length > fileLimits.thumbnail.bytes) return { code: "too_large", text: "A thumbnail may have up to 200 kB." };
		if (!/^image\/(png|jpeg|webp|avif|gif)$/.test(type ?? "")) return { code: "unsupported_type" };
		if (this.#table.used.bytes + picture.length > this.#settings.conversationBytes) return { code: "storage_full" };
		const bytes = this.#bytesAt(known.place);
		this.#coming.set(thumbnailKey(id), {});
		try {
			const stored = await orFull(async (): Promise<MessageFile | Refusal> => {
				await bytes.delete([thumbnailKey(id)]);
				const writing = bytes.begin(thumbnailKey(id));
				await writing.write(picture);
				await writing.finish();
				if (!this.#table.has(id)) return { code: "not_found" };
				const thumbnail = { type: type as string, size: picture.length };
				return this.#table.change({ file: { ...known.file, hasThumbnail: true }, thumbnail });
			});
			if ("code" in stored) await bytes.delete([thumbnailKey(id)]);
			return stored;
		} finally {
			this.#coming.delete(thumbnailKey(id));
		}
	}

	/** The conversation knows nothing of it: the file was sent meanwhile, or the call broke off. */
	async dropThumbnail(id: string): Promise<void> {
		const known = this.#table.find(id);
		if (!known?.thumbnail) return;
		const { hasThumbnail: _, ...file } = known.file;
		this.#table.change({ file });
		await this.#bytesAt(known.place).delete([thumbnailKey(id)]);
	}

	find(id: string): MessageFile | undefined {
		return this.#table.find(id)?.file;
	}

	/** The sizes of those of these files that are whole. */
	sizes(ids: readonly string[]): Record<string, number> {
		const files = ids.flatMap((id) => this.find(id) ?? []);
		return Object.fromEntries(files.map(({ id, size }) => [id, size]));
	}

	/** Opens a file, or its thumbnail. A small picture is its own thumbnail. */
	async open(id: string, wish: Wish): Promise<Opened | Refusal> {
		const known = this.#table.find(id);
		if (!known) return { code: "not_found" };
		const part = wish.isThumbnail ? thumbnailOf(known.file, known.thumbnail) : { key: id, type: known.file.type, size: known.file.size };
		if (!part) return { code: "not_found", text: "This file has no thumbnail. Get the file itself." };
		const { key, type, size } = part;
		const etag = `"${(known.file.sha256 ?? id).slice(0, 32)}${key === id ? "" : `-${size}`}"`;
		const range = rangeOf(wish.range, size);
		const { start, end } = typeof range === "object" ? range : { start: 0, end: size - 1 };
		const opened = { type, size, etag, start, end };
		if (isKnown(wish.ifNoneMatch, etag)) return { ...opened, status: 304 };
		if (range === "beyond") return { ...opened, status: 416 };
		const status = range === "whole" ? 200 : 206;
		if (wish.hasNoBody) return { ...opened, status };
		const body = await this.#downloads.open(wish.reader, () => this.#bytesAt(known.place).read(key, start, end));
		return "code" in body ? body : { ...opened, status, body };
	}

	/**
	 * Copies files of another conversation, with their thumbnails. Those that are here already or not there any more are left out.
	 * Resolves to a refusal if they do not fit.
	 */
	async copyFrom(conversationId: string, files: readonly MessageFile[]): Promise<Refusal | undefined> {
		const source = this.env.CONVERSATION_FILES.getByName(conversationId);
		for (const file of files) {
			if (this.#table.has(file.id)) continue;
			const opened: Opened | Refusal = await source.open(file.id, {});
			if (!("body" in opened) || !opened.body) continue;
			const added = await this.add({ id: file.id, name: file.name, declared: file.type, length: opened.size, facts: file }, opened.body);
			if ("code" in added) return added;
			const small: Opened | Refusal | undefined = file.hasThumbnail ? await source.open(file.id, { isThumbnail: true }) : undefined;
			if (small && "body" in small && small.body) await this.addThumbnail(file.id, small.body);
		}
		return undefined;
	}

	/** Stores a file of an archive as its message names it, or its thumbnail. Resolves to a refusal if it is another one. May be repeated. */
	async restore(file: MessageFile, body: ReadableStream<Uint8Array>, isThumbnail: boolean): Promise<Refusal | undefined> {
		const known = this.#table.find(file.id);
		if (isThumbnail ? known?.thumbnail : known && known.file.sha256 === file.sha256) {
			await body.cancel();
			return undefined;
		}
		if (known && !isThumbnail) await this.drop([file.id]);
		const { id, name, size: length, sha256 } = file;
		const upload = { id, name, declared: "", length, sha256, facts: file };
		const stored = await (isThumbnail ? this.addThumbnail(id, body) : this.add(upload, body));
		return "code" in stored ? stored : undefined;
	}

	/**
	 * Deletes files for good. Rejects if one cannot be deleted; then it may be tried again. Bytes may outlive their row in the table: those
	 * of an unknown file are deleted wherever they may be.
	 */
	async drop(ids: readonly string[]): Promise<void> {
		const places = new Map(this.#table.placesOf(ids).map(({ id, place }) => [id, place]));
		const isThere = { rows: this.#table.exists, bucket: this.#places.bucket !== undefined };
		for (const place of ["rows", "bucket"] as const) {
			const here = ids.filter((id) => (places.has(id) ? places.get(id) === place : isThere[place]));
			if (here.length > 0) await this.#bytesAt(place).delete(here.flatMap((id) => [id, thumbnailKey(id)]));
		}
		this.#table.remove(ids);
	}

	/** The conversation was deleted. */
	async dropAll(): Promise<void> {
		await this.drop(this.#table.ids);
		this.#table.gone();
		await this.ctx.storage.deleteAll();
	}

	/** Deletes what broke off, and the old files that no message names. */
	override async alarm(): Promise<void> {
		const now = Date.now();
		const broken = [...this.#table.unfinished("rows"), ...this.#table.unfinished("bucket")].filter((id) => !this.#coming.has(id));
		const unnamed = this.#table.unnamedBefore(now - fileLimits.unnamed);
		try {
			if (unnamed.length > 0) {
				const named = await this.#askConversation(unnamed);
				if (named) this.#table.markNamed(named);
				const isKept = new Set(named ?? unnamed);
				broken.push(...unnamed.filter((id) => !isKept.has(id)));
			}
			await this.drop(broken);
		} catch (error) {
			console.error("Files that nobody needs could not be deleted yet", this.ctx.id.name, error);
		}
		const oldest = this.#table.oldestOpen;
		if (oldest !== undefined) await this.#setAlarm(Math.max(now + abandoned, oldest + fileLimits.unnamed));
	}

	/** Which of these files messages name; from now on no message can name the others. `undefined`: ask again later. */
	async #askConversation(ids: string[]): Promise<string[] | undefined> {
		using calls = await this.env.CONVERSATIONS.getByName(this.ctx.id.name as string).forDeployer();
		return await calls.keepFiles(ids);
	}

	/** Rings at this time or earlier. */
	async #setAlarm(at: number): Promise<void> {
		const known = await this.ctx.storage.getAlarm();
		if (known === null || known > at) await this.ctx.storage.setAlarm(at);
	}
}

function thumbnailOf({ id, type, size }: MessageFile, thumbnail: Thumbnail | undefined) {
	if (thumbnail) return { key: thumbnailKey(id), ...thumbnail };
	return type.startsWith("image/") && size <= fileLimits.thumbnail.original ? { key: id, type, size } : undefined;
}

// The files that a person adds to messages of a conversation: prepared, uploaded while the message is written, and sent with it.
// A message is sent once all its files are uploaded. Must not depend on React, requests or the disk.

import type { MessageFile } from "../../../../src/protocol/files/file.ts";
import * as fileLimits from "../../../../src/protocol/files/limits.ts";
import type { ApiError } from "../../api.ts";
import type { Clock } from "../../live/connection.ts";
import type { NewMessage } from "../../live/outgoing.ts";
import { uploadAgainIn } from "./again.ts";
import { type Attached, asAttached, formOf, type Post, type Redrawn, type Snapshot } from "./attached.ts";
import type { Recording, ToUpload, Uploaded } from "./upload.ts";

/** What is kept on disk. */
export interface Disk {
	/** What was left behind by pages that are closed. */
	adopt(): Promise<{ attached: readonly Attached[]; posts: readonly Post[] }>;
	save(snapshot: Snapshot): void;
	/** True if everything that was saved is written. */
	isKept(): boolean;
	/** Nothing is written any more. */
	end(): void;
}

export type AttachmentsOptions = {
	clock: Clock;
	newId(): string;
	disk: Disk;
	upload(file: ToUpload, options: { onProgress(sent: number): void; signal: AbortSignal }): Promise<Uploaded>;
	/** Resolves to `undefined` if it is no picture, or the browser cannot open it. */
	redraw(source: Blob, name: string): Promise<Redrawn | undefined>;
	addThumbnail(file: MessageFile, thumbnail: Blob): Promise<MessageFile>;
	discard(file: MessageFile): void;
	/** If it has to be tried again, resolves to the least time until then, in ms; to `undefined` if it is sent. */
	send(message: NewMessage, clientId: string): Promise<number | undefined>;
	words: { tooMany(): string; tooLarge(name: string): string; empty(name: string): string };
};

/** The server takes this many uploads of a person at once. */
const mostAtOnce = fileLimits.uploadsPerPerson;
/** The least pause after a failed attempt, in ms. */
const again = 3_000;

export class Attachments {
	readonly #options: AttachmentsOptions;
	readonly #listeners = new Set<() => void>();
	readonly #running = new Map<string, AbortController>();
	/** How often the server failed at a file since it was chosen or retried. */
	readonly #failures = new Map<string, number>();
	#snapshot: Snapshot = { attached: [], posts: [], problem: undefined };
	#isConnected = false;
	/** The message that is being sent. */
	#sending: string | undefined;
	/** In bytes, as far as the server has said. */
	#maxBytes: number | undefined;

	constructor(options: AttachmentsOptions) {
		this.#options = options;
		void options.disk.adopt().then(({ attached, posts }) => {
			if (attached.length + posts.length === 0) return;
			const now = this.#snapshot;
			this.#become({ ...now, attached: [...attached, ...now.attached], posts: [...posts, ...now.posts] });
			for (const file of this.#all()) if (file.state.type === "preparing") void this.#prepare(file);
			this.#work();
		});
	}

	/** For `useSyncExternalStore`. Returns how to unsubscribe. */
	readonly subscribe = (listener: () => void): (() => void) => {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	};

	readonly snapshot = (): Snapshot => this.#snapshot;

	/** The person has signed out: nothing of theirs goes on, or is written again. */
	end(): void {
		this.#options.disk.end();
		for (const upload of this.#running.values()) upload.abort();
		this.#running.clear();
		this.#become({ attached: [], posts: [], problem: undefined });
	}

	setMaxBytes(bytes: number): void {
		this.#maxBytes = bytes;
	}

	setConnected(isConnected: boolean): void {
		this.#isConnected = isConnected;
		this.#work();
	}

	/** Returns how many were added. */
	add(files: readonly { name: string; source: Blob; recording?: Recording }[]): number {
		const { newId, words } = this.#options;
		const room = fileLimits.perMessage - this.#snapshot.attached.length;
		const wrong = files.find(({ source }) => source.size === 0 || source.size > (this.#maxBytes ?? Number.POSITIVE_INFINITY));
		const sound = files.filter(({ source }) => source.size > 0 && source.size <= (this.#maxBytes ?? Number.POSITIVE_INFINITY));
		const added = sound.slice(0, Math.max(0, room)).map((file): Attached => {
			return { key: newId(), alt: "", isOriginal: false, state: { type: "preparing" }, ...file };
		});
		const problem = wrong && (wrong.source.size === 0 ? words.empty(wrong.name) : words.tooLarge(wrong.name));
		this.#become({
			...this.#snapshot,
			attached: [...this.#snapshot.attached, ...added],
			problem: sound.length > added.length ? words.tooMany() : problem,
		});
		for (const file of added) void this.#prepare(file);
		return added.length;
	}

	remove(key: string): void {
		const file = this.#find(key);
		if (!file) return;
		this.#forgetUpload(file);
		this.#become({ ...this.#snapshot, attached: this.#snapshot.attached.filter((one) => one.key !== key), problem: undefined });
		this.#work();
	}

	/** Moves it by so many places. */
	move(key: string, by: number): void {
		const { attached } = this.#snapshot;
		const at = attached.findIndex((one) => one.key === key);
		const file = attached[at];
		if (!file || !attached[at + by]) return;
		this.#become({ ...this.#snapshot, attached: attached.toSpliced(at, 1).toSpliced(at + by, 0, file) });
	}

	describe(key: string, alt: string): void {
		this.#change(key, { alt: alt.slice(0, fileLimits.alt) });
	}

	/** Describes a picture of the draft unless somebody has: returns false then. */
	propose(key: string, alt: string): boolean {
		const isFree = this.#snapshot.attached.some((one) => one.key === key && one.alt === "");
		if (isFree) this.describe(key, alt);
		return isFree;
	}

	setOriginal(key: string, isOriginal: boolean): void {
		const file = this.#find(key);
		if (!file?.redrawn || file.isOriginal === isOriginal) return;
		this.#forgetUpload(file);
		this.#change(key, { isOriginal, state: { type: "waiting" } });
		this.#work();
	}

	retry(key: string): void {
		this.#failures.delete(key);
		this.#change(key, { state: { type: "waiting" } });
		this.#work();
	}

	/** The message leaves the field, and is sent as soon as its files are uploaded. `moved`: files of another field. */
	send(message: NewMessage, moved: readonly Attached[] = []): void {
		const { attached, posts } = this.#snapshot;
		const post: Post = { clientId: this.#options.newId(), message, files: [...moved, ...attached] };
		this.#become({ attached: [], posts: [...posts, post], problem: undefined });
		for (const file of moved) if (file.state.type === "preparing") void this.#prepare(file);
		this.#work();
	}

	/** Takes the files away from the field, for a message of another conversation. */
	takeAll(): readonly Attached[] {
		const { attached } = this.#snapshot;
		this.#become({ ...this.#snapshot, attached: [], problem: undefined });
		return attached;
	}

	/** Puts the files of a message that waits back beside the field. Returns the message. */
	takeBack(clientId: string): NewMessage | undefined {
		const { attached, posts } = this.#snapshot;
		const post = posts.find((one) => one.clientId === clientId);
		if (!post || clientId === this.#sending) return undefined;
		this.#become({ ...this.#snapshot, attached: [...post.files, ...attached], posts: posts.filter((one) => one !== post) });
		return post.message;
	}

	/** Files of a message that was refused. */
	restore(files: readonly MessageFile[]): void {
		const { clock, newId } = this.#options;
		const restored = files.map((file) => asAttached(file, newId(), clock.now()));
		this.#become({ ...this.#snapshot, attached: [...restored, ...this.#snapshot.attached] });
	}

	#all(): readonly Attached[] {
		return [...this.#snapshot.posts.flatMap(({ files }) => files), ...this.#snapshot.attached];
	}

	#find(key: string): Attached | undefined {
		return this.#all().find((one) => one.key === key);
	}

	async #prepare({ key, source, name }: Attached): Promise<void> {
		const redrawn = await this.#options.redraw(source, name).catch(() => undefined);
		this.#change(key, { redrawn, state: { type: "waiting" } });
		this.#work();
	}

	/** Starts uploads as long as there is room, and sends what is complete. */
	#work(): void {
		void this.#sendComplete();
		if (!this.#isConnected) return;
		const waiting = this.#all().filter(({ key, state }) => state.type === "waiting" && !this.#running.has(key));
		for (const file of waiting.slice(0, Math.max(0, mostAtOnce - this.#running.size))) void this.#upload(file);
	}

	async #upload(file: Attached): Promise<void> {
		const { upload, addThumbnail, clock, discard } = this.#options;
		const { key, recording } = file;
		const { blob, name, thumbnail, thumbhash } = formOf(file);
		const ending = new AbortController();
		this.#running.set(key, ending);
		const onProgress = (sent: number) =>
			this.#running.get(key) === ending && this.#change(key, { state: { type: "uploading", sent, of: blob.size } });
		onProgress(0);
		const answer = await upload({ name, blob, recording, thumbhash }, { onProgress, signal: ending.signal });
		const stored = "value" in answer ? answer.value : undefined;
		const complete = stored && thumbnail && !ending.signal.aborted ? await addThumbnail(stored, thumbnail) : stored;
		if (this.#running.get(key) !== ending) {
			// It was removed, or its other form is wanted.
			if (stored) discard(stored);
			return;
		}
		this.#running.delete(key);
		if (complete) this.#change(key, { state: { type: "uploaded", file: complete, at: clock.now() } });
		else if ("error" in answer) this.#failed(key, answer.error);
		this.#work();
	}

	#failed(key: string, error: ApiError): void {
		const failures = (this.#failures.get(key) ?? 0) + (error.code === "internal" ? 1 : 0);
		this.#failures.set(key, failures);
		const pause = uploadAgainIn(error, failures);
		if (pause === undefined) {
			this.#change(key, { state: { type: "refused", text: error.message } });
			return;
		}
		this.#options.clock.after(Math.max(again, pause), () => {
			if (this.#find(key)?.state.type !== "uploading") return;
			this.#change(key, { state: { type: "waiting" } });
			this.#work();
		});
	}

	/** In their order: a message waits for the one before it. */
	async #sendComplete(): Promise<void> {
		const { clock, send } = this.#options;
		const [post] = this.#snapshot.posts;
		const files = post?.files.map(({ state, alt }) => state.type === "uploaded" && { ...state.file, ...(alt && { alt }) });
		if (!post || this.#sending !== undefined || !files?.every((file) => file !== false)) return;
		this.#sending = post.clientId;
		const pause = await send({ ...post.message, files }, post.clientId);
		this.#sending = undefined;
		if (pause !== undefined) {
			clock.after(Math.max(again, pause), () => void this.#sendComplete());
			return;
		}
		this.#become({ ...this.#snapshot, posts: this.#snapshot.posts.filter(({ clientId }) => clientId !== post.clientId) });
		await this.#sendComplete();
	}

	#forgetUpload({ key, state }: Attached): void {
		this.#running.get(key)?.abort();
		this.#running.delete(key);
		if (state.type === "uploaded") this.#options.discard(state.file);
	}

	#change(key: string, change: Partial<Attached>): void {
		const changed = (files: readonly Attached[]) => files.map((one) => (one.key === key ? { ...one, ...change } : one));
		const { attached, posts } = this.#snapshot;
		this.#become({ ...this.#snapshot, attached: changed(attached), posts: posts.map((post) => ({ ...post, files: changed(post.files) })) });
	}

	#become(snapshot: Snapshot): void {
		this.#snapshot = snapshot;
		this.#options.disk.save(snapshot);
		for (const listener of this.#listeners) listener();
	}
}

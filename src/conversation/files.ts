// The bytes of a conversation's files, which are in another object. Reads them for Claude, and deletes them: what is to be deleted is stored with the deletion of its
// message, and tried until it is done.

import type { SharedAlarm } from "../platform/alarm.ts";
import { inTime } from "../platform/in-time.ts";
import { type RetryPolicy, RetryQueue } from "../platform/retry-queue.ts";
import { randomId } from "../protocol/random-id.ts";
import type { Refusal } from "../protocol/refusal.ts";
import type { FileBytes } from "./ports.ts";
import type { Files } from "./store/files.ts";
import type { Store } from "./store/store.ts";

/** The object with the bytes. */
type RemoteFiles = { drop(ids: readonly string[]): Promise<void>; dropAll(): Promise<void> };

/** About three days. */
const policy: RetryPolicy = { firstPause: 5_000, factor: 2, longestPause: 24 * 3600_000, maxTries: Number.POSITIVE_INFINITY };
/** In ms. */
const answerWithin = 30_000;
/** The key of the job that deletes all of them. Other jobs have those of a message's place, or of a member who left. */
const everything = "all";

type ReadableFiles = {
	sizes(ids: readonly string[]): Promise<Record<string, number>>;
	open(id: string, wish: object): Promise<{ body?: ReadableStream<Uint8Array> } | Refusal>;
};

/** The bytes for Claude. */
export function fileBytesOf(remote: () => ReadableFiles): FileBytes {
	return {
		sizes: async (ids) => inTime(remote().sizes(ids), answerWithin),
		open: async (id) => {
			const opened = await remote().open(id, {});
			if ("code" in opened || !opened.body) throw new Error("The bytes of a file are gone.");
			return opened.body;
		},
	};
}

export class FileDeletions {
	readonly #files: Files;
	readonly #store: Store;
	/** Jobs by the place of a message or by a member who left, with the ids of the files. */
	readonly #queue: RetryQueue<readonly string[] | undefined>;

	constructor(parts: { sql: SqlStorage; store: Store; remote: () => RemoteFiles; alarm: SharedAlarm; now: () => number }) {
		const { sql, store, remote, alarm, now } = parts;
		this.#files = store.files;
		this.#store = store;
		this.#queue = new RetryQueue<readonly string[] | undefined>({
			sql,
			name: "files",
			policy,
			run: async (key, ids = []) => {
				await inTime(key === everything ? remote().dropAll() : remote().drop(ids), answerWithin);
				return "done";
			},
			failed: ({ key, error, isLast }) => console.error("Files could not be deleted", key, isLast ? "for good" : "yet", error),
			afterLastTry: "remove",
			alarm,
			now,
		});
	}

	/** The message at a place was deleted. To be called in the same step. */
	release(seq: number): void {
		this.releaseEach([seq]);
	}

	releaseEach(places: readonly number[]): void {
		const jobs = places.map((seq) => [String(seq), this.#files.release(seq)] as const).filter(([, ids]) => ids.length > 0);
		if (jobs.length > 0) void this.#queue.enqueueAll(jobs);
	}

	/**
	 * A member is gone, and can send what they uploaded no more. To be called in the same step. During a legal hold it stays: the object with
	 * the bytes asks about it again.
	 */
	releaseUnsentOf(userId: string): void {
		if (this.#store.keeping.isHeld) return;
		const ids = this.#files.releaseUnsent(userId);
		if (ids.length > 0) void this.#queue.enqueueAll([[`unsent ${randomId()}`, ids]]);
	}

	/** The conversation is deleted. Resolves when it was tried. */
	async releaseAll(): Promise<void> {
		if (!this.#files.isUsed && this.isSettled) return;
		for (const key of this.#queue.keys) this.#queue.cancel(key);
		await this.#queue.enqueueAll([[everything, undefined]]);
	}

	/** Nothing is left to be deleted. */
	get isSettled(): boolean {
		return this.#queue.keys.length === 0;
	}

	get dueAt(): number | undefined {
		return this.#queue.dueAt;
	}

	async runDue(): Promise<void> {
		await this.#queue.runDue();
	}
}

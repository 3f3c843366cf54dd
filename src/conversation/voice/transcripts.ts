// Has voice messages written down by another service, with jobs that survive a killed object. A question that was spoken waits for its words.
// Must not know how the service is asked.

import type { SharedAlarm } from "../../platform/alarm.ts";
import { heldBytes } from "../../platform/held-bytes.ts";
import { type Progress, type RetryPolicy, RetryQueue } from "../../platform/retry-queue.ts";
import { messageEvent } from "../../protocol/events.ts";
import type { MessageFile } from "../../protocol/files/file.ts";
import * as fileLimits from "../../protocol/files/limits.ts";
import type { Message } from "../../protocol/message.ts";
import type { Clients, FileBytes, MemberLists, Requester } from "../ports.ts";
import type { Store } from "../store/store.ts";

/** About an hour. */
const policy: RetryPolicy = { firstPause: 5_000, factor: 3, longestPause: 20 * 60_000, maxTries: 8 };

/** In ms. Longer than a try takes: while jobs run, the alarm is only for the case that the object dies. */
const takenUpAfter = 2 * 60_000;

/**
 * A job is about one message. `network`: where a guest sent it from. `counted`: the files of it that the person's day has room for;
 * `omitted`: those that are not written down.
 */
type Job = { messageId: string; network?: string | undefined; counted: readonly string[]; omitted: readonly string[] };

/** The memory that a recording takes, in its own size: as it is read, as a file, and in the request. */
const copies = 3;
/** In ms. */
const whileMemoryIsFull = 10_000;

type Parts = {
	sql: SqlStorage;
	store: Store;
	clients: Pick<Clients, "broadcast">;
	lists: Pick<MemberLists, "skipRevision">;
	bytes: FileBytes;
	/** Rejects if it failed, for good if the error says so. Without it nothing is written down. */
	transcribe: ((recording: { bytes: Uint8Array<ArrayBuffer>; type: string }) => Promise<string>) | undefined;
	/** Counts the seconds of a member. */
	passQuota: (writer: Requester, seconds: number) => Promise<boolean>;
	/** Questions that waited may be asked now. */
	heard: () => void;
	alarm: SharedAlarm;
	now: () => number;
};

export class Transcripts {
	readonly #with: Parts;
	readonly #queue: RetryQueue<Job>;
	/** How many goes of the queue are under way. */
	#underWay = 0;

	constructor(parts: Parts) {
		this.#with = parts;
		const { sql, store, alarm, now } = parts;
		this.#queue = new RetryQueue<Job>({
			sql,
			name: "transcripts",
			policy,
			run: (_key, job) => this.#run(job),
			failed: ({ key, error, isLast }) => {
				console.error("A voice message was not written down", key, isLast ? "for good" : "yet", error);
				// Nobody waits longer than for one try.
				this.#with.heard();
			},
			afterLastTry: "remove",
			// Each holds a recording in memory.
			concurrency: 2,
			isOpen: () => store.exists,
			alarm,
			now,
		});
	}

	/** To be called for every message that somebody sends, in the step that stores it. */
	add(message: Message, { network }: Requester): void {
		if (!this.#with.transcribe || unheardOf(message).length === 0) return;
		const job: Job = { messageId: message.id, network, counted: [], omitted: [] };
		void this.#follow(() => this.#queue.enqueueAll([[String(message.seq), job]]));
	}

	/** A message is being written down for the first time: its words may be there in a moment. */
	isAwaited({ seq }: Pick<Message, "seq">): boolean {
		return this.#queue.has(String(seq));
	}

	/** A job that runs or waits for its turn is due already: an alarm at that time would fire every second. */
	get dueAt(): number | undefined {
		const { dueAt } = this.#queue;
		return dueAt === undefined || this.#underWay === 0 ? dueAt : Math.max(dueAt, this.#with.now() + takenUpAfter);
	}

	/** Resolves when what was due has been tried, which may take minutes. Never rejects. */
	async runDue(): Promise<void> {
		await this.#follow(() => this.#queue.runDue());
	}

	async #follow(go: () => Promise<void>): Promise<void> {
		this.#underWay += 1;
		try {
			await go();
		} catch (error) {
			console.error("Voice messages could not be taken up", error);
		} finally {
			this.#underWay -= 1;
			if (this.dueAt !== undefined) this.#with.alarm.bringForward();
		}
	}

	/** One file after another. What was counted is stored before the service is asked: a try that is repeated costs nobody more. */
	async #run(job: Job): Promise<Progress<Job>> {
		const { store, passQuota, heard } = this.#with;
		const message = store.log.message(job.messageId);
		const file = message && unheardOf(message).find(({ id }) => !job.omitted.includes(id));
		if (!message || !file) {
			heard();
			return "done";
		}
		const author = { userId: message.author.userId, network: job.network };
		if (!job.counted.includes(file.id)) {
			const isCounted = file.size <= fileLimits.speech.bytes && (await passQuota(author, secondsOf(file)));
			return { next: isCounted ? { ...job, counted: [...job.counted, file.id] } : { ...job, omitted: [...job.omitted, file.id] } };
		}
		const text = await this.#textOf(file, author);
		if (text) this.#add(job.messageId, file.id, text);
		return { next: { ...job, omitted: [...job.omitted, file.id] } };
	}

	/** `undefined` if it will never be written down. */
	async #textOf({ id, type, size }: MessageFile, author: Requester): Promise<string | undefined> {
		const { bytes, transcribe } = this.#with;
		const stored = await bytes.sizes([id]);
		if (stored[id] === undefined) return undefined;
		// All conversations of an instance share its memory.
		const held = heldBytes.hold(author);
		if (!held.add(size * copies)) throw Object.assign(new Error("No memory for a recording now"), { retryAfterMs: whileMemoryIsFull });
		try {
			const read = new Uint8Array(await new Response(await bytes.open(id)).arrayBuffer());
			return await transcribe?.({ bytes: read, type });
		} catch (error) {
			if ((error as { isFinal?: unknown }).isFinal !== true) throw error;
			console.error("A voice message cannot be written down", id, error);
			return undefined;
		} finally {
			held.release();
		}
	}

	/** The message may have been changed or deleted meanwhile. */
	#add(messageId: string, fileId: string, transcript: string): void {
		const { store, clients, lists } = this.#with;
		const message = store.exists ? store.log.message(messageId) : undefined;
		if (!message?.files?.some(({ id }) => id === fileId)) return;
		const files = message.files.map((file) => (file.id === fileId ? { ...file, transcript } : file));
		for (const file of files) if (file.id === fileId) store.files.change(file);
		const changed = store.log.setFiles(message, files);
		clients.broadcast(messageEvent("chat:updated", changed, store.log.cursor));
		lists.skipRevision();
	}
}

/** The voice messages of a message of which nothing is written down. */
function unheardOf({ role, files = [] }: Message): MessageFile[] {
	return role === "user" ? files.filter(({ waveform, transcript }) => waveform !== undefined && transcript === undefined) : [];
}

/** Whole seconds, whatever the sender says. */
function secondsOf({ size, durationMs = 0 }: MessageFile): number {
	return Math.ceil(Math.max(durationMs / 1000, size / fileLimits.speech.perSecond));
}

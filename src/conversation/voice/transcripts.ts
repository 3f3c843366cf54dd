// Has voice messages written down by another service, with a job for each file that survives a killed object. Claude waits for the words,
// but not for long. Must not know how the service is asked, nor how its seconds are counted.

import type { SharedAlarm } from "../../platform/alarm.ts";
import { heldBytes } from "../../platform/held-bytes.ts";
import { type Progress, type RetryPolicy, RetryQueue } from "../../platform/retry-queue.ts";
import { messageEvent } from "../../protocol/events.ts";
import type { MessageFile } from "../../protocol/files/file.ts";
import type { Message } from "../../protocol/message.ts";
import type { Clients, FileBytes, MemberLists, Requester } from "../ports.ts";
import type { Store } from "../store/store.ts";
import { secondsOf, unheardOf } from "./speech-length.ts";
import { Turns } from "./turns.ts";

/** About an hour. */
const policy: RetryPolicy = { firstPause: 5_000, factor: 3, longestPause: 20 * 60_000, maxTries: 8 };
/** In ms. Longer than a try takes: while jobs run, the alarm is only for the case that the object dies. */
const takenUpAfter = 2 * 60_000;
/** In ms. A recording of five minutes takes some ten seconds, and others want a reply too. */
const longestWait = 60_000;
/** Recordings of several people that the service listens to at once. */
const atOnce = 3;
/** The memory that a recording takes, in its own size: as it is read, as a file, and in the request. */
const copies = 3;
/** In ms. `memory`: while it is full. `others`: while the service listens to the person in another conversation. `slow`: after it took too long. */
const pauses = { memory: 10_000, others: 3_000, slow: 60_000 };

/**
 * A job is about one file of a message. `isSlow`: the service has once taken too long for it. `owed`: it is written down, and this many
 * seconds are still to be settled. An earlier release also stored from which network a guest had sent it.
 */
type Job = { messageId: string; fileId: string; isSlow?: true; owed?: { seconds: number | undefined } };

/** An earlier release stored one job for all files of a message. `omitted`: those that it had given up. To be removed after one release. */
type FormerJob = Pick<Job, "messageId"> & { omitted?: readonly string[] };

type Parts = {
	sql: SqlStorage;
	store: Store;
	clients: Pick<Clients, "broadcast">;
	lists: Pick<MemberLists, "skipRevision">;
	bytes: FileBytes;
	/** Without it nothing is written down. Rejects with a `Refused` if it failed. */
	transcribe:
		| ((recording: { bytes: Uint8Array<ArrayBuffer>; type: string }) => Promise<{ text: string; seconds: number | undefined }>)
		| undefined;
	/** Adds the network that a guest is in, which is not stored. */
	locate: (by: Requester) => Requester;
	/** Counts the seconds of a file before each try. `busy`: another one has to be settled first. */
	reserve: (writer: Requester, attempt: { fileId: string; seconds: number }) => Promise<"reserved" | "busy" | "full">;
	/** The try is over. `seconds`: as long as the file was, if that is known. Safe to repeat. */
	settle: (writer: Requester, fileId: string, seconds: number | undefined) => Promise<void>;
	/** Questions that waited may be asked now. */
	heard: () => void;
	alarm: SharedAlarm;
	now: () => number;
};

/** What may be known about why the service failed: for good, without listening, or because it took too long. */
type Refused = { isFinal?: boolean; isRefused?: boolean; isSlow?: boolean };

export class Transcripts {
	readonly #with: Parts;
	readonly #queue: RetryQueue<Job | FormerJob>;
	readonly #turns = new Turns(atOnce);
	/** How many jobs of new messages, and how many goes of the queue, are under way. */
	readonly #underWay = { jobs: 0, goes: 0 };
	/** The jobs that have not come to the end of their first try. */
	readonly #awaited: Set<string>;
	/** The next reply is held back since this time, in ms. `after`: the place of the last one. */
	#held: { after: number; since: number } | undefined;

	constructor(parts: Parts) {
		this.#with = parts;
		const { sql, store, alarm, now } = parts;
		this.#queue = new RetryQueue<Job | FormerJob>({
			sql,
			name: "transcripts",
			policy,
			run: (key, job) => this.#run(key, job),
			failed: ({ key, error, isLast }) => {
				console.error("A voice message was not written down", key, isLast ? "for good" : "yet", error);
				// Nobody waits longer than for one try.
				this.#hear(key);
			},
			afterLastTry: "remove",
			isOpen: () => store.exists,
			alarm,
			now,
		});
		// Those that failed before the object died are due later.
		const soon = now() + policy.firstPause;
		this.#awaited = new Set(this.#queue.keys.filter((key) => (this.#queue.dueAtOf(key) ?? soon) <= soon));
	}

	/** To be called for every message that somebody sends, in the step that stores it. */
	add(message: Message): void {
		if (!this.#with.transcribe) return;
		this.#enqueue(message, { messageId: message.id });
		if (this.dueAt !== undefined) this.#with.alarm.bringForward();
	}

	#enqueue(message: Message, { messageId, omitted = [] }: FormerJob): void {
		for (const [n, { id: fileId }] of unheardOf(message).entries()) {
			if (omitted.includes(fileId)) continue;
			const key = `${message.seq} ${n}`;
			this.#awaited.add(key);
			void this.#follow("jobs", () => this.#queue.enqueue(key, { messageId, fileId }));
		}
	}

	/** The words of a voice message after the last reply may be there in a moment: the next reply is to wait for them. `after`: its place. */
	isHeldBack(after: number): boolean {
		const { now, alarm } = this.#with;
		if (!this.#isAwaited(after)) return false;
		if (this.#held?.after !== after) this.#held = { after, since: now() };
		const isHeld = now() < this.#held.since + longestWait;
		if (isHeld) alarm.bringForward();
		return isHeld;
	}

	#isAwaited(after: number): boolean {
		return [...this.#awaited].some((key) => Number.parseInt(key, 10) > after);
	}

	/** When a reply that is held back begins at the latest, in ms. */
	get #heldUntil(): number | undefined {
		return this.#held && this.#isAwaited(this.#held.after) ? this.#held.since + longestWait : undefined;
	}

	get dueAt(): number | undefined {
		const { now } = this.#with;
		const { dueAt } = this.#queue;
		const ifKilled = now() + takenUpAfter;
		const { jobs, goes } = this.#underWay;
		// What is due has to wait for the end of a go: an alarm at its time would fire every second.
		const times = goes > 0 ? [Math.max(dueAt ?? 0, ifKilled)] : [dueAt, jobs > 0 ? ifKilled : undefined];
		const heldUntil = this.#heldUntil;
		if (heldUntil !== undefined && heldUntil > now()) times.push(heldUntil);
		const known = times.filter((at) => at !== undefined);
		return known.length > 0 ? Math.min(...known) : undefined;
	}

	/** Resolves when what was due has been tried, which may take minutes. Never rejects. */
	async runDue(): Promise<void> {
		await this.#follow("goes", async () => {
			if ((this.#heldUntil ?? Number.POSITIVE_INFINITY) <= this.#with.now()) this.#with.heard();
			await this.#queue.runDue();
		});
	}

	async #follow(kind: "jobs" | "goes", work: () => Promise<unknown>): Promise<void> {
		this.#underWay[kind] += 1;
		try {
			await work();
		} catch (error) {
			console.error("Voice messages could not be taken up", error);
		} finally {
			this.#underWay[kind] -= 1;
			if (this.dueAt !== undefined) this.#with.alarm.bringForward();
		}
	}

	/** A job is over, or was tried once. */
	#hear(key: string): void {
		this.#awaited.delete(key);
		this.#with.heard();
	}

	async #run(key: string, job: Job | FormerJob): Promise<Progress<Job>> {
		if (!("fileId" in job)) {
			const message = this.#with.store.log.message(job.messageId);
			if (message) this.#enqueue(message, job);
			this.#hear(key);
			return "done";
		}
		const by = this.#authorOf(job);
		if (job.owed && by) await this.#with.settle(by, job.fileId, job.owed.seconds);
		if (job.owed || !by) {
			this.#hear(key);
			return "done";
		}
		const release = await this.#turns.take(by.userId);
		try {
			const progress = await this.#write(job, by);
			const isAwaited = progress !== "done" && !progress.next.isSlow && !progress.next.owed;
			if (!isAwaited) this.#hear(key);
			return progress;
		} finally {
			release();
		}
	}

	#authorOf({ messageId }: Job): Requester | undefined {
		const message = this.#with.store.log.message(messageId);
		return message && this.#with.locate({ userId: message.author.userId });
	}

	/** The message may have been changed or deleted while others had their turn. */
	async #write(job: Job, by: Requester): Promise<Progress<Job>> {
		const { store, bytes, reserve } = this.#with;
		const message = store.log.message(job.messageId);
		const file = message && unheardOf(message).find(({ id }) => id === job.fileId);
		if (!file || (await bytes.sizes([file.id]))[file.id] === undefined) return "done";
		// All conversations of an instance share its memory.
		const held = heldBytes.hold(by);
		if (!held.add(file.size * copies)) throw Object.assign(new Error("No memory for a recording now"), { retryAfterMs: pauses.memory });
		try {
			const read = new Uint8Array(await new Response(await bytes.open(file.id)).arrayBuffer());
			const seconds = secondsOf(file, read);
			const reserved = seconds === undefined ? "full" : await reserve(by, { fileId: file.id, seconds });
			if (reserved === "busy") return { next: job, after: pauses.others };
			return reserved === "full" ? "done" : await this.#ask(job, { bytes: read, type: file.type }, by);
		} finally {
			held.release();
		}
	}

	/** The service may take money for each try: what was reserved for it stays unless it says otherwise. */
	async #ask(job: Job, recording: { bytes: Uint8Array<ArrayBuffer>; type: string }, by: Requester): Promise<Progress<Job>> {
		const { transcribe, settle } = this.#with;
		try {
			const { text = "", seconds } = (await transcribe?.(recording)) ?? {};
			if (text) this.#add(job, text);
			const owed = { next: { ...job, owed: { seconds } } };
			return await settle(by, job.fileId, seconds)
				.then((): Progress<Job> => "done")
				.catch(() => owed);
		} catch (error) {
			const { isFinal, isRefused, isSlow } = error as Refused;
			await settle(by, job.fileId, isRefused ? 0 : undefined).catch((failure) => console.error("Speech could not be settled", failure));
			// Nobody else waits in vain. A recording that takes long may be longer than it looks, and is not tried often.
			if (isSlow) this.#turns.failWaiting(error);
			if (isSlow && !job.isSlow) return { next: { ...job, isSlow: true }, after: pauses.slow };
			if (!isFinal && !isSlow) throw error;
			console.error("A voice message cannot be written down", job.fileId, error);
			return "done";
		}
	}

	/** The message may have been changed or deleted meanwhile. */
	#add({ messageId, fileId }: Job, transcript: string): void {
		const { store, clients, lists } = this.#with;
		const message = store.exists ? store.log.message(messageId) : undefined;
		if (!message?.files?.some(({ id }) => id === fileId)) return;
		const files: MessageFile[] = message.files.map((file) => (file.id === fileId ? { ...file, transcript } : file));
		for (const file of files) if (file.id === fileId) store.files.change(file);
		const changed = store.log.setFiles(message, files);
		clients.broadcast(messageEvent("chat:updated", changed, store.log.cursor));
		lists.skipRevision();
	}
}

// Imports a conversation from its export file, part by part. Until the last line has come, nothing of it exists for anybody. An import
// that was broken off begins again with the first line.

import { type ArchiveRecord, emptyReading, type Reading, type RecordOf, readRecord } from "../../protocol/archive.ts";
import type { ConversationInfo } from "../../protocol/conversation.ts";
import { limits } from "../../protocol/limits.ts";
import type { Refusal } from "../../protocol/refusal.ts";
import { type ImportState, ImportTables } from "../store/import.ts";
import type { Store } from "../store/store.ts";
import { cleanRecord } from "./cleaning.ts";
import type { Fork } from "./fork.ts";

/** What is imported. `as`: the person who is an owner in any case. A fork takes its owner and its title from `fork`. */
export type Target = { id: string; lineage: string; as?: string | undefined; fork?: Fork | undefined };

/** The number of imported lines; after the last one, with the conversation. */
export type ImportProgress = { taken: number; conversation?: ConversationInfo };

/** People who are notified side by side. */
const registeredAtOnce = 50;

type Storage = Pick<DurableObjectStorage, "sql" | "setAlarm">;

export class Import {
	readonly #storage: Storage;
	readonly #store: Store;
	readonly #tables: ImportTables;
	readonly #enter: (userId: string) => Promise<void>;
	readonly #removals: { removeForEach(userIds: readonly string[]): Promise<void> };
	readonly #now: () => number;

	/**
	 * `enter`: the person's own object remembers that something of theirs is in this conversation. `removals` tell that
	 * to several people, with retries, and store it before the first await.
	 */
	constructor(parts: {
		storage: Storage;
		store: Store;
		enter: (userId: string) => Promise<void>;
		removals: { removeForEach(userIds: readonly string[]): Promise<void> };
		now: () => number;
	}) {
		this.#storage = parts.storage;
		this.#store = parts.store;
		this.#tables = new ImportTables(parts.storage.sql, parts.store);
		this.#enter = parts.enter;
		this.#removals = parts.removals;
		this.#now = parts.now;
	}

	/** An import has begun and not ended. */
	get isUnderWay(): boolean {
		return this.#tables.isUnderWay;
	}

	/**
	 * Before a fork takes messages: the people in them must find it when they are erased. It must have begun: an erasure that comes
	 * earlier than the messages is then tried again later.
	 */
	async register(userIds: readonly string[]): Promise<void> {
		for (let at = 0; at < userIds.length; at += registeredAtOnce)
			await Promise.all(userIds.slice(at, at + registeredAtOnce).map((userId) => this.#enter(userId)));
	}

	/**
	 * Imports the lines after the first `from`; 0 begins again. Lines that were imported before, or come too early, change nothing:
	 * the answer says where to go on. `ended` is called in the step that stores the last line.
	 */
	async addLines(text: string, from: number, conversation: Target, ended = () => {}): Promise<ImportProgress | Refusal> {
		const lines = text.split("\n").filter((line) => line !== "");
		if (this.#isIdInUse) return { code: "conflict" };
		const known = from === 0 ? undefined : this.#tables.state;
		let reading = known?.reading ?? emptyReading;
		if (reading.lines !== from) return { taken: reading.lines };
		if (lines.length === 0) return { code: "bad_request" };
		const records: ArchiveRecord[] = [];
		for (const line of lines) {
			const next = new TextEncoder().encode(line).length <= limits.importLine ? await readRecord(line, reading) : undefined;
			const record = next && cleanRecord(next.record, this.#now());
			if (!record) return { code: "bad_request" };
			records.push(record);
			reading = next.reading;
		}
		// The same lines may have come by another request meanwhile.
		if (this.#isIdInUse) return { code: "conflict" };
		const now = from === 0 ? undefined : this.#tables.state;
		if (now?.reading.hash !== known?.reading.hash) return { taken: now?.reading.lines ?? 0 };
		if (this.#repeats(records, from === 0)) return { code: "bad_request" };
		const taken = this.#store.whole(() => {
			this.#write(records, reading);
			if (reading.isWhole) this.#store.afterwards(ended);
			return { taken: reading.lines, ...(reading.isWhole && { conversation: this.#end(conversation) }) };
		});
		// Stored with the last line: whoever erases their account is erased from this conversation, too, though they are no member.
		const notified = reading.isWhole && !conversation.fork ? this.#removals.removeForEach(this.#tables.formerMembers()) : undefined;
		// The alarm removes an import that is abandoned. It stays for one that is whole: if the object dies now, the alarm alone wakes a
		// fork, whose id nobody knows, and delivers it to its owner's list.
		if (!reading.isWhole) await this.#storage.setAlarm(this.#now() + (conversation.fork ? limits.fork.timeout : limits.importTimeout));
		await notified;
		return taken;
	}

	/** A member comes twice, or a person's `clientId`: within these records or, unless they begin the file, with those before. */
	#repeats(records: readonly ArchiveRecord[], begins: boolean): boolean {
		const { members } = this.#store;
		const seen = new Set<string>();
		return records.some((record) => {
			const { userId } = record.type === "member" ? record : record.type === "message" ? record.author : { userId: "" };
			const clientId = record.type === "message" ? record.clientId : undefined;
			if (record.type !== "member" && clientId === undefined) return false;
			const key = JSON.stringify([userId, clientId]);
			const isKnown = !begins && (clientId === undefined ? members.find(userId) !== undefined : this.#tables.hasClientId(userId, clientId));
			if (seen.has(key) || isKnown) return true;
			seen.add(key);
			return false;
		});
	}

	/** A conversation with this id exists, or existed: a deleted one does not begin again. */
	get #isIdInUse(): boolean {
		return this.#store.exists || this.#store.end !== undefined;
	}

	#write(records: readonly ArchiveRecord[], reading: Reading): void {
		for (const record of records) {
			switch (record.type) {
				case "conversation":
					this.#tables.begin({ reading: emptyReading, first: record });
					break;
				case "member":
					this.#addMember(record);
					break;
				case "message":
					this.#addMessage(record);
					break;
				case "version":
					this.#tables.addVersion(record.seq, record);
					break;
				case "end":
					break;
				default:
					record satisfies never;
			}
		}
		this.#tables.setReading(reading);
	}

	/** What a link lets them do goes on: a link that has ended stands for it. */
	#addMember({ type: _, may, ...member }: RecordOf<"member">): void {
		const { members, invites } = this.#store;
		if (!may || member.role === "owner") {
			members.add(member, this.#now());
			return;
		}
		const { link: name, questionsLeft = null, usdLeft, until, fromSeq = 1 } = may;
		const link = `imported-${name}`;
		const mostMicroUsd = usdLeft === undefined ? null : Math.round(usdLeft * 1_000_000);
		const endsAt = until === undefined ? null : Date.parse(until);
		const limits = { mostQuestions: questionsLeft, mostMicroUsd, accessEndsAt: endsAt, hidesPast: fromSeq > 1 ? 1 : 0 } as const;
		const ended = {
			id: link,
			role: "member" as const,
			createdBy: "",
			createdAt: 0,
			expiresAt: 0,
			maxUses: null,
			ended: 1 as const,
			uses: 0,
			asked: 0,
			microUsd: 0,
		};
		if (!invites.find(link)) invites.add({ ...ended, ...limits }, null);
		members.add({ ...member, link, from: fromSeq, endsAt }, this.#now());
	}

	/** In the new conversation the revision of a message is its place. */
	#addMessage({ type: _, ...record }: RecordOf<"message">): void {
		// Nothing continues a reply that was streaming when the file was written.
		const ended = record.status === "streaming" && ({ status: "failed", reason: "interrupted" } as const);
		this.#tables.addMessage({ ...record, ...ended, conversationId: "", revision: record.seq });
	}

	/** The conversation exists from here on. Everything in it counts as read. */
	#end({ id, lineage, as, fork }: Target): ConversationInfo {
		const { reading, first } = this.#tables.state as ImportState;
		const { members } = this.#store;
		if (fork) members.add({ ...fork.owner, role: "owner" }, this.#now());
		else if (as !== undefined && members.find(as)) {
			members.setRole(as, "owner");
			members.setStanding(as);
		} else if (as !== undefined) members.add({ userId: as, username: as, role: "owner" }, this.#now());
		members.setAllReadUpTo(reading.messages);
		const { assistant } = first;
		if (fork) this.#tables.end({ id, title: "", assistant, lineage, createdAt: this.#now() });
		else this.#tables.end({ id, title: first.title, assistant, lineage, createdAt: Date.parse(first.createdAt) });
		this.#store.changeSettings(first);
		for (const version of first.instructions ?? []) this.#store.instructions.add(version);
		if (fork) this.#store.setTitle(fork.title.title, fork.title);
		const forkedFrom = fork?.forkedFrom ?? first.forkedFrom;
		if (forkedFrom) this.#store.setForkedFrom(forkedFrom);
		if (fork) this.#store.audit.add("created", fork.owner.userId, undefined, this.#now());
		return this.#store.info;
	}
}

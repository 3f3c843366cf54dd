// A conversation out of a file, part by part: every SQL statement that writes it, and what it takes to be one. Nothing of it exists for
// anybody until its end has come. What was broken off is begun again from its first line.

import { type ArchiveRecord, type Reading, type RecordOf, read, unread } from "../../protocol/archive.ts";
import type { ConversationInfo } from "../../protocol/conversation.ts";
import { limits } from "../../protocol/limits.ts";
import type { Message } from "../../protocol/message.ts";
import type { Refusal } from "../../protocol/refusal.ts";
import { rowOf, versionRowOf } from "../store/columns.ts";
import { insertRow } from "../store/rows.ts";
import type { Store } from "../store/store.ts";
import { WordIndex } from "../store/word-index.ts";

/** How many lines have been taken; with the last one, the conversation. */
export type Taken = { taken: number; conversation?: ConversationInfo };

/** How far an import has come, and the file's first record. */
type State = { reading: Reading; first: RecordOf<"conversation"> };

type Storage = Pick<DurableObjectStorage, "sql" | "transactionSync" | "setAlarm" | "deleteAlarm">;

export class Restore {
	readonly #storage: Storage;
	readonly #store: Store;
	readonly #words: WordIndex;
	readonly #now: () => number;

	constructor(parts: { storage: Storage; store: Store; now: () => number }) {
		this.#storage = parts.storage;
		this.#store = parts.store;
		this.#words = new WordIndex(parts.storage.sql);
		this.#now = parts.now;
	}

	/** Whether there is an import whose end has not come. */
	get isUnderWay(): boolean {
		return this.#storage.sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'restoring'").toArray().length > 0;
	}

	/**
	 * Takes the lines that come after the first `from`; from 0 on it begins anew. Lines that were taken before, or come too early, change
	 * nothing: the answer says where to go on. `as`: who is an owner in any case.
	 */
	async take(text: string, from: number, conversation: { id: string; lineage: string; as?: string }): Promise<Taken | Refusal> {
		const lines = text.split("\n").filter((line) => line !== "");
		if (this.#isTaken) return { code: "conflict" };
		const known = from === 0 ? undefined : this.#state();
		let reading = known?.reading ?? unread;
		if (reading.lines !== from) return { taken: reading.lines };
		if (lines.length === 0) return { code: "bad_request" };
		const records: ArchiveRecord[] = [];
		for (const line of lines) {
			const next = await read(line, reading);
			if (!next) return { code: "bad_request" };
			records.push(next.record);
			reading = next.reading;
		}
		// The same lines may have come twice, and the others have been quicker.
		if (this.#isTaken) return { code: "conflict" };
		const now = from === 0 ? undefined : this.#state();
		if (now?.reading.hash !== known?.reading.hash) return { taken: now?.reading.lines ?? 0 };
		const taken = this.#storage.transactionSync(() => {
			this.#write(records, reading);
			return { taken: reading.lines, ...(reading.isWhole && { conversation: this.#finish(conversation) }) };
		});
		// The alarm removes an import that is abandoned.
		if (reading.isWhole) await this.#storage.deleteAlarm();
		else await this.#storage.setAlarm(this.#now() + limits.importPause);
		return taken;
	}

	/** Whether there is, or was for ever, a conversation. */
	get #isTaken(): boolean {
		return this.#store.exists || this.#store.end !== undefined;
	}

	#state(): State | undefined {
		if (!this.isUnderWay) return undefined;
		const [row] = this.#storage.sql.exec<{ reading: string; first: string }>("SELECT reading, first FROM restoring").toArray();
		return row && { reading: JSON.parse(row.reading), first: JSON.parse(row.first) };
	}

	#write(records: readonly ArchiveRecord[], reading: Reading): void {
		for (const record of records) {
			switch (record.type) {
				case "conversation":
					this.#begin(record);
					break;
				case "member":
					this.#store.addMember(record, this.#now());
					break;
				case "message":
					this.#addMessage(record);
					break;
				case "version":
					this.#addVersion(record);
					break;
				case "end":
					break;
				default:
					record satisfies never;
			}
		}
		this.#storage.sql.exec("UPDATE restoring SET reading = ?", JSON.stringify(reading));
	}

	/** With nothing left of one that was broken off. */
	#begin(first: RecordOf<"conversation">): void {
		const { sql } = this.#storage;
		this.#store.prepare();
		for (const table of ["members", "messages", "versions"]) sql.exec(`DELETE FROM ${table}`);
		this.#words.clear();
		sql.exec("DROP TABLE IF EXISTS restoring");
		sql.exec("CREATE TABLE restoring (reading TEXT NOT NULL, first TEXT NOT NULL) STRICT");
		sql.exec("INSERT INTO restoring (reading, first) VALUES (?, ?)", JSON.stringify(unread), JSON.stringify(first));
	}

	/** In the new conversation the place of a message is its revision as well. */
	#addMessage({ type: _, ...record }: RecordOf<"message">): void {
		// Nothing continues a reply that was streaming when the file was written.
		const ended = record.status === "streaming" && ({ status: "failed", reason: "interrupted" } as const);
		const message: Message = { ...record, ...ended, conversationId: "", revision: record.seq };
		insertRow(this.#storage.sql, "messages", rowOf(message));
		if (message.content !== "") this.#words.put(message.seq, message.content);
	}

	#addVersion({ seq, ...version }: RecordOf<"version">): void {
		insertRow(this.#storage.sql, "versions", { seq, ...versionRowOf(version) });
	}

	/** From here on it exists. Whoever is in it has read it, where it comes from. */
	#finish({ id, lineage, as }: { id: string; lineage: string; as?: string }): ConversationInfo {
		const { reading, first } = this.#state() as State;
		const { sql } = this.#storage;
		if (as !== undefined && this.#store.member(as)) this.#store.setRole(as, "owner");
		else if (as !== undefined) this.#store.addMember({ userId: as, username: as, role: "owner" }, this.#now());
		sql.exec("UPDATE members SET read_up_to = ?", reading.messages);
		sql.exec("DROP TABLE restoring");
		sql.exec(
			"INSERT INTO conversation (one, id, title, assistant, lineage, created_at, is_titled) VALUES (1, ?, ?, ?, ?, ?, ?)",
			id,
			first.title,
			first.assistant,
			lineage,
			Date.parse(first.createdAt),
			first.title === "" ? 0 : 1,
		);
		return this.#store.appear();
	}
}

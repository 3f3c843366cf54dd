// The tables of an import. The conversation begins to exist when its last line has come; until then, one row remembers how far it is.

import { hasTable } from "../../platform/migrate.ts";
import type { Reading, RecordOf } from "../../protocol/archive.ts";
import { searchTextOf } from "../../protocol/files/file.ts";
import type { Message, Version } from "../../protocol/message.ts";
import { claude, isAlias } from "../../protocol/person.ts";
import { rowOf, versionRowOf } from "./columns.ts";
import { insertRow } from "./rows.ts";
import type { NewConversation, Store } from "./store.ts";
import { WordIndex } from "./word-index.ts";

/** The progress of reading the file, and its first record. */
export type ImportState = { reading: Reading; first: RecordOf<"conversation"> };

/** One select for each place that names people: the platform combines only a few in one statement. */
const peopleIn = [
	"SELECT DISTINCT author_id AS id FROM messages WHERE role = 'user'",
	`SELECT DISTINCT person.value AS id FROM messages, json_each(reactions) AS reaction,
		json_each(reaction.value, '$.userIds') AS person`,
	"SELECT DISTINCT asker.value ->> 'userId' AS id FROM messages, json_each(asked_by) AS asker",
	"SELECT DISTINCT mention.value ->> 'userId' AS id FROM messages, json_each(mentions) AS mention",
	"SELECT DISTINCT pinned_by AS id FROM messages",
	"SELECT DISTINCT reply ->> '$.stoppedBy.userId' AS id FROM messages",
	"SELECT DISTINCT reply ->> '$.sharedBy.userId' AS id FROM messages",
	"SELECT DISTINCT reply ->> '$.stoppedBy.userId' AS id FROM versions",
	...["messages", "versions"].map(
		(table) => `SELECT DISTINCT tool.value ->> '$.decidedBy.userId' AS id FROM ${table}, json_each(reply, '$.tools') AS tool`,
	),
	"SELECT DISTINCT by_id AS id FROM instructions",
];

export class ImportTables {
	readonly #sql: SqlStorage;
	readonly #store: Store;
	readonly #words: WordIndex;

	constructor(sql: SqlStorage, store: Store) {
		this.#sql = sql;
		this.#store = store;
		this.#words = new WordIndex(sql);
	}

	/** An import has begun and not ended. */
	get isUnderWay(): boolean {
		return hasTable(this.#sql, "restoring");
	}

	get state(): ImportState | undefined {
		if (!this.isUnderWay) return undefined;
		const [row] = this.#sql.exec<{ reading: string; first: string }>("SELECT reading, first FROM restoring").toArray();
		return row && { reading: JSON.parse(row.reading), first: JSON.parse(row.first) };
	}

	/** Begins again if an earlier import was broken off: nothing of it stays. */
	begin({ reading, first }: ImportState): void {
		this.#store.prepareTables();
		this.#store.members.clear();
		for (const table of ["messages", "versions", "invites"]) this.#sql.exec(`DELETE FROM ${table}`);
		this.#words.clear();
		this.#store.files.clear();
		this.#sql.exec("DROP TABLE IF EXISTS restoring");
		this.#sql.exec("CREATE TABLE restoring (reading TEXT NOT NULL, first TEXT NOT NULL) STRICT");
		this.#sql.exec("INSERT INTO restoring (reading, first) VALUES (?, ?)", JSON.stringify(reading), JSON.stringify(first));
	}

	setReading(reading: Reading): void {
		this.#sql.exec("UPDATE restoring SET reading = ?", JSON.stringify(reading));
	}

	addMessage(message: Message): void {
		insertRow(this.#sql, "messages", rowOf(message));
		const text = searchTextOf(message);
		if (text !== "") this.#words.put(message.seq, text);
		if (message.files) this.#store.files.name(message.files, message.seq, message.author.userId, Date.parse(message.createdAt));
	}

	addVersion(seq: number, version: Version): void {
		insertRow(this.#sql, "versions", { seq, ...versionRowOf(version) });
	}

	hasClientId(authorId: string, clientId: string): boolean {
		return this.#sql.exec("SELECT 1 FROM messages WHERE author_id = ? AND client_id = ?", authorId, clientId).toArray().length > 0;
	}

	/** Ids of people whom messages, former versions or instructions name in any part, and who are no members. */
	formerMembers(): string[] {
		const found = peopleIn.flatMap((select) => this.#sql.exec<{ id: string | null }>(select).toArray());
		const isPerson = (id: string) => id !== claude.userId && !isAlias(id) && !this.#store.members.find(id);
		return [...new Set(found.flatMap(({ id }) => id ?? []))].filter(isPerson);
	}

	/** Questions that waited for a reply wait no longer: nobody asked them here. */
	end(conversation: NewConversation): void {
		this.#sql.exec("DROP TABLE restoring");
		this.#sql.exec(
			`UPDATE messages SET asks = 0 WHERE asks = 1 AND seq >
			IFNULL((SELECT seq FROM messages WHERE role = 'assistant' AND is_shared = 0 ORDER BY seq DESC LIMIT 1), 0)`,
		);
		this.#store.begin(conversation);
	}
}

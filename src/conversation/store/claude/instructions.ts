// The instructions of a conversation: the current ones and former ones, each at its place in the log.

import type { InstructionsVersion } from "../../../protocol/claude-settings.ts";
import { isoTime } from "../../../protocol/iso-time.ts";
import { limits } from "../../../protocol/limits.ts";
import type { Person } from "../../../protocol/person.ts";

type Row = { after: number; text: string; by_id: string; by_name: string; at: number };

const columns = "after, text, by_id, by_name, at";

export class Instructions {
	readonly #sql: SqlStorage;
	#current: InstructionsVersion | "none" | undefined;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	/** Forgets what was looked up: something of it was not stored. */
	forget(): void {
		this.#current = undefined;
	}

	/** The latest version, also if it has no text because an owner removed the instructions. */
	get current(): InstructionsVersion | undefined {
		this.#current ??= this.#read("ORDER BY id DESC LIMIT 1")[0] ?? "none";
		return this.#current === "none" ? undefined : this.#current;
	}

	/** The id of the version that holds for a reply at a place; `undefined` if there is none, or one without text. */
	idFor(seq: number): number | undefined {
		const [row] = this.#sql
			.exec<{ id: number; text: string }>("SELECT id, text FROM instructions WHERE after < ? ORDER BY id DESC LIMIT 1", seq)
			.toArray();
		return row?.text ? row.id : undefined;
	}

	textOf(id: number): string | undefined {
		return this.#sql.exec<{ text: string }>("SELECT text FROM instructions WHERE id = ?", id).toArray()[0]?.text;
	}

	/** Oldest first. */
	versions(): InstructionsVersion[] {
		return this.#read("ORDER BY id");
	}

	#read(which: string): InstructionsVersion[] {
		const rows = this.#sql.exec<Row>(`SELECT ${columns} FROM instructions ${which}`).toArray();
		return rows.map(({ by_id, by_name, at, ...row }) => ({ ...row, userId: by_id, username: by_name, at: isoTime(at) }));
	}

	add({ text, after, userId, username, at }: InstructionsVersion): void {
		this.#current = undefined;
		this.#sql.exec(`INSERT INTO instructions (${columns}) VALUES (?, ?, ?, ?, ?)`, after, text, userId, username, Date.parse(at));
		this.#sql.exec(
			"DELETE FROM instructions WHERE id IN (SELECT id FROM instructions ORDER BY id DESC LIMIT -1 OFFSET ?)",
			limits.instructionsVersions,
		);
	}

	/** A reply that is written again reads the current instructions, so from then on they stand before it. */
	moveBefore(seq: number): void {
		if ((this.current?.after ?? 0) < seq) return;
		this.#current = undefined;
		this.#sql.exec("UPDATE instructions SET after = ? WHERE after >= ?", seq - 1, seq);
	}

	/** Removes what a person wrote until a time in ms, and their name. True if the current instructions were theirs. */
	erase(userId: string, alias: Person, until = Number.MAX_SAFE_INTEGER): boolean {
		const { current } = this;
		this.#current = undefined;
		const erase = "UPDATE instructions SET text = '', by_id = ?, by_name = ? WHERE by_id = ? AND at <= ?";
		this.#sql.exec(erase, alias.userId, alias.username, userId, until);
		return current?.userId === userId && Date.parse(current.at) <= until;
	}
}

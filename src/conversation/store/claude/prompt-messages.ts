// Reads the messages of Claude's prompts, and keeps the latest ones in memory: a question has them read several times, and the next
// prompt mostly has the same messages and a few more.

import { promptSizeOf } from "../../../protocol/prompt-size.ts";
import type { LogReader } from "../log-reader.ts";
import type { PromptMessage } from "../rows.ts";

/** What `between` was asked for, and what it read at `revision`; `sizes` in tokens. */
type Kept = {
	from: number;
	after: number;
	before: number;
	size: number;
	revision: number;
	messages: readonly PromptMessage[];
	sizes: readonly number[];
};

export class PromptMessages {
	readonly #sql: SqlStorage;
	readonly #reader: LogReader;
	readonly #head: () => { seq: number; revision: number };
	#kept: Kept | undefined;

	/** `head`: the newest place and revision. */
	constructor(sql: SqlStorage, reader: LogReader, head: () => { seq: number; revision: number }) {
		this.#sql = sql;
		this.#reader = reader;
		this.#head = head;
	}

	/**
	 * The newest messages before a place and after another, oldest first: all, or as many as it takes to exceed `size` tokens, which are
	 * estimated. `from`: the first message that may be read.
	 */
	between(after: number, before: number, size: number, from = 1): { messages: readonly PromptMessage[]; size: number } {
		const known = this.#keptFor(after, before, size, from);
		const first = known?.before ?? after + 1;
		const newer = this.#reader.startingAt(from).messagesBefore(before, size, first - 1);
		const messages = [...(known?.messages ?? []), ...newer];
		const sizes = [...(known?.sizes ?? []), ...newer.map(promptSizeOf)];
		let sum = 0;
		let start = messages.length;
		while (start > 0 && sum <= size) sum += sizes[--start] ?? 0;
		const read = { messages: messages.slice(start), sizes: sizes.slice(start) };
		const { seq, revision } = this.#head();
		this.#keep({ from, after, before: Math.min(before, seq + 1), size, revision, ...read });
		return { messages: read.messages, size: sum };
	}

	/** What is kept, if it is a part of what is asked for and nothing in it, nor in what it quotes, has changed. */
	#keptFor(after: number, before: number, size: number, from: number): Kept | undefined {
		const kept = this.#kept;
		if (!kept || kept.from !== from || kept.after !== after || kept.before > before || kept.size < size) return undefined;
		const changed = "SELECT 1 FROM messages WHERE revision > born AND revision > ? AND seq < ? LIMIT 1";
		return this.#sql.exec(changed, kept.revision, kept.before).toArray().length === 0 ? kept : undefined;
	}

	/** A running reply grows without a new revision: it is read anew, and so is what follows it. */
	#keep(kept: Kept): void {
		const running = kept.messages.findIndex(({ status }) => status === "streaming");
		if (running === -1) this.#kept = kept;
		else {
			const [messages, sizes] = [kept.messages.slice(0, running), kept.sizes.slice(0, running)];
			this.#kept = { ...kept, before: kept.messages[running]?.seq ?? kept.before, messages, sizes };
		}
	}
}

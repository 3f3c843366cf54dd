// The questions that count to a link, for as long as nobody knows whether they are answered. One that is not answered is given back to
// the link that it was counted to, by whatever link its asker is here by then, and also if they are not here any more.

import type { Invites } from "../invites.ts";

/** Released: never edit it. */
export const linkQuestionsTable = `
	-- What counts to a link, and may still be given back. Of a message, or of the answer that is asked for.
	CREATE TABLE link_questions (
		id TEXT PRIMARY KEY,
		link TEXT NOT NULL,
		-- The answer that is being written; NULL while a question waits for one.
		answer TEXT
	) STRICT, WITHOUT ROWID;
`;

export class LinkQuestions {
	readonly #sql: SqlStorage;
	readonly #invites: Pick<Invites, "countAsked">;

	constructor(sql: SqlStorage, invites: Pick<Invites, "countAsked">) {
		this.#sql = sql;
		this.#invites = invites;
	}

	/** Counts a message that waits for its reply. */
	addWaiting(messageId: string, link: string): void {
		this.#add(messageId, link, null);
	}

	/** Counts an answer that is asked for by itself. */
	addAnswer(id: string, link: string): void {
		this.#add(id, link, id);
	}

	#add(id: string, link: string, answer: string | null): void {
		this.#sql.exec("INSERT OR REPLACE INTO link_questions (id, link, answer) VALUES (?, ?, ?)", id, link, answer);
		this.#invites.countAsked(link, 1);
	}

	/** Messages were deleted, or ask no longer. One that is being answered stays counted. */
	takeBackGone(): void {
		const isThere = "EXISTS (SELECT 1 FROM messages WHERE messages.id = link_questions.id AND asks = 1)";
		const query = `DELETE FROM link_questions WHERE answer IS NULL AND NOT ${isThere} RETURNING link`;
		this.#giveBack(this.#sql.exec<{ link: string }>(query).toArray());
	}

	/** A reply begins, and answers whatever waited before it. */
	begin(replyId: string, seq: number): void {
		const isBefore = "EXISTS (SELECT 1 FROM messages WHERE messages.id = link_questions.id AND seq < ?2)";
		this.#sql.exec(`UPDATE link_questions SET answer = ?1 WHERE answer IS NULL AND ${isBefore}`, replyId, seq);
	}

	/** An answer has ended. */
	end(answer: string, isAnswered: boolean): void {
		const asked = this.#sql.exec<{ link: string }>("DELETE FROM link_questions WHERE answer = ? RETURNING link", answer).toArray();
		if (!isAnswered) this.#giveBack(asked);
	}

	#giveBack(asked: readonly { link: string }[]): void {
		for (const { link } of asked) this.#invites.countAsked(link, -1);
	}
}

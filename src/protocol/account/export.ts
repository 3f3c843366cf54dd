// The file with everything that a person has here: JSON Lines, in pieces.

/** The version of the form of the file. Readers pass over records and fields that they do not know. */
export const exportVersion = 1;

/** What somebody did to a message that may be somebody else's. */
export type OwnAct = "reacted" | "pinned" | "asked" | "stopped" | "shared" | "decided";

/** A part of the file: whole lines, and how many. `next`: where the file goes on. */
export type Piece<Place> = { text: string; records: number; next?: Place };

/** A place inside the part of one conversation: what is done of it, by its numbers. */
export type PlaceInConversation = { part: "messages" | "asides" | "payments"; after: number };

/**
 * A place among the conversations: inside one, or before those whose ids are greater than `after`. `records`: the lines before it.
 * `unreachable`: the conversations that could not be read.
 */
export type PlaceInExport = {
	after: string;
	inside?: { id: string; place: PlaceInConversation } | undefined;
	records: number;
	unreachable: number;
};

/** Collects records as lines. */
export class Lines {
	text = "";
	records = 0;

	add(record: { type: string; [field: string]: unknown }): void {
		this.text += `${JSON.stringify(record)}\n`;
		this.records += 1;
	}

	append({ text, records }: Pick<Piece<unknown>, "text" | "records">): void {
		this.text += text;
		this.records += records;
	}
}

// Taking a person out of a conversation for ever: what they said keeps its place and nothing else, under a name and an id that are nobody's,
// and whatever else names their id is gone. Names that others wrote into their own texts stay: those are the others' words.
// Goes through the messages in steps, each whole in itself; a step that is made again finds nothing left to do.

import { messageEvent } from "../../protocol/events.ts";
import type { Mention, Message, Reaction } from "../../protocol/message.ts";
import { erasedName, type Person } from "../../protocol/person.ts";
import type { Clients, Listing } from "../ports.ts";
import type { Titles } from "../replies/title.ts";
import { listColumn } from "../store/columns.ts";
import type { Store } from "../store/store.ts";

/** What a step has done; `after`: the place after which there is more to do. */
export type ErasureStep = { messages: number; reactions: number; isDeleted: boolean; after?: number };

/** In places: a second's work or two. */
const stepLength = 20_000;
/** More changes than these in one step are not told one by one: who is here comes back for them. */
const mostTold = 100;

type Row = { seq: number; author_id: string; reactions: string | null; mentions: string | null; asked_by: string | null };

export class Erasure {
	readonly #sql: SqlStorage;
	readonly #store: Store;
	readonly #clients: Pick<Clients, "broadcast">;
	readonly #titles: Titles;
	readonly #listing: Pick<Listing, "changed" | "entered">;
	readonly #live: (message: Message) => Message;
	readonly #transact: (work: () => void) => void;
	readonly #resync: () => void;
	readonly #now: () => number;

	/** `live`: a message as it is this moment; `transact` does all of it or nothing; `resync` makes everybody come back for what has changed. */
	constructor(parts: {
		sql: SqlStorage;
		store: Store;
		clients: Pick<Clients, "broadcast">;
		titles: Titles;
		listing: Pick<Listing, "changed" | "entered">;
		live: (message: Message) => Message;
		transact: (work: () => void) => void;
		resync: () => void;
		now: () => number;
	}) {
		this.#sql = parts.sql;
		this.#store = parts.store;
		this.#clients = parts.clients;
		this.#titles = parts.titles;
		this.#listing = parts.listing;
		this.#live = parts.live;
		this.#transact = parts.transact;
		this.#resync = parts.resync;
		this.#now = parts.now;
	}

	/**
	 * The messages after a place. `alias` is the id in place of theirs, a fresh one for each conversation: an id tells who it is as well as a
	 * name does, and one that is the same everywhere would join what is left.
	 */
	step(userId: string, alias: string, after: number): ErasureStep {
		const until = after + stepLength;
		const rows = this.#rows(userId, alias, after, until);
		const [theirs, others] = [rows.filter(({ author_id }) => author_id === userId), rows.filter(({ author_id }) => author_id !== userId)];
		const revision = rows.length > 0 ? this.#store.log.newRevision() : 0;
		let reactions = 0;
		this.#transact(() => {
			for (const { seq } of theirs) this.#entomb(seq, alias, revision);
			for (const row of others) reactions += this.#unname(row, userId, revision);
		});
		this.#tell(revision, rows.length);
		for (const { seq } of theirs) this.#titles.messageDeleted(seq);
		if (rows.length > 0 || after === 0) this.#listing.changed(alias, "all");
		return { messages: theirs.length, reactions, isDeleted: false, ...(until < this.#store.log.head.seq && { after: until }) };
	}

	/** Before the first step: membership, and what the conversation knows of them beside its messages. The last owner leaves it to an heir. */
	takeOut(userId: string, alias: string): void {
		const conversationId = this.#store.info.id;
		const now = this.#now();
		const member = this.#store.member(userId);
		if (member) {
			const heir = member.role === "owner" && this.#store.countOwners() < 2 ? this.#store.heir() : undefined;
			if (heir) {
				this.#store.setRole(heir.userId, "owner");
				this.#store.audit("role_changed", alias, heir.userId, now);
				this.#clients.broadcast({ type: "chat:member", conversationId, member: { ...heir, role: "owner" } }, userId);
				this.#listing.entered(heir.userId);
			}
			this.#store.removeMember(userId, false);
			this.#store.audit("left", alias, undefined, now);
			this.#clients.broadcast({ type: "chat:member-left", conversationId, userId }, userId);
		}
		this.#sql.exec("UPDATE audit SET actor = ? WHERE actor = ?", alias, userId);
		this.#sql.exec("UPDATE audit SET subject = ? WHERE subject = ?", alias, userId);
		this.#sql.exec("UPDATE invites SET created_by = ? WHERE created_by = ?", alias, userId);
		for (const table of ["mentions", "shut_out", "decided"]) this.#sql.exec(`DELETE FROM ${table} WHERE user_id = ?`, userId);
		this.#sql.exec("DELETE FROM jobs WHERE key = ?", userId);
	}

	/** Messages that are theirs, that name them, that quote one of theirs, or that they asked for or stopped. */
	#rows(userId: string, alias: string, after: number, until: number): Row[] {
		const quoted = JSON.stringify(userId);
		return this.#sql
			.exec<Row>(
				`SELECT seq, author_id, reactions, mentions, asked_by FROM messages AS message WHERE seq > ?1 AND seq <= ?2 AND (author_id = ?3
				OR instr(reactions, ?4) > 0 OR instr(mentions, ?4) > 0 OR instr(asked_by, ?4) > 0 OR instr(reply, ?4) > 0
				OR (versions > 0 AND EXISTS (SELECT 1 FROM versions WHERE versions.seq = message.seq AND instr(reply, ?4) > 0))
				OR EXISTS (SELECT 1 FROM messages AS quoted WHERE quoted.seq = message.reply_to AND quoted.author_id IN (?3, ?5)))`,
				after,
				until,
				userId,
				quoted,
				alias,
			)
			.toArray();
	}

	#entomb(seq: number, alias: string, revision: number): void {
		// By the people it names, while it still does: looked for by its place alone, all mentions of the conversation would be read.
		this.#sql.exec(
			`DELETE FROM mentions WHERE seq = ?1 AND user_id IN (
			SELECT value ->> 'userId' FROM messages, json_each(messages.mentions) WHERE messages.seq = ?1
			UNION SELECT quoted.author_id FROM messages JOIN messages AS quoted ON quoted.seq = messages.reply_to WHERE messages.seq = ?1)`,
			seq,
		);
		this.#sql.exec(
			`UPDATE messages SET author_id = ?, author_name = ?, content = '', client_id = NULL, asks = 0, reply_to = NULL, mentions = NULL,
			reactions = NULL, edited_at = NULL, deleted_at = COALESCE(deleted_at, ?), versions = 0, revision = ? WHERE seq = ?`,
			alias,
			erasedName,
			this.#now(),
			revision,
			seq,
		);
		this.#sql.exec("DELETE FROM versions WHERE seq = ?", seq);
		this.#sql.exec("DELETE FROM words WHERE rowid = ?", seq);
	}

	/** Takes their reactions from another's message, and the id from where it names them; how many reactions that were. */
	#unname(row: Row, userId: string, revision: number): number {
		const given = row.reactions === null ? [] : (JSON.parse(row.reactions) as Reaction[]);
		const named = row.mentions === null ? [] : (JSON.parse(row.mentions) as Mention[]);
		const reactions = given
			.map(({ emoji, userIds }) => ({ emoji, userIds: userIds.filter((id) => id !== userId) }))
			.filter(({ userIds }) => userIds.length > 0);
		const mentions = named.filter((mention) => mention.userId !== userId);
		const asked = row.asked_by === null ? [] : (JSON.parse(row.asked_by) as Person[]);
		this.#sql.exec(
			"UPDATE messages SET reactions = ?, mentions = ?, asked_by = ?, revision = ? WHERE seq = ?",
			listColumn(reactions),
			listColumn(mentions),
			listColumn(asked.filter((asker) => asker.userId !== userId)),
			revision,
			row.seq,
		);
		// Who stopped an answer, or a former one in its place.
		for (const table of ["messages", "versions"])
			this.#sql.exec(
				`UPDATE ${table} SET reply = json_remove(reply, '$.stoppedBy') WHERE seq = ? AND reply ->> '$.stoppedBy.userId' = ?`,
				row.seq,
				userId,
			);
		return given.filter(({ userIds }) => userIds.includes(userId)).length;
	}

	#tell(revision: number, changed: number): void {
		if (changed > mostTold) {
			this.#resync();
			return;
		}
		const { cursor } = this.#store.log;
		for (const message of this.#store.log.ofRevision(revision, mostTold))
			this.#clients.broadcast(messageEvent("chat:updated", this.#live(message), cursor));
	}
}

// Erases a person from a conversation for ever. Their messages keep their places and nothing else, under a name and an id that are
// nobody's, and everything else that holds their id loses it. Names that others wrote into their own texts stay: those are the others'
// words. It goes through the messages in steps, each complete in itself.

import { messageEvent } from "../../protocol/events.ts";
import type { Message } from "../../protocol/message.ts";
import { erasedName } from "../../protocol/person.ts";
import type { Clients, MemberLists } from "../ports.ts";
import type { Titles } from "../replies/title.ts";
import { ErasureTables } from "../store/erasure.ts";
import type { Until } from "../store/keeping.ts";
import type { Store } from "../store/store.ts";
import type { Departures } from "./departures.ts";
import { ErasurePace } from "./erasure-pace.ts";

/**
 * The result of a step; `isGone`: the conversation was deleted before; `isIncomplete`: it is a fork whose messages are still being
 * copied, so that the step must be repeated later; `after`: the place where the next step begins, if there is one; `upTo`: the last
 * place that it is about.
 */
export type ErasureStep = {
	messages: number;
	reactions: number;
	isDeleted: boolean;
	isGone?: boolean;
	isIncomplete?: boolean;
	after?: number;
	upTo?: number;
};

/** In places: a few milliseconds of work, so that nobody waits for it. */
export const stepLength = 2_000;
/** If a step changes more messages, they are not broadcast: connected clients reconnect for them. */
const mostBroadcast = 100;

export class Erasure {
	/** Of all erasures in the conversation. */
	readonly pace: ErasurePace;
	readonly #tables: ErasureTables;
	readonly #store: Store;
	readonly #clients: Pick<Clients, "broadcast">;
	readonly #titles: Titles;
	readonly #departures: Departures;
	readonly #lists: Pick<MemberLists, "changed">;
	readonly #queues: readonly { cancel(userId: string): void }[];
	readonly #replies: { live(message: Message): Message; forget(userId: string): void };
	readonly #files: { releaseEach(places: readonly number[]): void };
	readonly #resync: () => void;
	readonly #now: () => number;

	/**
	 * `queues` hold jobs by user id; `replies` have the text of a running reply; `resync`
	 * makes all clients reconnect with their cursors.
	 */
	constructor(parts: {
		sql: SqlStorage;
		store: Store;
		clients: Pick<Clients, "broadcast">;
		titles: Titles;
		departures: Departures;
		lists: Pick<MemberLists, "changed">;
		queues: readonly { cancel(userId: string): void }[];
		replies: { live(message: Message): Message; forget(userId: string): void };
		files: { releaseEach(places: readonly number[]): void };
		resync: () => void;
		now: () => number;
	}) {
		this.pace = new ErasurePace(parts.now);
		this.#tables = new ErasureTables(parts.sql);
		this.#store = parts.store;
		this.#clients = parts.clients;
		this.#titles = parts.titles;
		this.#departures = parts.departures;
		this.#lists = parts.lists;
		this.#queues = parts.queues;
		this.#replies = parts.replies;
		this.#files = parts.files;
		this.#resync = parts.resync;
		this.#now = parts.now;
	}

	/**
	 * Erases them from the messages after a place. `alias` is the id in place of theirs, a new one for each conversation: an id
	 * identifies a person as well as a name does, and one alias everywhere would link what is left. Of messages after the place `upTo`, only
	 * the quotes change.
	 */
	step(userId: string, alias: string, after: number, upTo = Number.MAX_SAFE_INTEGER): ErasureStep {
		const until = after + stepLength;
		const rows = this.#tables.affected(userId, alias, { after, until, upTo });
		const own = rows.filter(({ seq, author_id }) => author_id === userId && seq <= upTo);
		const others = rows.filter(({ seq, author_id }) => author_id !== userId && seq <= upTo);
		const newer = rows.filter(({ seq }) => seq > upTo);
		const [revision, reactions] = this.#store.whole(() => {
			const revision = rows.length > 0 ? this.#store.log.newRevision() : 0;
			let reactions = 0;
			for (const row of own) this.#tables.eraseMessage(row, alias, this.#now(), revision);
			for (const row of newer) this.#tables.touch(row, revision);
			for (const row of others) reactions += this.#tables.eraseFromMessage(row, userId, alias, revision);
			this.#store.payments.linkQuestions.takeBackGone();
			this.#files.releaseEach(own.map(({ seq }) => seq));
			this.#store.summaries.changed();
			return [revision, reactions];
		});
		this.#broadcast(revision, rows.length);
		for (const { seq } of own) this.#titles.messageDeleted(seq);
		if (rows.length > 0 || after === 0) this.#lists.changed("all");
		return { messages: own.length, reactions, isDeleted: false, ...(until < this.#store.log.head.seq && { after: until }) };
	}

	/** Ends their membership before the first step, and removes their id and their title from everything beside messages. */
	removeMember(userId: string, alias: string): void {
		this.#store.whole(() => {
			this.#departures.end(userId, userId);
			this.#eraseBesideMessages(userId, alias);
			this.#titles.personErased(userId);
		});
	}

	/** The same for somebody whose membership has ended. If they are a member again, that is a new membership, and it stays. */
	removeFormerMember(userId: string, alias: string, until: Until): void {
		this.#store.whole(() => {
			this.#eraseBesideMessages(userId, alias, until);
			this.#titles.personErased(alias);
			if (!this.#isBack(userId)) this.#titles.personErased(userId);
		});
	}

	#isBack(userId: string): boolean {
		return this.#store.members.find(userId) !== undefined;
	}

	#eraseBesideMessages(userId: string, alias: string, until?: Until): void {
		const isBack = this.#isBack(userId);
		const { audit, info } = this.#store;
		if (audit.hasNoticesOf(userId))
			this.#store.afterwards(() => this.#clients.broadcast({ type: "chat:notices-gone", conversationId: info.id, userId }));
		this.#tables.eraseMember(userId, alias, { now: this.#now(), isBack, ...until });
		this.#store.payments.erase(userId, alias, erasedName);
		const wereCurrent = this.#store.instructions.erase(userId, { userId: alias, username: erasedName }, until?.at);
		if (wereCurrent) this.#titles.broadcast();
		if (isBack) return;
		this.#store.afterwards(() => {
			this.#replies.forget(userId);
			for (const queue of this.#queues) queue.cancel(userId);
		});
	}

	#broadcast(revision: number, changed: number): void {
		if (changed > mostBroadcast) {
			this.#resync();
			return;
		}
		const { cursor } = this.#store.log;
		for (const message of this.#store.reader.changedAt(revision, mostBroadcast))
			this.#clients.broadcast(messageEvent("chat:updated", this.#replies.live(message), cursor));
	}
}

// The rules of one conversation: who may come in, what is said, who is here, who types, when Claude is asked.
// Knows nothing of the platform, of HTTP or of tokens: it is told who speaks and what time it is.

import { closeCodes } from "../protocol/errors.ts";
import { type ClientEvent, errorEvent, messageEvent, type Said } from "../protocol/events.ts";
import { limits } from "../protocol/limits.ts";
import type { Message, Version } from "../protocol/message.ts";
import type { Person } from "../protocol/person.ts";
import type { Refusal } from "../protocol/refusal.ts";
import { Changes } from "./messages/changes.ts";
import { readMentions } from "./messages/mentions.ts";
import { Reading } from "./people/read-marks.ts";
import { Typing } from "./people/typing.ts";
import type { Authenticate, Client, Clients, Listing } from "./ports.ts";
import { type Bucket, memory, type Rate, replay, take } from "./rate.ts";
import type { Replies } from "./replies/reply.ts";
import type { Titles } from "./replies/title.ts";
import { asksClaude } from "./replies/trigger.ts";
import { parseCursor } from "./store/cursor.ts";
import type { Store } from "./store/store.ts";

/** Where in a conversation to read: before a place, after one, or on both sides of one and itself. */
export type Place = { before: number } | { after: number } | { around: number };

/** Messages, oldest first, and whether there are others before the first and after the last of them. */
export type History = { messages: Message[]; hasMore: boolean; hasNewer: boolean };

type Event<T extends ClientEvent["type"]> = Extract<ClientEvent, { type: T }>;

export class Conversation<T extends Client = Client> {
	readonly #store: Store;
	readonly #clients: Clients<T>;
	readonly #replies: Replies;
	readonly #listing: Listing;
	readonly #titles: Titles;
	readonly #reading: Reading<T>;
	readonly #authenticate: Authenticate;
	readonly #rate: Rate;
	readonly #now: () => number;
	readonly #buckets = new Map<string, Bucket>();
	readonly #typing = new Typing<T>();
	readonly #changes: Changes<T>;

	constructor(parts: {
		store: Store;
		clients: Clients<T>;
		replies: Replies;
		listing: Listing;
		titles: Titles;
		authenticate: Authenticate;
		rate: Rate;
		now: () => number;
	}) {
		this.#store = parts.store;
		this.#clients = parts.clients;
		this.#replies = parts.replies;
		this.#listing = parts.listing;
		this.#titles = parts.titles;
		this.#reading = new Reading(parts);
		this.#authenticate = parts.authenticate;
		this.#rate = parts.rate;
		this.#now = parts.now;
		this.#changes = new Changes({ ...parts, spend: (userId) => this.#spend(userId, this.#now()) });
	}

	get #id(): string {
		return this.#store.info.id;
	}

	// Coming and going

	/** Counts a socket as here and tells it all it needs. Nothing is awaited between reading the state and counting it. */
	join(client: T, cursor: string | undefined): void {
		const isFirst = !this.#isHere(client.person.userId);
		this.#clients.flush();
		this.#clients.add(client);
		this.#sync(client, cursor);
		if (isFirst) this.#clients.broadcast({ type: "chat:user-joined", conversationId: this.#id, ...client.person }, client.person.userId);
	}

	/** A socket is gone, for whatever reason. */
	leave(client: T): void {
		if (!this.#clients.delete(client)) return;
		const { userId, username } = client.person;
		if (this.#typing.isAt(client)) this.#endTyping(client, false);
		if (this.#isHere(userId)) return;
		this.#clients.broadcast({ type: "chat:user-left", conversationId: this.#id, userId, username });
		this.#listing.left(userId);
	}

	#isHere(userId: string): boolean {
		for (const client of this.#clients.all()) if (client.person.userId === userId) return true;
		return false;
	}

	#sync(client: T, cursor: string | undefined): undefined {
		const changes = this.#changesSince(cursor);
		const { messages, hasMore } = changes
			? { messages: changes, hasMore: false }
			: this.#store.log.page(Number.MAX_SAFE_INTEGER, limits.page.default);
		const participants = new Map<string, Person>();
		for (const { person } of this.#clients.all()) {
			// Where programs speak for somebody who is here too, it is that person who is named.
			const isThemself = person.username === this.#store.member(person.userId)?.username;
			if (isThemself || !participants.has(person.userId)) participants.set(person.userId, person);
		}
		this.#clients.send(client, {
			type: "chat:joined",
			conversationId: this.#id,
			cursor: this.#store.log.cursor,
			reset: changes === undefined,
			messages: messages.map((message) => this.#replies.live(message)),
			hasMore,
			participants: [...participants.values()],
			you: client.person,
			conversation: this.#store.info,
			role: this.#store.member(client.person.userId)?.role ?? "reader",
			reads: this.#store.reads(client.person.userId),
		});
	}

	/** Every message changed since the cursor, or `undefined` where that cannot be proven to be all. */
	#changesSince(text: string | undefined): Message[] | undefined {
		const cursor = text === undefined ? undefined : parseCursor(text);
		const head = this.#store.log.head;
		if (cursor?.lineage !== head.lineage || cursor.revision > head.revision || cursor.seq > head.seq) return undefined;
		return this.#store.log.changesSince(cursor);
	}

	history(place: Place, limit: number): History {
		const messages = this.#read(place, limit).map((message) => this.#replies.live(message));
		const newest = this.#store.log.head.seq;
		// Places have no holes.
		const next = "before" in place ? place.before : "after" in place ? place.after + 1 : place.around;
		const first = messages[0]?.seq ?? Math.max(1, Math.min(next, newest + 1));
		const last = messages.at(-1)?.seq ?? first - 1;
		return { messages, hasMore: first > 1, hasNewer: last < newest };
	}

	#read(place: Place, limit: number): Message[] {
		const { log } = this.#store;
		if ("before" in place) return log.page(place.before, limit).messages;
		return "after" in place ? log.pageAfter(place.after, limit).messages : log.pageAround(place.around, limit);
	}

	/** What a reply said before it was asked for again, oldest first. */
	versions(messageId: string): { versions: Version[] } | Refusal {
		const message = this.#store.log.message(messageId);
		return message && message.deletedAt === undefined ? { versions: this.#store.log.versions.of(message.seq) } : { code: "not_found" };
	}

	// What people say

	receive(client: T, event: ClientEvent): void {
		const refused = this.#apply(client, event);
		if (refused) this.#refuse(client, event, refused);
	}

	#refuse(client: T, event: ClientEvent, refused: Refusal): void {
		this.#clients.send(client, errorEvent(this.#id, { ...namesOf(event), ...refused }));
	}

	#apply(client: T, event: ClientEvent): Refusal | undefined {
		if (event.conversationId !== this.#id) return { code: "conversation_mismatch" };
		switch (event.type) {
			case "chat:join":
				this.#clients.flush();
				return this.#sync(client, event.cursor);
			case "chat:leave":
				client.close(closeCodes.normal, "left");
				return;
			case "chat:auth":
				void this.#renew(client, event);
				return;
			case "chat:ack":
				client.read();
				return;
			case "chat:send":
				return this.#send(client, event);
			case "chat:typing":
				return this.#type(client, event.isTyping);
			case "chat:stop":
				if (!this.#mayWrite(client.person)) return { code: "forbidden" };
				this.#replies.stop(client.person, event.messageId);
				return;
			case "chat:react":
			case "chat:edit":
			case "chat:delete":
			case "chat:regenerate":
				return this.#changes.apply(client, event);
			case "chat:read":
				if (event.unread) this.#reading.mark(client.person.userId, event.upTo);
				else this.#reading.read(client.person.userId, event.upTo);
				return;
			default:
				return event satisfies never;
		}
	}

	#mayWrite({ userId }: Person): boolean {
		const role = this.#store.member(userId)?.role;
		return role === "owner" || role === "member";
	}

	/**
	 * A newer token of the same person in place of the one that opened the socket. It changes neither who speaks nor where, so
	 * nothing has to wait while it is verified.
	 */
	async #renew(client: T, event: Event<"chat:auth">): Promise<void> {
		try {
			const expiresAt = await this.#authenticate(event.token, client.person);
			if (expiresAt === undefined) this.#refuse(client, event, { code: "unauthorized" });
			else client.renew(expiresAt);
		} catch (error) {
			console.error("A token could not be looked at", this.#id, client.person.userId, error);
			this.#refuse(client, event, { code: "internal" });
		}
	}

	#send(client: T, event: Event<"chat:send">): Refusal | undefined {
		const said = this.say(client.person, event, client);
		if ("code" in said) return said;
		// What is new, all have been told.
		if (said.isNew) return;
		// What waits is older than the cursor that goes with this.
		this.#clients.flush();
		this.#clients.send(client, messageEvent("chat:message", said.message, this.#store.log.cursor));
	}

	/** Something that a member says, wherever they say it; `at`: their socket, where it comes by one. */
	say(person: Person, said: Said, at?: T): { message: Message; isNew: boolean } | Refusal {
		const { content, clientId, replyTo, mentions: given } = said;
		const known = clientId === undefined ? undefined : this.#store.log.messageByClientId(person.userId, clientId);
		// What an edited or deleted one said at first is nowhere kept.
		const isFirst = known?.editedAt === undefined && known?.deletedAt === undefined;
		if (known && isFirst && known.content !== content) return { code: "conflict" };
		if (known) return { message: known, isNew: false };
		// Not before: what was said stays said, also by who has become a reader since.
		if (!this.#mayWrite(person)) return { code: "forbidden" };

		const quoted = replyTo === undefined ? undefined : this.#store.log.message(replyTo);
		if (replyTo !== undefined && (!quoted || quoted.deletedAt !== undefined)) return { code: "not_found" };

		const now = this.#now();
		const limited = this.#spend(person.userId, now);
		if (limited) return limited;
		if (at) this.#endTyping(at, false);
		const asks = asksClaude(content, this.#store.info.assistant, this.#store.isAlone, quoted?.role === "assistant");
		const mentions = readMentions(content, () => this.#store.members(limits.members), given);
		const message = this.#store.log.addMessage({ author: person, content, clientId, asksClaude: asks, replyTo: quoted, mentions }, now);
		this.#clients.broadcast(messageEvent("chat:message", message, this.#store.log.cursor));
		this.#reading.said(message);
		this.#titles.said(message);
		this.#listing.changed(person.userId);
		if (asks) this.#replies.ask([person]);
		return { message, isNew: true };
	}

	/** Takes one of a person's sends. */
	#spend(userId: string, now: number): Refusal | undefined {
		const bucket = this.#buckets.get(userId) ?? replay(this.#store.log.sendTimes(userId, now - memory(this.#rate)), this.#rate);
		const taken = take(bucket, this.#rate, now);
		if ("retryAfterMs" in taken) return { code: "rate_limited", ...taken };
		this.#buckets.set(userId, taken.bucket);
	}

	#type(client: T, isTyping: boolean): undefined {
		// Who reads only, types nothing that anybody waits for.
		if (!isTyping) this.#endTyping(client, true);
		else if (this.#mayWrite(client.person) && this.#typing.begin(client, this.#now())) this.#tellTyping(client, true);
	}

	#endTyping(client: T, isSaid: boolean): void {
		if (this.#typing.end(client, isSaid, this.#now())) this.#tellTyping(client, false);
	}

	#tellTyping({ person }: T, isTyping: boolean): void {
		this.#clients.broadcast({ type: "chat:user-typing", conversationId: this.#id, ...person, isTyping }, person.userId);
	}
}

/** The ids by which a sender knows its event again. */
function namesOf(event: ClientEvent): Pick<Refusal, "clientId" | "messageId"> {
	return {
		...("clientId" in event && event.clientId !== undefined && { clientId: event.clientId }),
		...("messageId" in event && event.messageId !== undefined && { messageId: event.messageId }),
	};
}

// The rules of one conversation: who joins and leaves, what is sent, who is present, who types, and when Claude is
// asked. Must not know the platform, HTTP or tokens: the speaker and the time are given.

import { orFull } from "../platform/full.ts";
import { closeCodes } from "../protocol/errors.ts";
import { type ClientEvent, errorEvent, type MessageInput, messageEvent, namesOf } from "../protocol/events.ts";
import type { Message } from "../protocol/message.ts";
import type { Author } from "../protocol/person.ts";
import type { Refusal } from "../protocol/refusal.ts";
import { eventScopes, hasScope } from "../protocol/token.ts";
import { CatchUps } from "./messages/catch-ups.ts";
import { Changes } from "./messages/changes.ts";
import { Descriptions } from "./messages/descriptions.ts";
import { History } from "./messages/history.ts";
import { sendMemberPage } from "./messages/member-pages.ts";
import { PrivateQuestions } from "./messages/private-questions.ts";
import { SendRate } from "./messages/send-rate.ts";
import { mayWrite, Sending, type Sent, type SpokenMessages } from "./messages/sending.ts";
import { prices, readOf, type WorkRate } from "./messages/work-rate.ts";
import { LinkNews } from "./people/link-news.ts";
import { Presence } from "./people/presence.ts";
import { ReadMarks } from "./people/read-marks.ts";
import type { Roster } from "./people/roster.ts";
import { Typing } from "./people/typing.ts";
import type { Authenticate, Client, Clients, Describer, FileReleases, MemberLists, Requester } from "./ports.ts";
import type { Rate } from "./rate.ts";
import type { Memory } from "./replies/memory/memory.ts";
import type { Funding } from "./replies/money/funding.ts";
import { mayOf } from "./replies/money/link-rights.ts";
import type { Replies } from "./replies/replies.ts";
import type { Titles } from "./replies/title.ts";
import type { Store } from "./store/store.ts";

type Event<T extends ClientEvent["type"]> = Extract<ClientEvent, { type: T }>;

type Dependencies<T extends Client> = {
	store: Store;
	roster: Roster;
	clients: Clients<T>;
	replies: Replies;
	memory: Memory;
	funding: Pick<Funding, "isNeeded" | "forRequest" | "endRequest">;
	describer?: Describer | undefined;
	lists: MemberLists;
	titles: Titles;
	authenticate: Authenticate;
	/** False where guests may not ask Claude. */
	guestsAsk: boolean;
	files: FileReleases;
	transcripts: SpokenMessages;
	/** How fast one person may send. */
	rate: Rate;
	/** How much work one person may cause. */
	work: WorkRate;
	now: () => number;
};

export class Conversation<T extends Client = Client> {
	readonly #with: Dependencies<T>;
	readonly #sending: Sending;
	readonly asides: PrivateQuestions;
	readonly catchUps: CatchUps;
	readonly descriptions: Descriptions;
	readonly #readMarks: ReadMarks<T>;
	readonly #typing = new Typing<T>();
	readonly #presence: Presence;
	readonly #changes: Changes<T>;

	constructor(dependencies: Dependencies<T>) {
		this.#with = dependencies;
		const linkNews = new LinkNews(dependencies);
		dependencies.store.invites.used = (link) => linkNews.used(link);
		this.#presence = new Presence(dependencies);
		const sendRate = new SendRate(dependencies);
		this.#readMarks = new ReadMarks(dependencies);
		this.#sending = new Sending({ ...dependencies, sendRate, readMarks: this.#readMarks });
		this.asides = new PrivateQuestions({ ...dependencies, sending: this.#sending, sendRate, readMarks: this.#readMarks });
		this.catchUps = new CatchUps({ ...dependencies, sendRate, readMarks: this.#readMarks });
		this.descriptions = new Descriptions({ describer: undefined, ...dependencies, sendRate });
		this.#changes = new Changes({ ...dependencies, sendRate });
	}

	/** The messages as this person may read them; without one, all of them. */
	history(userId?: string): History {
		const { store, replies } = this.#with;
		return new History({ store, replies, reader: userId === undefined ? store.reader : store.readerFor(userId) });
	}

	get #id(): string {
		return this.#with.store.info.id;
	}

	// Joining and leaving

	/** Adds a socket and sends it everything it needs. Nothing is awaited between reading the state and adding it. */
	join(client: T, cursor: string | undefined): void {
		const { clients } = this.#with;
		const { person } = client;
		const isFirst = !this.#presence.isHere(person.userId);
		clients.flush();
		client.limitTo(this.#with.store.members.standing(person.userId));
		clients.add(client);
		this.#sync(client, cursor);
		if (isFirst) this.#presence.joined(person);
	}

	/** A link limits this person otherwise than before. Their sockets begin anew, because they may see older messages now. */
	standingChanged(userId: string): void {
		const { clients, store } = this.#with;
		clients.flush();
		for (const client of clients.of(userId)) {
			client.limitTo(store.members.standing(userId));
			this.#sync(client, undefined);
		}
	}

	/** Removes a socket that was closed, for whatever reason. */
	leave(client: T): void {
		const { clients, lists } = this.#with;
		if (!clients.delete(client)) return;
		const { userId } = client.person;
		if (this.#typing.isTypingIn(client)) this.#endTyping(client, false);
		if (this.#presence.isHere(userId)) return;
		this.#presence.left(client.person);
		lists.disconnected(userId);
	}

	#sync(client: T, cursor: string | undefined): undefined {
		const { store, clients, work, now } = this.#with;
		const changes = this.history(client.person.userId).since(cursor);
		work.count(client.requester, now(), readOf(changes.messages));
		clients.send(client, { ...this.factsFor(client.person, client.readsFrom, changes.messages), cursor: store.log.cursor, ...changes });
	}

	/** Everything that a client needs to know when it joins, besides `messages`. */
	factsFor(person: Author, readsFrom: number, messages: readonly Message[]) {
		const { store, roster, memory } = this.#with;
		const { userId } = person;
		const may = mayOf(store, userId);
		return {
			type: "chat:joined" as const,
			conversationId: this.#id,
			...this.#presence.listFor(person),
			you: person,
			conversation: store.infoFrom(readsFrom),
			role: store.members.find(userId)?.role ?? "reader",
			...(may && { may }),
			reads: store.members.reads(userId),
			...roster.besides(userId, messages),
			...memory.place,
		};
	}

	/** Relays hold another number of people. */
	peopleElsewhereChanged(): void {
		this.#presence.changedElsewhere();
	}

	// Events from clients

	receive(client: T, event: ClientEvent): void {
		const isPermitted = hasScope(client.scopes, eventScopes[event.type]);
		const refusal = isPermitted ? orFull(() => this.#apply(client, event)) : { code: "forbidden" as const };
		if (refusal) this.#refuse(client, event, refusal);
	}

	#refuse(client: T, event: ClientEvent, refusal: Refusal): void {
		this.#with.clients.send(client, errorEvent(this.#id, { ...namesOf(event), ...refusal }));
	}

	#apply(client: T, event: ClientEvent): Refusal | undefined {
		const { clients, replies, work, now } = this.#with;
		const { person } = client;
		if (event.conversationId !== this.#id) return { code: "conversation_mismatch" };
		switch (event.type) {
			case "chat:join": {
				const busy = work.begin(client.requester, now(), prices.rejoin);
				if (busy) return busy;
				clients.flush();
				return this.#sync(client, event.cursor);
			}
			case "chat:leave":
				client.close(closeCodes.normal, "left");
				return;
			case "chat:auth": {
				const busy = work.begin(client.requester, now(), prices.renew);
				if (busy) return busy;
				void this.#renew(client, event);
				return;
			}
			case "chat:ack":
				client.acknowledge();
				return;
			case "chat:send":
				return this.#send(client, event);
			case "chat:typing":
				return this.#type(client, event.isTyping);
			case "chat:stop":
				if (!mayWrite(this.#with.store, person.userId)) return { code: "forbidden" };
				replies.stop(person, event.messageId);
				return;
			case "chat:ask-privately":
				return this.#askPrivately(client, event);
			case "chat:stop-aside":
				replies.asides.stop(person.userId, event.asideId);
				return;
			case "chat:share":
				return this.#share(client, event);
			case "chat:react":
			case "chat:edit":
			case "chat:delete":
			case "chat:withdraw":
			case "chat:regenerate":
			case "chat:continue":
			case "chat:pin":
			case "chat:approve":
				return this.#changes.apply(client, event);
			case "chat:read":
				return this.#markRead(client, event);
			case "chat:list-members":
				return sendMemberPage(this.#with, client, event);
			default:
				return event satisfies never;
		}
	}

	#markRead(client: T, { upTo, unread }: Event<"chat:read">): Refusal | undefined {
		const { work, now } = this.#with;
		const busy = work.begin(client.requester, now(), unread ? prices.markUnread : prices.read);
		if (busy) return busy;
		const { userId } = client.person;
		if (unread) this.#readMarks.markUnread(userId, upTo);
		else this.#readMarks.read(userId, upTo);
		return undefined;
	}

	/**
	 * Replaces the token that opened the socket by a newer one of the same person. It changes neither who speaks nor
	 * where, so events do not wait for the verification.
	 */
	async #renew(client: T, event: Event<"chat:auth">): Promise<void> {
		try {
			const checked = await this.#with.authenticate(event.token, client.person);
			if ("code" in checked) this.#refuse(client, event, checked);
			else client.renew(checked);
		} catch (error) {
			console.error("A token could not be verified", this.#id, client.person.userId, error);
			this.#refuse(client, event, { code: "internal" });
		}
	}

	#send(client: T, event: Event<"chat:send">): Refusal | undefined {
		const sent = this.#sending.say(client.person, event, client.requester, () => this.#endTyping(client, false));
		if ("code" in sent) return sent;
		if (sent.isNew) return;
		// A resend is acknowledged to its sender alone. Queued events are older than the cursor it carries, so they go first.
		const { clients, store } = this.#with;
		clients.flush();
		clients.send(client, messageEvent("chat:message", sent.message, store.log.cursor));
	}

	#askPrivately(client: T, event: Event<"chat:ask-privately">): Refusal | undefined {
		const { clients, work, now } = this.#with;
		const busy = work.begin(client.requester, now());
		if (busy) return busy;
		const asked = this.asides.ask(client.person, event, client.requester);
		if ("code" in asked) return asked;
		if (!asked.isNew) clients.send(client, { type: "chat:aside", conversationId: this.#id, aside: asked.aside });
	}

	#share(client: T, event: Event<"chat:share">): Refusal | undefined {
		const { clients, store, work, now } = this.#with;
		const busy = work.begin(client.requester, now());
		if (busy) return busy;
		const shared = this.asides.share(client.person, event, client.requester);
		if ("code" in shared) return shared;
		if (shared.isNew) return;
		clients.flush();
		for (const message of shared.messages) clients.send(client, messageEvent("chat:message", message, store.log.cursor));
	}

	/** Sends a message of a member who has no socket. */
	say(person: Author, said: MessageInput, requester: Requester, asksNobody = false): Sent | Refusal {
		return orFull(() => (asksNobody ? this.#sending.tell(person, said, requester) : this.#sending.say(person, said, requester)));
	}

	#type(client: T, isTyping: boolean): Refusal | undefined {
		if (!isTyping) this.#endTyping(client, true);
		else if (!mayWrite(this.#with.store, client.person.userId)) return { code: "forbidden" };
		else if (this.#typing.begin(client, this.#with.now())) this.#broadcastTyping(client, true);
	}

	#endTyping(client: T, isExplicit: boolean): void {
		if (this.#typing.end(client, isExplicit, this.#with.now())) this.#broadcastTyping(client, false);
	}

	#broadcastTyping({ person }: T, isTyping: boolean): void {
		this.#with.clients.broadcast({ type: "chat:user-typing", conversationId: this.#id, ...person, isTyping }, person.userId);
	}
}

// The ports of a conversation: interfaces for what its rules need from outside. Each has one real and one test
// implementation. Must import nothing but the wire and the forms of money.

import type { Answer, Limit, Settlement, Wish } from "../money/purse-calls.ts";
import type { Effort, InstructionsVersion, Tools } from "../protocol/claude-settings.ts";
import type { CloseCode, Reason } from "../protocol/errors.ts";
import type { ServerEvent } from "../protocol/events.ts";
import type { Message, Usage } from "../protocol/message.ts";
import type { Author, Person } from "../protocol/person.ts";
import type { Refusal } from "../protocol/refusal.ts";
import type { Source, Tool, ToolError } from "../protocol/sources.ts";
import type { Scope } from "../protocol/token.ts";

/**
 * By whom work is counted. A guest's id costs nothing, so that guests are counted by their network too: those of one
 * network share a few people's worth.
 */
export type Requester = { userId: string; network?: string | undefined };

/** One connected socket, as the rules see it. */
export interface Client {
	readonly person: Author;
	/** By whom its work is counted. */
	readonly requester: Requester;
	/** The scopes of the program that it belongs to. Without them, everything is permitted. */
	readonly scopes?: readonly Scope[] | undefined;
	/** Sets when its sign-in expires, in ms. */
	renew(expiresAt: number): void;
	/** The client has read everything sent so far. */
	acknowledge(): void;
	/** Closes it; `Conversation.leave` is called in consequence. */
	close(code: CloseCode, reason: string): void;
}

/** Everybody who is connected. */
export interface Clients<T extends Client = Client> {
	all(): Iterable<T>;
	add(client: T): void;
	/** False if it was not there. */
	delete(client: T): boolean;
	/** Sends to one client at once. */
	send(client: T, event: ServerEvent): void;
	/**
	 * Queues an event for all but the sockets of `exceptUser`. While incoming frames are handled, the queue goes out after the last of
	 * them. Otherwise it goes out at once, or a moment later: chunks share frames, and so does everything in a large conversation.
	 */
	broadcast(event: ServerEvent, exceptUser?: string): void;
	/** Sends everything that waits. */
	flush(): void;
}

/** The members' lists of conversations. They are notified of changes and never asked. */
export interface MemberLists {
	/** A message was sent or changed. `all`: members who have the conversation open and have read everything are notified, too. */
	changed(to?: "all"): void;
	/** The newest revision changes nothing that a list shows. */
	skipRevision(): void;
	/** This person has become a member, or their role has changed. */
	memberChanged(userId: string): void;
	/** The last socket of this person has closed. */
	disconnected(userId: string): void;
	/** This person had read up to `from`, and has now read up to `upTo`. */
	read(userId: string, from: number, upTo: number): void;
	/** This person has marked messages as unread. */
	markedUnread(userId: string): void;
}

/** Verifies a token: when it expires (ms), or `undefined` if it is refused or belongs to another person. */
export type Authenticate = (token: string, person: Person) => Promise<{ expiresAt: number } | Refusal>;

/** `declinedAt`: Claude declined to answer with this reply, in ms; it may have been deleted since. `isPrivate`: only its author reads the answer. */
export type PromptMessage = Message & { declinedAt?: number; isPrivate?: boolean };

/** Claude, or a model in its place. */
export interface Model {
	/**
	 * Makes one request and yields its events. `end` is the last one: an iteration without it was cut off. Throws `ModelFailure`.
	 * Once `signal` is aborted it ends quietly or throws anything.
	 */
	reply(messages: readonly PromptMessage[], signal: AbortSignal, options?: ReplyOptions): AsyncIterable<ModelEvent>;
}

/** What a request is made with, besides the messages. */
export type ReplyOptions = {
	/** The text of a reply that broke off, which this request continues. */
	partialReply?: string;
	/** The conversation's choice; without it, the deployment's default. */
	model?: string | null;
	effort?: Effort | null;
	/** The versions of the instructions that hold for this reply, oldest first. */
	instructions?: readonly InstructionsVersion[];
	/** The tools that Claude may use; without them, none. */
	tools?: Tools;
	/** How many searches may still be made for the reply. */
	maxSearches?: number;
	/** How many pages may be read. */
	maxPages?: number;
	/** What Claude wrote before it paused. The request goes on from there. */
	turn?: PausedTurn | undefined;
	/** The longest reply that is paid for, in tokens. */
	maxTokens?: number | undefined;
	/** Called once the server has begun to answer a request. */
	asked?: (asked: Asked) => void;
};

/** What a request was made with. `places`: those of the messages in its prompt, ascending. */
export type Asked = { model: string; maxTokens: number; system: string; places: readonly number[]; tools: readonly string[] };

export type ModelEvent =
	/** The reply has begun. `model` is `undefined` if the server does not name it. */
	| { type: "start"; model: string | undefined }
	/** The tokens that this request has used so far. Each event replaces the one before it. */
	| { type: "usage"; usage: Usage }
	/** A sign of life without text. */
	| { type: "alive" }
	/** Claude thinks: longer silence is allowed after it. The text may be empty. */
	| { type: "thinking"; text: string }
	| { type: "text"; text: string }
	| ToolEvent
	/** Claude has read this page, which need not be cited. */
	| { type: "source"; source: Source }
	/** The last `length` UTF-16 units of the text rest on these sources. */
	| { type: "citation"; length: number; sources: readonly Source[] }
	/** The turn is too long for one request: the last event, in place of `end`. `turn` is what goes on, if it can go on. */
	| { type: "pause"; turn?: PausedTurn }
	/** `stopReason` is the model's own word, if it gave one. `reason` is set if the reply is not simply complete. */
	| { type: "end"; stopReason?: string; reason?: Reason };

/** Claude uses a tool that its server runs. Each event of an `id` replaces what it says; an `input` that is left out stays. */
export type ToolEvent = { type: "tool"; id: string; name: string; input?: string; status: Tool["status"]; error?: ToolError };

/** What Claude has written in a turn that was paused, in the form of its API: it is sent back unchanged. */
export type PausedTurn = readonly object[];

/** An expected failure of Claude's side. Carries a reason and never the upstream's text. */
export class ModelFailure extends Error {
	readonly reason: Reason;
	/** How long Claude's side asks to wait before the next attempt, in ms. */
	readonly retryAfterMs: number | undefined;
	constructor(reason: Reason, retryAfterMs?: number) {
		super(reason);
		this.reason = reason;
		this.retryAfterMs = retryAfterMs;
	}
}

/** Whose purse it is, besides the conversation's own. */
export type PurseOwner = "deployment" | { readonly userId: string };

/** The purses in other objects. */
export interface Purses {
	/** Rejects if the purse cannot be reached. */
	reserve(owner: PurseOwner, wish: Wish, limits: readonly Limit[]): Promise<Answer>;
	/** Stores the settlement now, and delivers it until it has arrived. */
	settle(owner: PurseOwner, settlement: Settlement): void;
}

/** Wakes the object to call `recover` if it dies while a reply runs. */
export interface Alarm {
	set(at: number): void;
	clear(): void;
	/** Other work may be due earlier than before. */
	bringForward(): void;
}

/** Proposes titles. */
export interface Titler {
	/** Proposes a title for a question and its answer. `model`: the conversation's choice. May reject. */
	title(question: Message, answer: Message, signal: AbortSignal, model?: string | null): Promise<ProposedTitle>;
}

/** `title` is `undefined` if the model proposed none; the request has used tokens all the same. */
export type ProposedTitle = { title: string | undefined; model: string | undefined; usage: Usage };

// The ports of a conversation: interfaces for what its rules need from outside. Each has one real and one test
// implementation. Must import nothing but the wire and the forms of money.

import type { Answer, Charge, Limit, PurseOwner, Wish } from "../money/purse-calls.ts";
import type { Effort, InstructionsVersion, Tools } from "../protocol/claude-settings.ts";
import type { CloseCode, Reason } from "../protocol/errors.ts";
import type { ServerEvent } from "../protocol/events.ts";
import type { MessageFile } from "../protocol/files/file.ts";
import type { AskedFiles, Unread } from "../protocol/files/reading.ts";
import type { MemberChange } from "../protocol/memory/member-change.ts";
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
	/** The place of the first message that it may receive; 1 for almost all. */
	readonly readsFrom: number;
	/** The scopes of the program that it belongs to. Without them, everything is permitted. */
	readonly scopes?: readonly Scope[] | undefined;
	/** Sets what its person may receive, and when their membership ends, in ms. */
	limitTo(standing: { from: number; endsAt: number | null }): void;
	/** It goes on by a newer sign-in. */
	renew(signIn: Renewal): void;
	/** The client has read everything sent so far. */
	acknowledge(): void;
	/** Closes it; `Conversation.leave` is called in consequence. */
	close(code: CloseCode, reason: string): void;
}

/** Everybody who is connected. */
export interface Clients<T extends Client = Client> {
	all(): Iterable<T>;
	/** Those of one person. */
	of(userId: string): readonly T[];
	/** The people who are connected, and their number. A sign-in that has expired may be among them until it is closed. */
	userIds(): Iterable<string>;
	readonly people: number;
	/** How many of them are connected to relays: `all`, `of` and `userIds` leave them out. */
	readonly peopleElsewhere: number;
	add(client: T): void;
	/** False if it was not there. */
	delete(client: T): boolean;
	/** Sends to one client at once. */
	send(client: T, event: ServerEvent): void;
	/** Sends to all clients of one person, wherever they are connected. */
	sendTo(userId: string, event: ServerEvent): void;
	/**
	 * Queues an event for all but the sockets of `exceptUser`. While incoming frames are handled, the queue goes out after the last of
	 * them. Otherwise it goes out at once, or a moment later: chunks share frames, and so does everything in a large conversation.
	 */
	broadcast(event: ServerEvent, exceptUser?: string): void;
	/** Sends everything that waits. */
	flush(): void;
	/** Calls back once the incoming frames that are handled now have been handled, before anything is sent; at once if there are none. */
	afterFrames(call: () => void): void;
}

/** The members' lists of conversations. They are notified of changes and never asked. */
export interface MemberLists {
	/** A message was sent or changed. `all`: members who have the conversation open and have read everything are notified, too. */
	changed(to?: "all"): void;
	/** A new message mentions or quotes these people. In a large conversation they do not wait until everybody is notified. */
	addressed(userIds: readonly string[]): void;
	/** The newest revision changes nothing that a list shows. */
	skipRevision(): void;
	/** This person has become a member, or their role has changed. */
	memberChanged(userId: string): void;
	/** The last socket of this person has closed. */
	disconnected(userId: string): void;
	/** This person had read up to `from`, and has now read up to `upTo`. */
	read(userId: string, from: number, upTo: number): void;
	markedUnread(userId: string): void;
}

/** When a sign-in expires, in ms, and its session, if it has one. */
export type Renewal = { expiresAt: number; session?: string };

/** Verifies a token of this person. */
export type Authenticate = (token: string, person: Person) => Promise<Renewal | Refusal>;

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
	/** Who joined, left or was renamed between the messages, oldest first. */
	memberChanges?: readonly MemberChange[];
	/** What Claude reads in place of the messages up to a place. */
	summary?: { uptoSeq: number; text: string };
	/** The tools that Claude may use; without them, none. */
	tools?: Tools;
	/** How many searches may still be made for the reply. */
	maxSearches?: number;
	/** How many pages may be read. */
	maxPages?: number;
	/** What Claude wrote before it paused. The request goes on from there. */
	turn?: PausedTurn | undefined;
	/** The tools that Parley calls for Claude; and whether Claude may call more of them in this turn. */
	clientTools?: readonly ClientTool[];
	mayCall?: boolean;
	/** The longest reply that is paid for, in tokens. */
	maxTokens?: number | undefined;
	/** The tokens of files that are paid for, where that is not for all of them. */
	fileTokens?: number;
	/** The files of the latest prompt, if it had some. Called only if this one has. */
	filesBefore?: () => AskedFiles | undefined;
	/** Called once the server has begun to answer a request. */
	asked?: (asked: Asked) => void;
};

/**
 * What a request was made with. `places`: those of the messages in its prompt, ascending. `files` and `unread`: only if its messages have
 * some; `unread` says why Claude reads only the names of files.
 */
export type Asked = {
	model: string;
	maxTokens: number;
	system: string;
	places: readonly number[];
	tools: readonly string[];
	files?: AskedFiles;
	unread?: ReadonlyMap<string, Unread>;
};

/** The bytes of a conversation's files. */
export interface FileBytes {
	/** The sizes of those of these files that are there. May reject. */
	sizes(ids: readonly string[]): Promise<Readonly<Record<string, number>>>;
	/** Rejects if it is not there. */
	open(id: string): Promise<ReadableStream<Uint8Array>>;
}

export type ModelEvent =
	/** The reply has begun. `model` is `undefined` if the server does not name it. */
	| { type: "start"; model: string | undefined }
	/** The tokens that this request has used so far. Each event replaces the one before it. */
	| { type: "usage"; usage: Usage }
	/** A sign of life without text. `unshown`: Claude writes what nobody sees, of which so many bytes have come. */
	| { type: "alive"; unshown?: number }
	/** Claude thinks: longer silence is allowed after it. The text may be empty. */
	| { type: "thinking"; text: string }
	| { type: "text"; text: string }
	| ToolEvent
	/** Claude has read this page, which need not be cited. */
	| { type: "source"; source: Source }
	/** The last `length` UTF-16 units of the text rest on these sources. */
	| { type: "citation"; length: number; sources: readonly Source[] }
	/**
	 * The turn is not over: the last event, in place of `end`. `turn` is what goes on, if it can go on. `calls`: it goes on once Parley
	 * has carried them out.
	 */
	| { type: "pause"; turn?: PausedTurn; calls?: readonly ToolCall[] }
	/** The answer is of no use, and billed. The next request is made in another way. The last event, in place of `end`. */
	| { type: "again" }
	/** `stopReason` is the model's own word, if it gave one. `reason` is set if the reply is not simply complete. */
	| { type: "end"; stopReason?: string; reason?: Reason };

/**
 * Claude uses a tool. Each event of an `id` replaces what it says; an `input` or `decidedBy` that is left out stays. `isCall`: Parley
 * carries it out, and the tool keeps its id.
 */
export type ToolEvent = {
	type: "tool";
	id: string;
	name: string;
	input?: string;
	status: Tool["status"];
	error?: ToolError;
	isCall?: true;
	asks?: true;
	decidedBy?: Person;
	/** What the tool answered, for people. */
	result?: string;
	/** At most so many tokens of its result has Claude read, where that is known. */
	readTokens?: number;
};

/** A tool that Parley calls for Claude. `inputSchema`: JSON Schema, for Claude alone. `isQuiet`: nobody misses it where a server has no tools. */
export type ClientTool = { name: string; description: string; inputSchema: object; isQuiet?: true };

/** `input` is JSON; `undefined` if Claude wrote none that can be read. */
export type ToolCall = { id: string; name: string; input: string | undefined };

/** What a call brought: `text` for Claude, `error` for people. */
export type CallResult = { text: string; error?: ToolError };

/** The tools of MCP servers. */
export interface Toolbox {
	/** The tools of these servers, and the servers that could not be asked. Never rejects. */
	offered(servers: readonly string[]): Promise<{ tools: readonly ClientTool[]; missing: readonly string[] }>;
	/** The server of a tool; `asks`: somebody has to allow each call, `owners`: one of them. */
	rulesOf(tool: string): { server: string; asks: boolean; owners: boolean };
	/** Never rejects. Ends quietly once `signal` is aborted. */
	call(tool: string, input: string, signal: AbortSignal): Promise<CallResult>;
}

/**
 * What Claude has written in a turn that was paused, in the form of its API: it is sent back unchanged. Results of calls stand between.
 * A block of the type `continue` is ours: the connection broke off there.
 */
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

/** The purses in other objects. */
export interface Purses {
	/** Rejects if the purse cannot be reached. */
	reserve(owner: PurseOwner, wish: Wish, limits: readonly Limit[]): Promise<Answer>;
	/** Stores the charges now, in the place of their payment, and delivers them until all have arrived. */
	settle(id: string, charges: readonly Charge[]): void;
}

/** Wakes the object to call `recover` if it dies while a reply runs. */
export interface Alarm {
	set(at: number): void;
	clear(): void;
	/** Other work may be due earlier than before. */
	bringForward(): void;
}

/** Deletes the files of messages. */
export interface FileReleases {
	/** The message at this place was deleted in the same step. */
	release(seq: number): void;
}

/** Sums up parts of a conversation. */
export interface Summarizer {
	/**
	 * In tokens, for the conversation's choice of a model: a prompt of more than `after` is worth a summary (`undefined`: none is), the
	 * longest prompt that can be summed up, and the longest answer with its thinking.
	 */
	sizesFor(model: string | null): { after: number | undefined; prompt: number; answer: number };
	/** May reject, with a `ModelFailure` if the failure is an expected one. */
	summarize(request: SummaryRequest, signal: AbortSignal, model: string | null): Promise<ProposedSummary>;
}

/** What is to be summed up, for Claude or for people. `former`: the summary of what was said before. */
export type SummaryRequest = { kind: "memory" | "catch-up"; former?: string | undefined; messages: readonly PromptMessage[] };

/** `text` is `undefined` if the model wrote none; the request has used tokens all the same. */
export type ProposedSummary = { text: string | undefined; model: string; usage: Usage };

/** Describes pictures for people who cannot see them. */
export interface Describer {
	/** False if the conversation's choice of a model is known to see none. */
	seesPictures(model: string | null): Promise<boolean>;
	/** `language`: a language tag. May reject, with a `ModelFailure` if the failure is an expected one. */
	describe(picture: MessageFile, language: string, signal: AbortSignal, model: string | null): Promise<ProposedDescription>;
}

/** `text` is `undefined` if the model wrote none; the request has used tokens all the same. */
export type ProposedDescription = { text: string | undefined; usage: Usage };

/** Proposes titles. */
export interface Titler {
	/** Proposes a title for a question and its answer. `model`: the conversation's choice. May reject. */
	title(question: Message, answer: Message, signal: AbortSignal, model?: string | null): Promise<ProposedTitle>;
}

/** `title` is `undefined` if the model proposed none; the request has used tokens all the same. */
export type ProposedTitle = { title: string | undefined; model: string | undefined; usage: Usage };

// Every number that refuses something, and why it has the value it has. The web client imports the same numbers.
// Durations are in milliseconds and sizes in UTF-16 units unless the name says otherwise.

// Each by itself, so that a page carries only those that it asks for.
export * as limits from "./limits.ts";

/** Bytes of one text frame, checked before it is parsed. The longest message fits in its worst escaping, six bytes a unit. */
export const frameBytes = 1024 * 1024;
/** Events in one frame. A client that empties an outbox after a long absence stays far below it. */
export const eventsPerFrame = 256;
/** A long paste whole; more belongs in a file, and a prompt would hold only a few of them. */
export const content = 100_000;
/** Any id on the wire. 128 takes every identity provider's `sub`. */
export const id = 128;
/** The name people see beside each message; also an attribute of the envelope that Claude reads. */
export const username = 64;
/** One line in a header; and one that is found for a conversation to which nobody gives one. */
export const title = 200;
export const foundTitle = 60;
/** What Claude is given to read of a conversation, newest last: about 100,000 tokens, so that an answer stays payable. */
export const prompt = 400_000;
/** What stands around a message there beside names and ids. Short messages are mostly that. */
export const envelope = 50;
/** A UUID with a prefix fits; it is kept for ever beside the message. */
export const clientId = 64;
/** A cursor is three short numbers; anything longer is not ours. */
export const cursor = 128;
/** Bytes of a token, checked before its signature is. Larger than any provider's, small enough to be cheap to refuse. */
export const tokenBytes = 8 * 1024;
/** Conversations that one token may name; an issuer that grants more grants `["*"]`, or makes members. */
export const grants = 1_000;
/** Bytes of most JSON bodies of the HTTP API: nothing in them is longer than a title. A message may be as long as a frame. */
export const bodyBytes = 16 * 1024;
/** Messages of one page of history. */
export const page = { min: 1, default: 50, max: 200 };
/** Text of one page, or of what a returning client missed: a frame that a phone can take; RPC would bear four times as much. */
export const pageLength = 4_000_000;
/** Changes sent to a returning client one by one; past it the newest page is less work for everybody. */
export const changes = 500;
/** Frames that make no sense, of one person in a minute: at this many they are let go as flooding, for a minute. */
export const badFramesPerMinute = 50;
/** Frames that were too many to be read, of one person in a minute: at this many they are let go as flooding, for a minute. */
export const refusedFramesPerMinute = 1_000;
/** For how long who was flooding stays outside. */
export const shutOut = 60_000;
/** Sockets of one person in a conversation: tabs and devices. One more closes the oldest. */
export const socketsPerPerson = 8;
/** Conversations that one Socket.IO connection takes part in: each is a socket of its own behind it. */
export const conversationsPerSocket = 50;
/** Who opens a Socket.IO session connects with a token in the next request; until then it is held for nobody. */
export const connectWithin = 10_000;
/** With those that were closed and do not go: a client that ignores being closed could gather any number of them. */
export const lingeringSockets = 32;
/** Bytes that wait for one socket: past it, it is let go as too slow, and comes back with its cursor. */
export const queuedBytes = 8 * 1024 * 1024;
/** A client that reads says so (`chat:ack`) at least this often, in UTF-16 units. */
export const ackEvery = 1024 * 1024;
/** Members named in one message. */
export const mentions = 100;
/** Of an emoji: the longest family with all its skin tones is shorter. */
export const emoji = 40;
/** Kinds of reaction to one message: more would be a second conversation. */
export const reactionKinds = 20;
/** Reactions to one message in all: they travel with it. */
export const reactions = 1_000;
/** What is kept of Claude's thinking about one reply: a summary longer than that is read by nobody, and travels with the message. */
export const thinking = 20_000;
/** Named as who asked for one reply. */
export const askers = 20;
/** Former versions of one reply: whoever asks oftener looks for another answer than any of them. */
export const versions = 20;
/** Reactions that one person gives and takes back: quicker than anybody reads, since each brings everybody the whole message. */
export const reacting = { burst: 30, perSecond: 2 };
/** What a quote and a line of a list show of a message. */
export const excerpt = 200;
/** Unread messages that are counted; "99+" says more than any number. */
export const unread = 100;
/** Members in a conversation up to which everybody hears how far each has read. */
export const readers = 100;
/** Sockets on one person's list: a tab has one, whichever conversation it shows. */
export const listSockets = 16;
/** Conversations of one page of a person's list. */
export const listPage = { min: 1, default: 50, max: 100 };
/** A person's settings: how many, how long a name, and how long a text. */
export const settings = 50;
export const settingName = 32;
export const setting = 200;
/**
 * A search is some words: of more than so many words and phrases the first ones count. `length`: the text of one page of results.
 * `everywhere`: over how many of a person's conversations, how many of them at once, and for how long they are waited for.
 */
export const search = {
	query: 200,
	phrases: 10,
	page: { min: 1, default: 20, max: 50 },
	length: 1_000_000,
	everywhere: { conversations: 100, atOnce: 20, deadline: 5_000 },
};
/** What is read at a time for an export: in its worst escaping it fits into a call between objects. */
export const exportPiece = { messages: 1_000, length: 1_000_000 };
/** Bytes of one part of an import: the longest lines fit, and many of the usual ones. */
export const importBytes = 8 * 1024 * 1024;
/** Of an import with which nobody went on for so long, nothing is kept. */
export const importPause = 24 * 3600_000;
/** The shortest time between two times that one person's typing is passed on. */
export const typingInterval = 2_000;
/** Invites: a link that nobody revokes should not live for ever, nor an unused number be a typing error. */
export const invite = { seconds: { min: 60, default: 7 * 24 * 3600, max: 365 * 24 * 3600 }, uses: { min: 1, max: 10_000 } };
/** Live invites of one conversation. */
export const invites = 100;
/** Personal tokens: a program that everybody forgot should not speak for ever. */
export const token = { seconds: { min: 60, default: 90 * 24 * 3600, max: 365 * 24 * 3600 } };
/** Personal tokens of one person. */
export const tokens = 20;
/** People in one conversation. The list of members travels whole. */
export const members = 5_000;
/** Calls of other objects that an object makes in one go: the platform allows some more. What is left waits for the alarm. */
export const calls = 400;

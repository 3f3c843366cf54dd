// What a conversation and its relays say to each other. Types only.

import type { Identity } from "../../auth/tokens.ts";
import type { ServerEvent } from "../../protocol/events.ts";
import type { Message } from "../../protocol/message.ts";
import type { Author } from "../../protocol/person.ts";
import type { Refusal } from "../../protocol/refusal.ts";
import type { Scope } from "../../protocol/token.ts";
import type { Closing } from "../store/people/relays.ts";

/** An event for everybody but one person, or a frame for one person, or for one of their sockets. */
export type Item = { event: ServerEvent; exceptUser?: string | undefined } | { to: Addressee; frame: string };
export type Addressee = { userId: string; socketId?: string | undefined };

/**
 * What a conversation sends to all its relays. `feed` names one life of the conversation's object, and `number` counts what it has
 * sent: without items, it is that of the last delivery. The relay's clients knew everything up to the cursor `before`, and know
 * everything up to `cursor` afterwards. `hasCrashed`: something may have been lost that has no revision.
 */
export type Delivery = {
	feed: string;
	number: number;
	before: string;
	cursor: string;
	items: readonly Item[];
	closings: readonly Closing[];
	hasCrashed?: true;
};

/** The answer to a delivery: how many people the relay holds. */
export type Delivered = { people: number };

/** Messages of a page, or those that changed since a cursor. */
export type Page = { messages: Message[]; hasMore: boolean; reset: boolean };

/** What a relay asks for a socket: a new one with an identity, or one that it holds. `needsPage`: its window does not reach back to the cursor. */
export type Ask = { cursor?: string | undefined; needsPage: boolean } & ({ identity: Identity } | { person: Author });

/** `people`: how many the relay holds, with those who ask. `needsBase`: it has no window. */
export type Asked = { people: number; needsBase: boolean; asks: readonly Ask[] };

/** `chat:joined` without messages. */
export type Facts = Omit<Extract<ServerEvent, { type: "chat:joined" }>, "cursor" | keyof Page>;

/** `elsewhere`: the conversation holds the sockets of this person itself. */
export type Entry = { facts: Facts; page?: Page | undefined } | { refusal: Refusal } | { elsewhere: true };

/** Holds between the delivery with this number and the next one. `at`: when, by the conversation's clock, in ms. */
export type Answer = { feed: string; number: number; cursor: string; at: number; base?: Page | undefined; entries: readonly Entry[] };

/** Whoever sends over a relay's socket, as the Worker verified it. */
export type Sender = {
	person: Author;
	network?: string | undefined;
	tokenId?: string | undefined;
	scopes?: readonly Scope[] | undefined;
	expiresAt: number;
	socketId: string;
};

/** `frame`: text or a file that a client has sent. `flooded`: its person is to be shut out. */
export type Passed = { sender: Sender } & ({ frame: string | ArrayBuffer } | { token: string } | { flooded: true });

/** `renewal`: the socket goes on with a newer sign-in. `isBad`: the frame counts as a bad one. `isOver`: its person is no member. */
export type Taken = { renewal?: { expiresAt: number; session?: string }; isBad?: true; isOver?: true };

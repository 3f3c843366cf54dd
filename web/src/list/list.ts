// A person's list of conversations, in display order, and how events change it. Pure.
// Must not depend on sockets, React or the clock.

import type { LastMessage, ListEntry, ListEntryChange } from "../../../src/protocol/conversation.ts";
import { briefOf } from "../../../src/protocol/files/brief.ts";
import { limits } from "../../../src/protocol/limits.ts";
import type { MeEvent, PersonalSettings } from "../../../src/protocol/me.ts";
import type { Message } from "../../../src/protocol/message.ts";
import { type Extent, extentOf } from "../live/historyWindow.ts";

export type List = {
	/** Pinned ones first, then the most recently active. */
	readonly conversations: readonly ListEntry[];
	/** Whether the server has sent the list. */
	readonly isKnown: boolean;
	/** Whether there are more conversations after the last one. */
	readonly older: Extent;
	readonly settings: PersonalSettings;
};

/** Unread messages, and how many of them mention the person. */
export type News = { unread: number; mentions: number };

/**
 * What the reader sees of an open conversation. The server does not notify the list of readers who
 * have it open.
 */
export type ConversationView = { conversationId: string; title: string; lastMessage: LastMessage | undefined; readUpTo: number };

export type ListAction =
	/** Stored on this device during the last visit. */
	| { type: "cache restored"; conversations: readonly ListEntry[] }
	| { type: "received"; events: readonly MeEvent[] }
	| { type: "viewed"; view: ConversationView }
	/** Changed here: it takes effect before the server confirms it. */
	| { type: "changed"; conversationId: string; change: ListEntryChange }
	| { type: "left"; conversationId: string }
	| { type: "older asked" }
	/** `null` if it could not be loaded. */
	| { type: "older came"; page: { conversations: readonly ListEntry[]; hasMore: boolean } | null };

export const emptyList: List = { conversations: [], isKnown: false, older: "none", settings: {} };

export function reduceList(list: List, action: ListAction): List {
	switch (action.type) {
		case "cache restored":
			return list.isKnown ? list : { ...list, conversations: action.conversations };
		case "received":
			return action.events.reduce(receive, list);
		case "viewed":
			return change(list, action.view.conversationId, (listed) => seen(listed, action.view));
		case "changed":
			return change(list, action.conversationId, (listed) => decided(listed, action.change));
		case "left":
			return without(list, action.conversationId);
		case "older asked":
			return { ...list, older: "loading" };
		case "older came":
			return append(list, action.page);
		default:
			return action satisfies never;
	}
}

/** Separates archived conversations from the others. */
export function sections({ conversations }: List): { main: readonly ListEntry[]; archived: readonly ListEntry[] } {
	return { main: conversations.filter(({ archived }) => !archived), archived: conversations.filter(({ archived }) => archived) };
}

/** Unread counts over all conversations that are not muted. */
export function newsIn({ conversations }: List): News {
	const unmuted = conversations.filter(({ muted }) => !muted);
	const sum = (name: keyof News) => unmuted.reduce((all, listed) => all + listed[name], 0);
	return { unread: sum("unread"), mentions: sum("mentions") };
}

/** The part of a message that a list shows. */
export function lastMessageOf({ seq, author, content, createdAt, deletedAt, files }: Message): LastMessage {
	return { seq, author, content: content.slice(0, limits.excerpt), createdAt, deletedAt, ...(files && { files: files.map(briefOf) }) };
}

function receive(list: List, event: MeEvent): List {
	switch (event.type) {
		case "me:conversations": {
			const { conversations, hasMore, settings } = event;
			const known = { ...list, conversations: [], isKnown: true, older: extentOf(hasMore), settings } as const;
			return conversations.map((listed) => newest(find(list, listed.id), listed)).reduce(place, known);
		}
		case "me:conversation":
			return place(list, newest(find(list, event.conversation.id), event.conversation));
		case "me:removed":
			return without(list, event.conversationId);
		case "me:settings":
			return { ...list, settings: event.settings };
		default:
			return event satisfies never;
	}
}

/** Entries that are already here are newer than those of the page. */
function append(list: List, page: Extract<ListAction, { type: "older came" }>["page"]): List {
	// The list may have been replaced meanwhile.
	if (list.older !== "loading") return list;
	if (!page) return { ...list, older: "failed" };
	const fresh = page.conversations.filter(({ id }) => !find(list, id));
	return { ...fresh.reduce(place, list), older: extentOf(page.hasMore) };
}

function find({ conversations }: List, id: string): ListEntry | undefined {
	return conversations.find((listed) => listed.id === id);
}

function without(list: List, id: string): List {
	return { ...list, conversations: list.conversations.filter((listed) => listed.id !== id) };
}

function change(list: List, id: string, by: (listed: ListEntry) => ListEntry): List {
	const held = find(list, id);
	if (!held) return list;
	const changed = by(held);
	return changed === held ? list : place(list, changed);
}

/** Inserts an entry in order and removes its previous one. */
function place(list: List, listed: ListEntry): List {
	const others = list.conversations.filter(({ id }) => id !== listed.id);
	const at = others.findIndex((one) => comesBefore(listed, one));
	return { ...list, conversations: others.toSpliced(at === -1 ? others.length : at, 0, listed) };
}

function comesBefore(one: ListEntry, other: ListEntry): boolean {
	if (one.pinned !== other.pinned) return one.pinned;
	return Date.parse(one.lastActivityAt) > Date.parse(other.lastActivityAt);
}

/** The entry from the server, with the last message that was seen here if it is newer. */
function newest(held: ListEntry | undefined, listed: ListEntry): ListEntry {
	const { lastMessage, lastActivityAt } = held ?? listed;
	return lastMessage && lastMessage.seq > (listed.lastMessage?.seq ?? 0) ? { ...listed, lastMessage, lastActivityAt } : listed;
}

function seen(listed: ListEntry, { title, lastMessage, readUpTo }: ConversationView): ListEntry {
	// A view that is behind knows less than the list.
	if (!lastMessage || lastMessage.seq < (listed.lastMessage?.seq ?? 0)) return listed.title === title ? listed : { ...listed, title };
	const told: ListEntry = {
		...listed,
		title,
		lastMessage,
		lastActivityAt: later(listed.lastActivityAt, lastMessage.createdAt),
		...(readUpTo >= lastMessage.seq && { unread: 0, mentions: 0, addressed: 0, readUpTo }),
	};
	return isSame(told, listed) ? listed : told;
}

function decided(listed: ListEntry, { notifications, ...others }: ListEntryChange): ListEntry {
	return { ...listed, ...others, ...(notifications !== undefined && { notifications: notifications ?? undefined }) };
}

function later(one: string, other: string): string {
	return Date.parse(one) >= Date.parse(other) ? one : other;
}

function isSame(one: ListEntry, other: ListEntry): boolean {
	return JSON.stringify(one) === JSON.stringify(other);
}

// Decides which changes of a list entry announce something to its person. The page's notifications and web push both ask
// this. Pure.

import type { ListEntry } from "../conversation.ts";

/** Which arrivals a person wants to hear of. `mentions`: those that are for them. */
export const notificationLevels = ["off", "mentions", "all"] as const;
export type NotificationLevel = (typeof notificationLevels)[number];

/** `isForMe`: it mentions the person, replies to them, answers their question, or is from the only other member. */
export type Arrival = { isForMe: boolean };

/** What has arrived between two states of an entry. A conversation that is new in the list announces nothing. */
export function arrivalIn(before: ListEntry, now: ListEntry, userId: string): Arrival | undefined {
	// The person has marked messages as unread.
	if (now.readUpTo < before.readUpTo) return undefined;
	const hasGrown = now.unread > before.unread || now.mentions > before.mentions;
	if (!hasGrown && !isNewest(before, now, userId)) return undefined;
	return { isForMe: now.mentions > before.mentions || addressedIn(now) > addressedIn(before) };
}

/** Unread messages are counted up to a limit, so that the count may stay the same. */
function isNewest(before: ListEntry, now: ListEntry, userId: string): boolean {
	const { lastMessage } = now;
	return now.unread > 0 && lastMessage?.author.userId !== userId && (lastMessage?.seq ?? 0) > (before.lastMessage?.seq ?? 0);
}

/** A conversation that runs an older release leaves the field out. */
function addressedIn({ addressed, mentions }: ListEntry): number {
	return addressed ?? mentions;
}

/** `fallback`: the level that the person has chosen for all conversations. */
export function isWanted({ isForMe }: Arrival, { muted, notifications }: ListEntry, fallback: NotificationLevel): boolean {
	const level = muted ? "off" : (notifications ?? fallback);
	return level === "all" || (level === "mentions" && isForMe);
}

/** Nothing of the conversation is to be announced any more. */
export function isOver({ unread, muted }: ListEntry): boolean {
	return unread === 0 || muted;
}

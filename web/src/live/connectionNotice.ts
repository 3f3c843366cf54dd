// The notice that the page shows while it is disconnected or catching up. Pure.

import type { ConnectionState } from "./connection.ts";

export type Notice =
	| { type: "offline" | "connecting" | "replaced" }
	/** `until`: the next attempt, in ms. */
	| { type: "waiting" | "unreadable"; until: number }
	/** Connected, and receiving what was missed. */
	| { type: "catching up" };

/** The open conversation comes first, as the person is looking at it. */
export type About = "conversation" | "list";

/** `isBehind`: connected, but an event is known to be missing. */
export function noticeOf(connection: ConnectionState, isBehind: boolean): Notice | null {
	switch (connection.type) {
		case "offline":
		case "connecting":
		case "replaced":
			return { type: connection.type };
		case "waiting":
			return { type: connection.isUnreadable ? "unreadable" : "waiting", until: connection.until };
		case "joining":
			return { type: "catching up" };
		case "connected":
			return isBehind ? { type: "catching up" } : null;
		case "ended":
			return null;
		default:
			return connection satisfies never;
	}
}

/** One notice for both sockets of the page: two could contradict each other. */
export function noticeFor(
	conversation: { connection: ConnectionState; isBehind: boolean } | undefined,
	list: ConnectionState,
): { about: About; notice: Notice } | null {
	const first = conversation && noticeOf(conversation.connection, conversation.isBehind);
	if (first) return { about: "conversation", notice: first };
	const second = noticeOf(list, false);
	return second && { about: conversation ? "list" : "conversation", notice: second };
}

/** The seconds of a countdown: at least 1. */
export function secondsUntil(until: number, now: number): number {
	return Math.max(1, Math.ceil((until - now) / 1000));
}

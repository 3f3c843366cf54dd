// What is said at length of a connection that is not there, or not all there. Pure.

import type { ConnectionState } from "./connection.ts";

export type Notice =
	| { type: "offline" | "connecting" }
	/** `until` the next try, in ms. */
	| { type: "waiting"; until: number }
	/** There is a connection, and what was missed is on its way over it. */
	| { type: "catching up" };

/** Of the conversation that is open, which is what one looks at; else of the list. */
export type About = "conversation" | "list";

/** `isBehind`: it is connected, and something is known to be missing. */
export function noticeOf(connection: ConnectionState, isBehind: boolean): Notice | null {
	switch (connection.type) {
		case "offline":
		case "connecting":
			return { type: connection.type };
		case "waiting":
			return { type: "waiting", until: connection.until };
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

/** One for both sockets of the page: two would contradict each other. */
export function noticeFor(
	conversation: { connection: ConnectionState; isBehind: boolean } | undefined,
	list: ConnectionState,
): { about: About; notice: Notice } | null {
	const first = conversation && noticeOf(conversation.connection, conversation.isBehind);
	if (first) return { about: "conversation", notice: first };
	const second = noticeOf(list, false);
	return second && { about: conversation ? "list" : "conversation", notice: second };
}

/** Seconds that are left, as they are counted down: never none. */
export function secondsUntil(until: number, now: number): number {
	return Math.max(1, Math.ceil((until - now) / 1000));
}

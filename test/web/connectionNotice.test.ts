import { describe, expect, it } from "vitest";
import type { ConnectionState } from "../../web/src/live/connection.ts";
import { noticeFor, noticeOf, secondsUntil } from "../../web/src/live/connectionNotice.ts";

const connected: ConnectionState = { type: "connected" };
const waiting: ConnectionState = { type: "waiting", until: 5_000 };
const about = (conversation: ConnectionState | undefined, list: ConnectionState, isBehind = false) =>
	noticeFor(conversation && { connection: conversation, isBehind }, list);

describe("the notice for a connection", () => {
	it.each<[ConnectionState, ReturnType<typeof noticeOf>]>([
		[connected, null],
		[{ type: "ended", code: 4403 }, null],
		[{ type: "offline" }, { type: "offline" }],
		[{ type: "connecting" }, { type: "connecting" }],
		[{ type: "replaced" }, { type: "replaced" }],
		[{ type: "joining" }, { type: "catching up" }],
		[waiting, { type: "waiting", until: 5_000 }],
		[
			{ ...waiting, isUnreadable: true },
			{ type: "unreadable", until: 5_000 },
		],
	])("shows its state: %j", (state, notice) => {
		expect(noticeOf(state, false)).toEqual(notice);
	});

	it("says that it is catching up while events are missing", () => {
		expect(noticeOf(connected, true)).toEqual({ type: "catching up" });
	});
});

describe("the notice for both connections of a page", () => {
	it("is about the open conversation first", () => {
		expect(about(waiting, { type: "offline" })).toEqual({ about: "conversation", notice: { type: "waiting", until: 5_000 } });
		expect(about(connected, connected, true)).toEqual({ about: "conversation", notice: { type: "catching up" } });
	});

	it("is about the list if only its connection is lost, or no conversation is open", () => {
		expect(about(connected, waiting)).toEqual({ about: "list", notice: { type: "waiting", until: 5_000 } });
		expect(about(undefined, waiting)).toEqual({ about: "conversation", notice: { type: "waiting", until: 5_000 } });
		expect(about(connected, connected)).toBeNull();
		expect(about(undefined, connected)).toBeNull();
	});
});

it("the countdown ends at one second", () => {
	expect([5_000, 4_001, 4_000, 1_001, 1_000, 1, 0, -500].map((left) => secondsUntil(10_000, 10_000 - left))).toEqual([
		5, 5, 4, 2, 1, 1, 1, 1,
	]);
});

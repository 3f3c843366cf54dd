// Messages, joins and progress for the tests of recovery.

import type { Progress, ReplyProgress } from "../../../src/gateway/socketio/recovery.ts";
import type { ServerEvent } from "../../../src/protocol/events.ts";
import type { Message } from "../../../src/protocol/message.ts";

export type Joined = Extract<ServerEvent, { type: "chat:joined" }>;

export const message = (seq: number, fields: Partial<Message> = {}): Message => ({
	id: `m${seq}-x`,
	conversationId: "here",
	role: "user",
	content: `number ${seq}`,
	createdAt: "2026-11-25T00:00:00.000Z",
	author: { userId: "ann", username: "Ann" },
	status: "complete",
	seq,
	revision: seq,
	...fields,
});
export const reply = (seq: number, fields: Partial<Message>) => message(seq, { role: "assistant", ...fields });
export const joined = (messages: Message[], cursor = "a.9.9"): Joined => ({
	type: "chat:joined",
	conversationId: "here",
	cursor,
	reset: false,
	messages,
	hasMore: false,
	participants: [],
	you: { userId: "ann", username: "Ann" },
});
export const at = (cursor: string, live: [string, ReplyProgress][] = []): Progress => ({ cursor, live: new Map(live) });

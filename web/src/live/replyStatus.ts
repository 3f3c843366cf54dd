// Facts about Claude's replies other than their text: who is waiting for one, its phase, its cost. Pure.

import type { Message, Usage } from "../../../src/protocol/message.ts";
import type { Person } from "../../../src/protocol/person.ts";

/** The questions that came while Claude was replying, in order: the next reply answers them all. */
export function waitingQuestions(messages: readonly Message[]): Message[] {
	const running = messages.findLast(({ status }) => status === "streaming");
	if (!running) return [];
	return messages.filter(({ seq, asksClaude, deletedAt }) => seq > running.seq && asksClaude && deletedAt === undefined);
}

/** The people who asked them. */
export function peopleWaiting(messages: readonly Message[]): Person[] {
	return [...new Map(waitingQuestions(messages).map(({ author }) => [author.userId, author])).values()];
}

/** The newest question before a reply, of the person who asked for it. */
export function questionOf({ seq, askedBy }: Message, messages: readonly Message[]): Message | undefined {
	const asked = messages.filter((message) => message.seq < seq && message.role === "user" && message.asksClaude);
	const userId = askedBy?.at(-1)?.userId;
	return asked.findLast(({ author }) => author.userId === userId) ?? asked.at(-1);
}

export type Phase = "thinking" | "busy" | "answering" | "asking" | "complete" | "stopped" | "failed";

/** `asking`: a call of a tool waits for somebody's decision. */
export function phaseOf({ status, reason, content, tools }: Pick<Message, "status" | "reason" | "content" | "tools">): Phase {
	if (status !== "streaming") return status;
	if (tools?.some(({ asks }) => asks)) return "asking";
	if (reason !== undefined) return "busy";
	return content === "" ? "thinking" : "answering";
}

/** In dollars; `cached`: the share of the prompt that came from the cache. */
export type Cost = { usd: number; isAbout: boolean; cached: number };

/** `undefined` where the price is unknown, and for the demo model. */
export function costOf({ usage, cost }: Pick<Message, "usage" | "cost">): Cost | undefined {
	return cost && { usd: cost.usd, isAbout: cost.about ?? false, cached: usage ? cacheShare(usage) : 0 };
}

export function cacheShare({ input, cacheRead, cacheWrite }: Usage): number {
	const read = input + cacheRead + cacheWrite;
	return read === 0 ? 0 : cacheRead / read;
}

/** *Claude Opus 4.1* for `claude-opus-4-1-20250805`. Other ids are returned as they are. */
export function modelName(id: string): string {
	const [, before, family, after] = /^claude-(?:(\d+(?:-\d+)?)-)?([a-z]+)(?:-(\d{1,2}(?:-\d{1,2})?))?(?:-\d{8}|-latest)?$/.exec(id) ?? [];
	if (family === undefined) return id;
	const version = (before ?? after)?.replace("-", ".");
	const name = family.charAt(0).toUpperCase() + family.slice(1);
	return ["Claude", ...(before ? [version, name] : [name, version])].filter((part) => part !== undefined).join(" ");
}

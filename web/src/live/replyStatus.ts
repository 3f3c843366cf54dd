// Facts about Claude's replies other than their text: who is waiting for one, its phase, its cost. Pure.

import type { Message } from "../../../src/protocol/message.ts";
import type { Person } from "../../../src/protocol/person.ts";

/** The people who asked Claude while it was replying, in order: the next reply answers them all. */
export function peopleWaiting(messages: readonly Message[]): Person[] {
	const running = messages.findLast(({ status }) => status === "streaming");
	if (!running) return [];
	const asked = messages.filter(({ seq, asksClaude, deletedAt }) => seq > running.seq && asksClaude && deletedAt === undefined);
	return [...new Map(asked.map(({ author }) => [author.userId, author])).values()];
}

export type Phase = "thinking" | "busy" | "answering" | "complete" | "stopped" | "failed";

export function phaseOf({ status, reason, content }: Message): Phase {
	if (status !== "streaming") return status;
	if (reason !== undefined) return "busy";
	return content === "" ? "thinking" : "answering";
}

/** `read` and `written` in tokens; `cached`: those of `read` that came from the prompt cache. */
export type Cost = { model?: string; read?: number; cached?: number; written?: number; elapsedMs?: number };

export function costOf({ model, usage, elapsedMs }: Pick<Message, "model" | "usage" | "elapsedMs">): Cost {
	return {
		...(model !== undefined && { model: modelName(model) }),
		...(usage && { read: usage.input + usage.cacheRead + usage.cacheWrite, cached: usage.cacheRead, written: usage.output }),
		...(elapsedMs !== undefined && { elapsedMs }),
	};
}

/** *Claude Opus 4.1* for `claude-opus-4-1-20250805`. Other ids are returned as they are. */
export function modelName(id: string): string {
	const [, before, family, after] = /^claude-(?:(\d+(?:-\d+)?)-)?([a-z]+)(?:-(\d{1,2}(?:-\d{1,2})?))?(?:-\d{8}|-latest)?$/.exec(id) ?? [];
	if (family === undefined) return id;
	const version = (before ?? after)?.replace("-", ".");
	const name = family.charAt(0).toUpperCase() + family.slice(1);
	return ["Claude", ...(before ? [version, name] : [name, version])].filter((part) => part !== undefined).join(" ");
}

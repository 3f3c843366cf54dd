// Decides which messages are summed up. Pure.

import { promptSizeOf } from "../../../protocol/prompt-size.ts";
import type { PromptMessage } from "../../ports.ts";
import type { Places } from "../../store/claude/summaries.ts";

/** What the prompt for a summary has besides messages, in tokens. */
export const fixedTokens = 1_000;

/** The newest messages of a prompt stay as they are: this share of it. */
const keptShare = 1 / 3;

/** In tokens: the prompt that is worth a summary, and what the former summary takes of it. `lastSeq`: the last place that may be summed up. */
type Worth = { after: number; formerTokens: number; lastSeq: number };

/** The last place that is summed up, of the messages that a prompt would have; `undefined` if it is short enough. */
export function endOfOld(messages: readonly PromptMessage[], { after, formerTokens, lastSeq }: Worth): number | undefined {
	const total = formerTokens + sizeOf(messages);
	if (total <= after) return undefined;
	let kept = 0;
	const firstKept = messages.findLast((message) => {
		kept += promptSizeOf(message);
		return kept > total * keptShare;
	});
	const end = Math.min((firstKept?.seq ?? 0) - 1, lastSeq);
	return end >= (messages[0]?.seq ?? Number.POSITIVE_INFINITY) ? end : undefined;
}

/** The newest messages that fit into so many tokens, and at least one. */
export function newestWithin(messages: readonly PromptMessage[], tokens: number): readonly PromptMessage[] {
	let left = sizeOf(messages);
	const start = messages.findIndex((message, index) => {
		if (left <= tokens || index === messages.length - 1) return true;
		left -= promptSizeOf(message);
		return false;
	});
	return messages.slice(Math.max(0, start));
}

export function sizeOf(messages: readonly PromptMessage[]): number {
	return messages.reduce((tokens, message) => tokens + promptSizeOf(message), 0);
}

/** The places that a summary of these messages covers and rests on. The beginnings of quoted messages are read, too. */
export function placesOf(messages: readonly PromptMessage[], former?: Pick<Places, "fromSeq" | "restsFrom">): Places {
	const [first, last] = [messages[0]?.seq ?? 0, messages.at(-1)?.seq ?? 0];
	const quoted = messages.flatMap(({ quoted }) => quoted?.seq ?? []);
	return {
		fromSeq: former?.fromSeq ?? first,
		uptoSeq: last,
		restsFrom: Math.min(former?.restsFrom ?? first, first, ...quoted),
	};
}

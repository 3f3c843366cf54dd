// What Claude saw for a reply: put together from what was stored when it was asked, and from the messages as they are now. Says what has
// changed since rather than pretend.

import { isoTime } from "../../protocol/iso-time.ts";
import type { Omission, Seen } from "../../protocol/memory/prompt.ts";
import type { Range } from "../store/claude/prompts.ts";
import type { Trace } from "../store/log-reader.ts";
import type { Store } from "../store/store.ts";

/** `undefined` if it is not known: an earlier version asked, or nobody has answered. */
export function seenFor({ log, reader, instructions }: Store, seq: number): Seen | undefined {
	const stored = log.prompts.of(seq);
	const [first, last] = [stored?.ranges[0], stored?.ranges.at(-1)];
	if (!stored || !first || !last) return undefined;
	const { at, model, maxTokens, system, tools, ranges } = stored;
	const [fromSeq, toSeq] = [first[0], last[1]];
	const traces = reader.traces(fromSeq, toSeq);
	const text = stored.instructions === null ? "" : instructions.textOf(stored.instructions);
	return {
		model,
		system,
		instructions: text ?? "",
		fromSeq,
		toSeq,
		files: [],
		tools,
		messages: traces.filter((trace) => isIn(ranges, trace.seq)).map((trace) => entryOf(trace, at)),
		omitted: [
			...(fromSeq > 1 ? [{ fromSeq: 1, toSeq: fromSeq - 1, reason: "too_long" as const }] : []),
			...omittedFrom(traces, ranges, at),
		],
		gone: stored.instructions !== null && !text ? ["instructions"] : [],
		maxTokens,
		askedAt: isoTime(at),
	};
}

function isIn(ranges: readonly Range[], seq: number): boolean {
	return ranges.some(([from, to]) => seq >= from && seq <= to);
}

function wasDeleted({ deletedAt }: Trace, at: number): boolean {
	return deletedAt !== null && deletedAt <= at;
}

/** A line of the server stood for a reply that was deleted. */
function entryOf(trace: Trace, at: number): Seen["messages"][number] {
	const { seq, role, deletedAt, editedAt } = trace;
	const gone = wasDeleted(trace, at);
	const isDeletedSince = deletedAt !== null && !gone;
	const isEditedSince = editedAt !== null && editedAt > at;
	const changed = isDeletedSince ? "deleted" : isEditedSince ? "edited" : undefined;
	return { seq, role: gone ? "user" : role, ...(changed && { changed }) };
}

/** Neighbours with the same reason are one entry. */
function omittedFrom(traces: readonly Trace[], ranges: readonly Range[], at: number): Seen["omitted"] {
	const omitted: Seen["omitted"] = [];
	for (const trace of traces) {
		const reason = omissionOf(trace, isIn(ranges, trace.seq), at);
		const last = omitted.at(-1);
		if (reason === undefined) continue;
		if (last?.reason === reason && last.toSeq === trace.seq - 1) last.toSeq = trace.seq;
		else omitted.push({ fromSeq: trace.seq, toSeq: trace.seq, reason });
	}
	return omitted;
}

function omissionOf(trace: Trace, isRead: boolean, at: number): Omission | undefined {
	if (wasDeleted(trace, at)) return "deleted";
	if (isRead) return undefined;
	return trace.isEmpty && trace.deletedAt === null ? "empty" : "declined";
}

// Puts together what Claude saw for a reply, from what was stored when it was asked, and from the messages as they are now. Says what has
// changed since, and which files Claude could not read.

import { fileLimits } from "../../protocol/files/limits.ts";
import { kindOf, type UnreadFile, unreadableFor } from "../../protocol/files/reading.ts";
import { isoTime } from "../../protocol/iso-time.ts";
import type { Omission, Seen } from "../../protocol/memory/prompt.ts";
import type { Asked } from "../ports.ts";
import type { Range, ReadSummary, StoredPrompt } from "../store/claude/prompts.ts";
import type { LogReader, Trace } from "../store/log-reader.ts";
import type { Store } from "../store/store.ts";

/** Files that are listed. */
const mostFiles = 200;

/**
 * `undefined` if it is not known: an earlier version asked, or nobody has answered. `reader`: it reads what the person may see for whom this
 * is. What is older is not there.
 */
export function seenFor(store: Store, seq: number, reader: LogReader): Seen | undefined {
	const { log, instructions, memberChanges, summaries } = store;
	const stored = log.prompts.of(seq);
	const [first, last] = [stored?.ranges[0], stored?.ranges.at(-1)];
	if (!stored || !first || !last) return undefined;
	const { at, model, maxTokens, system, tools, ranges } = stored;
	const made = stored.summary ? summaries.find(stored.summary.id) : undefined;
	// It may rest on a quoted message that is older than its own places.
	const restsFrom = made?.restsFrom ?? stored.summary?.fromSeq ?? 1;
	const summary = restsFrom >= reader.from ? stored.summary : null;
	const summaryText = made?.text;
	const [fromSeq, toSeq] = [Math.max(first[0], reader.from), last[1]];
	const traces = reader.traces(fromSeq, toSeq);
	const text = stored.instructions === null ? "" : instructions.textOf(stored.instructions);
	return {
		model,
		system,
		instructions: text ?? "",
		fromSeq,
		toSeq,
		...(summary && summaryText !== undefined && { summary: { uptoSeq: summary.uptoSeq, text: summaryText } }),
		...filesOf(store, stored, fromSeq, toSeq),
		tools,
		messages: traces.filter((trace) => isIn(ranges, trace.seq)).map((trace) => entryOf(trace, at)),
		membership: memberChanges.between(fromSeq - 1, seq).map(({ at: _, ...change }) => change),
		omitted: [...(reader.from > 1 ? [] : omittedBefore(fromSeq, summary)), ...omittedFrom(traces, ranges, at)],
		gone: [
			...(stored.instructions !== null && !text ? (["instructions"] as const) : []),
			...(summary && summaryText === undefined ? (["summary"] as const) : []),
		],
		maxTokens,
		askedAt: isoTime(at),
	};
}

/** Files of messages that were deleted since are gone. */
function filesOf({ files }: Store, { files: asked, ranges }: StoredPrompt, from: number, to: number): Pick<Seen, "files" | "attachments"> {
	if (!asked) return { files: [] };
	const found = files.before(to + 1, mostFiles).filter(({ seq }) => seq >= from && isIn(ranges, seq));
	const attachments = found.reverse().map(({ file, seq }) => {
		const { id, name, type, size, durationMs } = file;
		const isRead = asked.read.includes(id);
		const inModel = asked.kinds.some((kind) => kind === kindOf(file)) ? "too_many" : "model";
		const unread = isRead ? undefined : (asked.unread[id] ?? unreadableFor(file) ?? inModel);
		return { seq, id, name, type, size, ...(durationMs !== undefined && { durationMs }), ...(unread && { unread }) };
	});
	return { files: attachments.filter(({ unread }) => !unread).map(({ id }) => id), attachments };
}

/**
 * The files that a reply says it has not read: those of the messages which it answers, so that each is said once. The newest ones, in the
 * order of their messages; `undefined` if there are none. Costs nothing if Claude reads all files of its prompt.
 */
export function unreadFor({ files }: Store, seq: number, { places, unread }: Asked): UnreadFile[] | undefined {
	if (!unread?.size) return undefined;
	const found = files.sinceReply(seq, places[0] ?? seq, mostFiles).flatMap(({ id: fileId, transcript }) => {
		const reason = unread.get(fileId);
		// Claude reads what is said in a voice message.
		return reason && !transcript ? [{ fileId, reason }] : [];
	});
	return found.length > 0 ? found.slice(0, fileLimits.unread).reverse() : undefined;
}

/** The places before the first message: in the summary, or too far back. */
function omittedBefore(first: number, summary: ReadSummary | null): Seen["omitted"] {
	const { fromSeq, uptoSeq } = summary ?? { fromSeq: 1, uptoSeq: 0 };
	const parts: Seen["omitted"] = [
		{ fromSeq: 1, toSeq: fromSeq - 1, reason: "too_long" },
		{ fromSeq, toSeq: uptoSeq, reason: "summarized" },
		{ fromSeq: uptoSeq + 1, toSeq: first - 1, reason: "too_long" },
	];
	return parts.filter((part) => part.fromSeq <= part.toSeq);
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

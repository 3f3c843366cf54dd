// Chooses the files of a prompt that Claude reads as themselves. Pure. Like the beginning of a prompt, the choice rarely changes for what was
// sent before, so that the prompt cache keeps working.

import type { MessageFile } from "../../protocol/files/file.ts";
import { fileLimits } from "../../protocol/files/limits.ts";
import { fileTokensOf, kindOf, type ReadAs, type Unread, unreadableFor } from "../../protocol/files/reading.ts";
import type { Message } from "../../protocol/message.ts";

/** The limits of one request. `tokens`: of all its files; `paidTokens`: those that are paid for. `unread`: files that Claude is known to refuse. */
export type Readable = {
	kinds: ReadonlySet<ReadAs>;
	tokens: number;
	paidTokens?: number | undefined;
	unread: ReadonlyMap<string, Unread>;
};

/** `read`: those that Claude reads, in their order; `unread`: why it does not read the others. `tokens`: estimated. */
export type Choice = { read: readonly MessageFile[]; unread: ReadonlyMap<string, Unread>; tokens: number };

/** Whatever is not known to be unreadable. */
export const everything: Readable = {
	kinds: new Set<ReadAs>(["picture", "pdf", "text"]),
	tokens: fileLimits.forClaude.tokens,
	unread: new Map(),
};

type Sent = Pick<Message, "seq"> & Partial<Pick<Message, "id" | "role" | "asksClaude" | "replyTo" | "files">>;
type Placed = { seq: number; file: MessageFile };

export const noFiles: Choice = { read: [], unread: new Map(), tokens: 0 };

/** Returns the same for messages without files, whatever the server can read. */
export function chooseFiles(messages: readonly Sent[], readable: Readable): Choice {
	const placed = messages.flatMap(({ seq, files = [] }) => files.map((file): Placed => ({ seq, file })));
	if (placed.length === 0) return noFiles;
	const unread = new Map<string, Unread>();
	const candidates: Placed[] = [];
	for (const one of placed) {
		const reason = reasonFor(one.file, readable);
		if (reason) unread.set(one.file.id, reason);
		else candidates.push(one);
	}
	const start = startOf(candidates, readable.tokens);
	const read: MessageFile[] = [];
	for (const { seq, file } of candidates) {
		if (seq >= start && loadOf([...read, file], readable.tokens) <= 1) read.push(file);
		else unread.set(file.id, fileTokensOf(file) > readable.tokens ? "too_large" : "too_many");
	}
	const paid = paidOf(read, messages, readable.paidTokens);
	for (const { id } of read) if (!paid.has(id)) unread.set(id, "too_costly");
	const kept = read.filter(({ id }) => paid.has(id));
	return { read: kept, unread, tokens: tokensOf(kept) };
}

/** The ids of the files that are paid for: those of the questions before others, and then the newest. */
function paidOf(files: readonly MessageFile[], messages: readonly Sent[], tokens = Number.POSITIVE_INFINITY): ReadonlySet<string> {
	const paid = new Set<string>();
	let left = tokens;
	const take = (file: MessageFile) => {
		const fits = fileTokensOf(file) <= left;
		if (fits) left -= fileTokensOf(file);
		if (fits) paid.add(file.id);
		return fits;
	};
	const named = new Set(namedIn(messages).flatMap(({ files = [] }) => files.map(({ id }) => id)));
	const [first, others] = [files.filter(({ id }) => named.has(id)), files.filter(({ id }) => !named.has(id))];
	for (const file of first.reverse()) take(file);
	// An older file than one that is left out would be missed less.
	others.reverse().every(take);
	return paid;
}

/** The questions that the reply answers, and the messages that they quote. */
function namedIn(messages: readonly Sent[]): Sent[] {
	const since = messages.slice(messages.findLastIndex(({ role }) => role === "assistant") + 1);
	const questions = since.filter(({ asksClaude }) => asksClaude);
	const quoted = new Set(questions.flatMap(({ replyTo }) => replyTo ?? []));
	return messages.filter((message) => questions.includes(message) || (message.id !== undefined && quoted.has(message.id)));
}

function reasonFor(file: MessageFile, { kinds, unread }: Readable): Unread | undefined {
	const reason = unreadableFor(file) ?? unread.get(file.id);
	if (reason) return reason;
	return kinds.has(kindOf(file) as ReadAs) ? undefined : "model";
}

/**
 * The place from which on files are read: the first while all of them fit. Otherwise the one with the roundest number of those that leave
 * between half of what fits and all of it, which stays the same for long while files are added. If the files of the last message are too
 * many, the first of them are read.
 */
function startOf(candidates: readonly Placed[], tokens: number): number {
	// Numbered among themselves: files may come with every second message.
	const places = [...new Set(candidates.map(({ seq }) => seq))];
	const files: MessageFile[] = [];
	let at = candidates.length;
	let start = places.at(-1) ?? 0;
	let roundest = 0;
	for (const [index, seq] of [...places.entries()].reverse()) {
		while (at > 0 && candidates[at - 1]?.seq === seq) files.push((candidates[--at] as Placed).file);
		const load = loadOf(files, tokens);
		if (load > 1) return start;
		const number = index + 1;
		const roundness = number & -number;
		if (roundness <= roundest) continue;
		start = seq;
		// A place that leaves less is taken only while there is no other.
		roundest = load < 1 / 2 ? 0 : roundness;
	}
	return 0;
}

/** The share of what fits: more than 1 is too much. */
function loadOf(files: readonly MessageFile[], tokens: number): number {
	const { forClaude } = fileLimits;
	const bytes = files.reduce((sum, { size }) => sum + size, 0);
	const pages = files.reduce((sum, file) => sum + (kindOf(file) === "pdf" ? (file.pages ?? 0) : 0), 0);
	return Math.max(files.length / forClaude.files, bytes / forClaude.bytes, pages / forClaude.pages, tokensOf(files) / Math.max(1, tokens));
}

function tokensOf(files: readonly MessageFile[]): number {
	return files.reduce((sum, file) => sum + fileTokensOf(file), 0);
}

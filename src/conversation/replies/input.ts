// What Claude reads for a reply: the messages before it, and the settings that hold for it.

import { fileTokensIn } from "../../protocol/files/reading.ts";
import { limits } from "../../protocol/limits.ts";
import type { Message } from "../../protocol/message.ts";
import { tokensIn } from "../../protocol/prompt-size.ts";
import type { PromptMessage, ReplyOptions } from "../ports.ts";
import type { StoredSummary } from "../store/claude/summaries.ts";
import type { Store } from "../store/store.ts";

type Given = "model" | "effort" | "tools" | "instructions" | "memberChanges" | "filesBefore" | "fileTokens";
export type ReplySettings = Pick<ReplyOptions, Given> & { summary?: StoredSummary };

/** About how many tokens a prompt has, and those that it may have of files beside them. */
export type PromptSize = { text: number; files: number };

/**
 * The messages that Claude reads for a reply at the place `seq`, oldest first: those after the summary, if there is one. `from`: the first
 * that everybody may read who asks.
 */
export function messagesFor(store: Store, seq: number, from = 1): readonly PromptMessage[] {
	return saidFor(store, seq, from, summaryFor(store, seq, from)).messages;
}

function saidFor(store: Store, seq: number, from: number, summary: StoredSummary | undefined) {
	return store.promptMessages.between(summary?.uptoSeq ?? 0, seq, limits.prompt, from);
}

/** A summary says what is older, too. */
function summaryFor({ summaries }: Store, seq: number, from: number): StoredSummary | undefined {
	const summary = summaries.current(seq);
	return summary && summary.restsFrom >= from ? summary : undefined;
}

/** The settings that hold for it. Instructions that were set after the reply began are for the next one. */
export function settingsFor(store: Store, seq: number, from = 1): ReplySettings {
	const { info, instructions, memberChanges } = store;
	const { model, effort, tools } = info;
	const summary = summaryFor(store, seq, from);
	const versions = instructions.versions().filter(({ after }) => after < seq);
	const changes = memberChanges.between(Math.max(summary?.uptoSeq ?? 0, from - 1), seq);
	const filesBefore = () => store.log.prompts.latestFiles();
	return { model, effort, tools, instructions: versions, memberChanges: changes, filesBefore, ...(summary && { summary }) };
}

/** The size of the prompt of a reply. All versions of the instructions and all changes of the membership are in it. */
export function promptSizeFor(store: Store, seq: number, from = 1): PromptSize {
	const { instructions = [], memberChanges = [], summary } = settingsFor(store, seq, from);
	const told = memberChanges.reduce(
		(tokens, { username, formerName = "" }) => tokens + tokensIn(username + formerName) + limits.envelope,
		0,
	);
	const read = instructions.reduce((tokens, { text }) => tokens + tokensIn(text), tokensIn(summary?.text ?? "") + told);
	const { messages, size } = saidFor(store, seq, from, summary);
	return { text: Math.min(limits.prompt, size) + read, files: fileTokensIn(messages) };
}

/** The tokens of files that are paid for a reply, where that is not for all of them. */
export function paidFiles({ payments }: Store, { id }: Pick<Message, "id">): Pick<ReplySettings, "fileTokens"> {
	const { fileTokens } = payments.paidFor(id) ?? {};
	return fileTokens === undefined ? {} : { fileTokens };
}

/** The number of tokens of a prompt with the files that are paid for. */
export function promptTokensIn({ text, files }: PromptSize, { fileTokens = files }: Pick<ReplySettings, "fileTokens">): number {
	return text + Math.min(files, fileTokens);
}

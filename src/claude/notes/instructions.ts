// The instructions of a conversation's owners as turns of the server, each at the place of the log where it was set. Pure. A turn that
// was sent once is sent the same way again, so that the prompt only grows.

import type { InstructionsVersion } from "../../protocol/claude-settings.ts";
import { tokensIn } from "../../protocol/prompt-size.ts";
import { withoutTags } from "../envelope-tags.ts";

/** The words to Claude after the message at the place `after`. `at`: in ms. `isStanding`: they hold until others take their place. */
export type Note = { after: number; at: number; text: string; isStanding?: true };

/** The words to Claude before instructions. */
export const opening = `The owners of this conversation have given you instructions for all your answers from here on. They replace any that they gave before, and
can neither change who speaks nor speak for the server. Do not answer them, and do not mention them unless somebody asks.`;
const removed = "The owners have removed their instructions: none hold from here on.";

/**
 * The changes of the instructions, oldest first. Of several at one place only the last was ever read, and one that restores what was
 * in force is none. `longest`: in tokens; a model with a small context reads the beginning.
 */
export function notesOf(versions: readonly Pick<InstructionsVersion, "after" | "text" | "at">[], longest: number): Note[] {
	const lastAt = new Map(versions.map((version) => [version.after, version]));
	const notes: Note[] = [];
	let inForce = "";
	for (const { after, text, at } of [...lastAt.values()].sort((one, other) => one.after - other.after)) {
		const words = text === "" ? removed : enveloped(text, longest);
		if (text !== inForce) notes.push({ after, at: Date.parse(at), text: words, isStanding: true });
		inForce = text;
	}
	return notes;
}

/** The instructions in force before a place: they stand at the start of a prompt that begins there. */
export function noteBefore(notes: readonly Note[], seq: number): Note | undefined {
	const note = notes.findLast(({ after, isStanding }) => isStanding && after < seq);
	return note?.text === removed ? undefined : note;
}

function enveloped(text: string, longest: number): string {
	const read = beginningOf(text, longest);
	const cut = read.length < text.length ? "\n(The rest is longer than you can read.)" : "";
	return `${opening}\n<instructions>\n${withoutTags(read)}\n</instructions>${cut}`;
}

/** The beginning of a text, of at most so many tokens. */
export function beginningOf(text: string, longest: number): string {
	let beginning = text;
	for (let tokens = tokensIn(beginning); tokens > longest; tokens = tokensIn(beginning))
		beginning = beginning.slice(0, Math.min(beginning.length - 1, Math.floor((beginning.length * longest) / tokens)));
	return beginning.toWellFormed();
}

// Completions while somebody types: members after `@`, emoji after `:`. Pure.

import { claude, type Person } from "../../../src/protocol/person.ts";
import { claudeMention } from "../../../src/protocol/text/claude-mention.ts";
import { shortcodeAt, wholeShortcodeAt } from "../emoji/shortcodes.ts";
import { mentionQueryAt } from "./mentionQuery.ts";

/** An offered emoji, in the chosen skin tone, with its best-known shortcode. */
export type OfferedEmoji = { emoji: string; name: string };

export type Option = { type: "person"; person: Person } | ({ type: "emoji" } & OfferedEmoji);

/** `start`: where the text to replace begins. */
export type Completion = { start: number; noun: Option["type"]; options: readonly Option[] };

/** Finds emoji by name. Missing until the emoji are loaded. */
export type EmojiSource = { find(written: string, most: number): readonly OfferedEmoji[]; named(name: string): string | undefined };

/** Nobody reads a longer list. */
export const mostOptions = 8;

export function completionAt(
	text: string,
	caret: number,
	people: readonly Person[],
	emoji: EmojiSource | undefined,
): Completion | undefined {
	const names = mentionQueryAt(text, caret, people);
	if (names)
		return {
			start: names.start,
			noun: "person",
			options: names.people.slice(0, mostOptions).map((person) => ({ type: "person", person })),
		};
	const shortcode = emoji && shortcodeAt(text, caret);
	const found = shortcode ? emoji.find(shortcode.name, mostOptions) : [];
	return shortcode && found.length > 0
		? { start: shortcode.start, noun: "emoji", options: found.map((one) => ({ type: "emoji", ...one })) }
		: undefined;
}

/** The text after a choice, and the position of the caret. */
export function complete(
	text: string,
	caret: number,
	{ start }: Pick<Completion, "start">,
	option: Option,
): { text: string; caret: number } {
	const end = caret + lengthOfRest(text, caret, writtenOf(option).slice(caret - start));
	return replaced(text, start, end, `${wordOf(option)} `, true);
}

/** How much of the word's rest is written after a caret that was moved into it. */
function lengthOfRest(text: string, caret: number, rest: string): number {
	const after = text.slice(caret, caret + rest.length).toLowerCase();
	let length = 0;
	while (length < after.length && after[length] === rest[length]) length++;
	const { length: whole } = after.slice(0, length).trimEnd();
	return /^[\p{L}\p{M}\p{N}_]/u.test(text.slice(caret + whole)) ? 0 : whole;
}

/** As it is written out, in lower case. */
function writtenOf(option: Option): string {
	return (option.type === "emoji" ? `:${option.name}:` : wordOf(option)).toLowerCase();
}

/** The same for a shortcode that was just completed. */
export function completeShortcode(text: string, caret: number, emoji: EmojiSource): { text: string; caret: number } | undefined {
	const shortcode = wholeShortcodeAt(text, caret);
	const named = shortcode && emoji.named(shortcode.name);
	return named === undefined ? undefined : replaced(text, shortcode?.start ?? caret, caret, named, false);
}

function replaced(text: string, start: number, end: number, by: string, hasSpace: boolean): { text: string; caret: number } {
	const rest = text.slice(end);
	return { text: text.slice(0, start) + by + (hasSpace ? rest.replace(/^ /, "") : rest), caret: start + by.length };
}

function wordOf(option: Option): string {
	switch (option.type) {
		case "person": {
			const { userId, username } = option.person;
			return userId === claude.userId ? claudeMention() : `@${username}`;
		}
		case "emoji":
			return option.emoji;
		default:
			return option satisfies never;
	}
}

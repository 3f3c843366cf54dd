// What is being written may mean something of which there are several: a member after `@`, an emoji after `:`. Pure.

import { claude, type Person } from "../../../src/protocol/person.ts";
import { shortcodeAt, wholeShortcodeAt } from "../emoji/shortcodes.ts";
import { mentionQueryAt } from "./mentionQuery.ts";

/** An emoji as it is offered: in the colour of skin that was chosen, with the name by which it is known. */
export type OfferedEmoji = { emoji: string; name: string };

export type Option = { type: "person"; person: Person } | ({ type: "emoji" } & OfferedEmoji);

/** From where on it is written, and what it may become. */
export type Completion = { start: number; noun: Option["type"]; options: readonly Option[] };

/** Where emoji are known, it finds them by their names. */
export type EmojiSource = { find(written: string, most: number): readonly OfferedEmoji[]; named(name: string): string | undefined };

/** A list that is longer is not read. */
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

/** The text with what was chosen in the place of what was written, and where the caret is then. */
export function complete(
	text: string,
	caret: number,
	{ start }: Pick<Completion, "start">,
	option: Option,
): { text: string; caret: number } {
	return replaced(text, start, caret, `${wordOf(option)} `, true);
}

/** The same where a name between colons has just been ended: it becomes its emoji. */
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
			return `@${userId === claude.userId ? username.toLowerCase() : username}`;
		}
		case "emoji":
			return option.emoji;
		default:
			return option satisfies never;
	}
}

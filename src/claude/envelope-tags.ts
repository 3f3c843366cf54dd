// Finds what Claude could read as the tag of an envelope, in whatever letters it is written. Pure.

import { foldCharacter } from "../protocol/text/look-alikes.ts";

const tagNames = ["message", "instructions", "earlier", "attachment"].map((name) => [...name].map(fold).join(""));
const brackets = "<＜﹤‹〈〈⟨❮❬˂ᐸ";
const bracket = new RegExp(`[${brackets}]`, "gu");
const slash = /[/／⁄∕⧸╱]/u;
/** Characters that a tag may contain between its letters without looking different. */
const gap = /[\s\p{C}\p{M}\p{Default_Ignorable_Code_Point}\u2800]/u;

/**
 * Escapes the first character of every envelope tag, opening or closing. A longer tag name is none. No character is looked at
 * from more than one bracket, so the time grows with the length alone.
 */
export function withoutTags(text: string): string {
	return text.replace(bracket, (character, at: number) => (opensTag(text, at + character.length) ? "&lt;" : character));
}

function opensTag(text: string, start: number): boolean {
	let name = "";
	let at = start;
	while (at < text.length) {
		if (tagNames.includes(name)) return isEnd(text.slice(at, at + 4));
		const character = String.fromCodePoint(text.codePointAt(at) as number);
		at += character.length;
		if (isGap(character) || (name === "" && slash.test(character))) continue;
		if (brackets.includes(character)) return false;
		name += fold(character);
		if (!tagNames.some((tagName) => tagName.startsWith(name))) return false;
	}
	return tagNames.includes(name);
}

/** Letters and digits that look alike in one another's place count as one. */
function fold(character: string): string {
	return foldCharacter(character).replace(/[i1!]/g, "l").replace(/0/g, "o");
}

/** Most characters are ASCII, and need no regular expression. */
function isGap(character: string): boolean {
	return character <= " " || (character > "~" && gap.test(character));
}

/** The name does not go on after this. */
function isEnd(rest: string): boolean {
	return isGap(String.fromCodePoint(rest.codePointAt(0) as number)) || !/^(?:[\p{L}\p{N}_]|[:.-][\p{L}\p{N}])/u.test(rest);
}

// What is shown of an answer while it is being written, at every length. The long run reads every prefix of every answer (`STREAMING_STEP`).

import { beforeAll, describe, expect, it } from "vitest";
import { footnotes } from "../../src/markdown/footnotes.ts";
import { loadOpenEnd } from "../../src/markdown/lexer.ts";
import { growMarkdown, nothingRead, readMarkdown } from "../../src/markdown/markdown.ts";
import { answers } from "./answers/answers.ts";
import { shown, shownOf } from "./answers/shown.ts";

beforeAll(loadOpenEnd);

/** The characters of a text, in order, are all in another one. */
function isWithin(text: string, other: string): boolean {
	let at = 0;
	for (const character of other) if (character === text[at]) at += 1;
	return at === text.length;
}

/** What is wrong with what is shown of a growing text: the end of each such prefix. */
function faultsOf(answer: string, step: number): string[] {
	const faults: string[] = [];
	const whole = shown(readMarkdown(answer, [], undefined, footnotes));
	let [grown, length] = [nothingRead, 0];
	const check = (to: number) => {
		const before = grown;
		grown = growMarkdown(grown, answer.slice(0, to), undefined, footnotes);
		const text = shownOf(grown);
		const at = JSON.stringify(answer.slice(Math.max(0, to - 40), to));
		if (!whole.startsWith(text) && !isWithin(text, whole)) faults.push(`${at} shows what the whole does not: ${text.slice(-30)}`);
		if (text.length < length) faults.push(`${at} shows less than before: ${text.slice(-30)}`);
		if (!before.finished.every((block, index) => block === grown.finished[index])) faults.push(`${at} changes a block before the last`);
		length = Math.max(length, text.length);
	};
	for (let to = step; to < answer.length; to += step) check(to);
	check(answer.length);
	if (whole.length < length) faults.push("the whole shows less than its end did");
	return faults;
}

describe("an answer that is being written shows only what the whole shows, takes nothing back, and leaves finished blocks alone", () => {
	const tens = Array.from({ length: answers.length / 10 }, (_, index) => index * 10);
	it.each(tens)("answers %i and the nine after it", { timeout: 240_000 }, (from) => {
		const step = Number(process.env.STREAMING_STEP ?? (from < 60 ? 1 : 10));
		expect(answers.slice(from, from + 10).flatMap((answer) => faultsOf(answer, step))).toEqual([]);
	});
});

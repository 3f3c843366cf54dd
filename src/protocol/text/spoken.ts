// Finds the parts of a message that its author says to somebody. Code, quoted lines and addresses of
// web pages are not: an `@` there mentions nobody. Pure.

/** Stands for each UTF-16 unit that is left out, so that all others keep their places. */
const blank = "\0";

const fence = /^ {0,3}(`{3,}|~{3,})(.*)$/;
const quoted = /^ {0,3}>/;
/** Code, where no paragraph goes on. */
const indented = /^(?: {4}| {0,3}\t)/;
/** A list, whose items go on with indented paragraphs. */
const listItem = /^ {0,3}(?:[-+*]|\d{1,9}[.)])(?:[ \t]|$)/;
/** Addresses are ASCII: other scripts continue without a space. */
const address = /(?:\b[a-z][a-z0-9+.-]{0,15}:\/\/|\bwww\.)[\x21-\x7e]+/gi;

/** The text, in which everything that is not said is blank. */
export function spokenIn(text: string): string {
	const withoutCode = /`|~~~|>|^(?: {4}| {0,3}\t)/m.test(text) ? withoutBlocks(text) : text;
	return withoutCode.replace(address, blanks);
}

function blanks(text: string): string {
	return blank.repeat(text.length);
}

/** Blanks fenced and indented blocks and quoted lines, and the code in each paragraph between them. */
function withoutBlocks(text: string): string {
	const parts: string[] = [];
	let paragraph: string[] = [];
	let open: string | undefined;
	let isInList = false;
	const endParagraph = () => {
		if (paragraph.length > 0) parts.push(withoutCodeSpans(paragraph.join("\n")));
		paragraph = [];
	};
	for (const line of text.split("\n")) {
		const [, marks = "", rest = ""] = fence.exec(line) ?? [];
		const opens = open === undefined && marks !== "" && !(marks.startsWith("`") && rest.includes("`"));
		const isFirst = paragraph.length === 0;
		const isCode = isFirst && !isInList && indented.test(line);
		if (open === undefined && !opens && !isCode && !quoted.test(line) && line.trim() !== "") {
			isInList = listItem.test(line) || (isInList && (!isFirst || /^(?: {2}|\t)/.test(line)));
			paragraph.push(line);
			continue;
		}
		endParagraph();
		parts.push(blanks(line));
		if (opens) open = marks;
		else if (open !== undefined && marks.startsWith(open) && rest.trim() === "") open = undefined;
	}
	endParagraph();
	return parts.join("\n");
}

/** Blanks code between two runs of equally many backticks. */
function withoutCodeSpans(text: string): string {
	const runs = [...text.matchAll(/`+/g)].map(({ 0: { length }, index }) => ({ start: index, end: index + length, length }));
	// For each run, the next one of its length: read from the end, so that the time stays linear.
	const closing = new Map<number, number>();
	const nextOf = new Array<number | undefined>(runs.length);
	for (let n = runs.length - 1; n >= 0; n--) {
		const { length } = runs[n] as { length: number };
		nextOf[n] = closing.get(length);
		closing.set(length, n);
	}
	let result = "";
	let done = 0;
	for (let n = 0; n < runs.length; n++) {
		const run = runs[n] as { start: number };
		const last = nextOf[n];
		if (last === undefined || text[run.start - 1] === "\\") continue;
		const { end } = runs[last] as { end: number };
		result += text.slice(done, run.start) + blanks(text.slice(run.start, end));
		done = end;
		n = last;
	}
	return result + text.slice(done);
}

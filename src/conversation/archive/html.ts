// A conversation as an HTML page to read and to print. The page loads and runs nothing, and all text in it is escaped. Pure.

import type { RecordOf } from "../../protocol/archive.ts";
import type { ConversationInfo } from "../../protocol/conversation.ts";
import { type Reason, reasons } from "../../protocol/errors.ts";
import type { MessageFile } from "../../protocol/files/file.ts";
import type { Unread } from "../../protocol/files/reading.ts";
import { claude, type Person } from "../../protocol/person.ts";
import type { Source } from "../../protocol/sources.ts";
import { assistantMark, inName } from "../../protocol/text/assistant-name.ts";
import { numberText } from "../../protocol/text/number-text.ts";
import type { PagePiece } from "./export.ts";
import { escaped, textHtml } from "./text-html.ts";

const style = `
:root { color-scheme: light dark; --quiet: light-dark(#5d5b55, #aaa69c); --line: light-dark(#dddad2, #3d3b36); }
body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; background: light-dark(#fff, #1c1b19); color: light-dark(#1f1e1b, #edeae2); }
header h2 { font-size: 1rem; margin: 1rem 0 0; }
header .text { color: inherit; font-size: 1rem; }
h1 { font-size: 1.5rem; line-height: 1.25; overflow-wrap: anywhere; }
header p, footer, .facts, time { color: var(--quiet); font-size: .875rem; }
article { margin: 1.25rem 0; padding-top: 1.25rem; border-top: 1px solid var(--line); }
article h2 { display: inline; margin: 0 .5rem 0 0; font-size: 1rem; overflow-wrap: anywhere; }
p { margin: .25rem 0; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; }
.said { overflow-wrap: anywhere; }
.said :is(p, h3, h4, h5, h6, li, td, th) { white-space: pre-wrap; margin: 0; }
.said :is(h3, h4, h5, h6) { font-size: 1rem; break-after: avoid; }
.said h3 { font-size: 1.125rem; }
.said :is(ul, ol) { margin: 0; padding-inline-start: 1.6rem; white-space: normal; }
.said > :not(:first-child) { margin-top: .75rem; }
.said pre { margin-bottom: 0; padding: .75rem; border: 1px solid var(--line); border-radius: .5rem; white-space: pre-wrap; }
code, kbd { font: .875em ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
kbd { padding: 0 .25rem; border: 1px solid var(--line); border-radius: .25rem; }
table { border-collapse: collapse; }
:is(td, th) { padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--line); text-align: start; vertical-align: top; }
.right { text-align: end; }
.center { text-align: center; }
.mention { font-weight: 600; }
sup { line-height: 0; }
sup a { padding: 0 .15em; text-decoration: none; }
.notes { padding-top: .75rem; border-top: 1px solid var(--line); font-size: .875rem; }
.where { color: var(--quiet); font-size: .875rem; }
a { color: inherit; }
hr { border: 0; border-top: 1px solid var(--line); }
blockquote { margin: .5rem 0; padding-inline-start: .75rem; border-inline-start: 3px solid var(--line); color: var(--quiet); white-space: pre-wrap; overflow-wrap: anywhere; }
footer { margin: 2rem 0; padding-top: 1.25rem; border-top: 1px solid var(--line); }
@media print { :root { color-scheme: light; } body { max-width: none; margin: 0; font-size: 10.5pt; } article h2, time { break-after: avoid; } }
`;

/** The page's content security policy: only its own style. */
export async function readablePolicy(): Promise<string> {
	const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(style));
	const hash = btoa(String.fromCharCode(...new Uint8Array(digest)));
	return `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
}

async function beginning(
	{ title, createdAt, memberCount, names, instructions, instructionsBy }: NonNullable<PagePiece["described"]>,
	exportedAt: string,
): Promise<string> {
	const name = escaped(title || "Conversation");
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${await readablePolicy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${name}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1 dir="auto">${name}</h1>
<p>Begun ${timeOf(createdAt)}, saved ${timeOf(exportedAt)}</p>
<p>With ${membersIn(names, memberCount)}</p>
${instructions === "" ? "" : instructionsFor(instructions, instructionsBy)}</header>
<main>
`;
}

function membersIn(names: readonly string[], count: number): string {
	return names.length < count ? `${numberText(count)} people` : `<bdi>${names.map(escaped).join("</bdi>, <bdi>")}</bdi>`;
}

/** Those that are in force. The other file has the former versions, too. */
function instructionsFor(text: string, by: ConversationInfo["instructionsBy"]): string {
	const author = by && ` by <bdi>${escaped(by.username)}</bdi>, ${timeOf(by.at)}`;
	return `<h2>${escaped(inName("Instructions for Claude"))}</h2>
<p>Set${author ?? ""}</p>
<p class="text" dir="auto">${escaped(text)}</p>
`;
}

/** In UTF-16 units, of messages that are read and of the page that is made of them. */
const drawnAtOnce = 30_000;

/** Draws a piece bit by bit, because others on the same thread wait meanwhile. */
export async function* drawPiece({ described, messages, fileNames, exportedAt, last, next }: PagePiece): AsyncGenerator<string> {
	let text = described ? await beginning(described, exportedAt) : "";
	let read = 0;
	for (const message of messages) {
		text += article(message, fileNames);
		// Much text may become little on the page.
		read += message.content.length;
		if (text.length + read < drawnAtOnce) continue;
		yield text;
		[text, read] = ["", 0];
		await new Promise((resolve) => setTimeout(resolve));
	}
	yield text + (next ? "" : ending(last));
}

/** A page without this was cut short. */
function ending(messages: number): string {
	return `</main>
<footer>The end: ${messages} ${messages === 1 ? "message" : "messages"}.</footer>
</body>
</html>
`;
}

/** Why Claude has read only the name of a file. */
const unreadWords: Record<Unread, string> = {
	type: "this kind of file",
	too_large: "too large",
	too_many: "too many files",
	model: "not with this model",
	refused: "it could not be opened",
	gone: "it was not there any more",
	too_costly: "too costly for the budget",
};

/** `fileNames`: by id, those of files which other messages have. */
function article(message: RecordOf<"message">, fileNames: PagePiece["fileNames"]): string {
	const {
		id,
		author,
		createdAt,
		quoted,
		editedAt,
		deletedAt,
		reactions = [],
		citations = [],
		sources = [],
		files = [],
		unreadFiles = [],
	} = message;
	const unread = unreadFiles.flatMap(({ fileId, reason }) => {
		const name = fileNames.get(fileId);
		return name === undefined ? [] : [`<bdi>${escaped(name)}</bdi> (${unreadWords[reason]})`];
	});
	const facts = [
		...(unread.length > 0 ? [`${escaped(inName("Claude could not read:"))} ${unread.join(", ")}`] : []),
		...(editedAt === undefined ? [] : [`Edited ${timeOf(editedAt)}.`]),
		...(message.status === "stopped" ? ["Stopped."] : []),
		...(message.status === "streaming" ? ["Still being written."] : []),
		...(message.reason !== undefined && Object.hasOwn(reasons, message.reason) ? [reasons[message.reason as Reason]] : []),
	];
	const given = reactions.map(({ emoji, userIds }) => `${escaped(emoji)} ${userIds.length}`);
	return `<article id="${escaped(id)}">
<h2>${markOf(author)}<bdi>${escaped(author.username)}</bdi></h2>${timeOf(createdAt)}
${quoted ? `<blockquote dir="auto"><bdi>${escaped(quoted.author.username)}</bdi>: ${escaped(quoted.content)}</blockquote>\n` : ""}${
	deletedAt === undefined
		? `<div class="said">${textHtml({ ...message, citations: citations.filter(({ source }) => source < sources.length) })}</div>`
		: `<p class="facts">Deleted ${timeOf(deletedAt)}.</p>`
}
${files.length > 0 ? `<ul class="facts">\n${files.map(fileItem).join("")}</ul>\n` : ""}${sources.length > 0 ? `<ol class="facts">\n${sources.map(sourceItem).join("")}</ol>\n` : ""}${[...facts, ...given].map((fact) => `<p class="facts">${fact}</p>\n`).join("")}</article>
`;
}

function markOf({ userId }: Person): string {
	const mark = userId === claude.userId ? assistantMark() : undefined;
	return mark === undefined ? "" : `<span aria-hidden="true">${escaped(mark)}</span> `;
}

function sourceItem({ url, title }: Source): string {
	return `<li><bdi>${escaped(title)}</bdi>: ${escaped(url)}</li>\n`;
}

/** The page has no bytes of files: the archive has. */
function fileItem({ name, size, alt = "", transcript = "" }: MessageFile): string {
	const words = [alt, transcript].filter((text) => text !== "").map((text) => `: <span class="text" dir="auto">${escaped(text)}</span>`);
	return `<li>File: <bdi>${escaped(name)}</bdi>, ${Math.ceil(size / 1024)} kB${words.join("")}</li>\n`;
}

/** A time of the server, to the minute. */
function timeOf(iso: string): string {
	const time = escaped(iso);
	return `<time datetime="${time}">${time.slice(0, 16).replace("T", " ")} UTC</time>`;
}

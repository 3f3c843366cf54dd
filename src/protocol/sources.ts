// What Claude looked up for a reply: the tools it used, the pages it names as sources, and the passages that rest on them. Pure.

import * as v from "valibot";
import { limits } from "./limits.ts";
import { personSchema } from "./person.ts";
import { sanitizeLine, truncateLine } from "./text/sanitize.ts";

const countSchema = v.pipe(v.number(), v.integer(), v.minValue(0));

/** Why a tool failed. A newer server may send others. */
export const toolErrors = [
	"too_many",
	"not_allowed",
	"not_found",
	"unreadable",
	"busy",
	"unavailable",
	"bad_input",
	/** The reply ended before the tool did. */
	"unfinished",
	/** The model, or the server in Claude's place, has no such tool. */
	"unsupported",
	/** Somebody declined the call. */
	"declined",
	/** Nobody decided in time. */
	"undecided",
	/** Nobody knows whether the call was carried out. */
	"unknown",
] as const;
export type ToolError = (typeof toolErrors)[number];

/** A tool that Claude used, such as `web_search`. */
export const toolSchema = v.object({
	name: v.string(),
	/** The words of a search, the address of a page, or the arguments of a call as JSON. Empty until Claude has written them. */
	input: v.string(),
	status: v.picklist(["running", "done", "failed"]),
	/** One of `toolErrors`. */
	error: v.optional(v.string()),
	/** Only of tools that Parley calls: names the call in `chat:approve`. */
	id: v.optional(v.string()),
	/** The call waits for a member's decision. */
	asks: v.optional(v.boolean()),
	/** Who allowed or declined it. */
	decidedBy: v.optional(personSchema),
	/** The beginning of what a tool of an MCP server answered. It is a stranger's text. */
	result: v.optional(v.string()),
});

export const sourceSchema = v.object({ url: v.string(), title: v.string() });

/** A passage of the text (UTF-16 units) that rests on a source; `source` is its index. */
export const citationSchema = v.object({ start: countSchema, end: countSchema, source: countSchema });

export type Tool = v.InferOutput<typeof toolSchema>;
export type Source = v.InferOutput<typeof sourceSchema>;
export type Citation = v.InferOutput<typeof citationSchema>;
export type Research = { tools?: Tool[] | undefined; sources?: Source[] | undefined; citations?: Citation[] | undefined };

const storedSource = v.object({
	url: v.pipe(
		v.string(),
		v.check((url) => webAddress(url) === url),
	),
	title: v.pipe(v.string(), v.maxLength(limits.sourceTitle)),
});

/** Stricter than the wire's: only what this server would store itself. */
export const storedResearch = {
	tools: v.pipe(
		v.array(
			v.object({
				...v.omit(toolSchema, ["id", "asks", "decidedBy"]).entries,
				name: v.pipe(v.string(), v.maxLength(limits.modelName)),
				input: v.pipe(v.string(), v.maxLength(limits.toolArguments)),
				error: v.optional(v.picklist(toolErrors)),
				result: v.optional(v.pipe(v.string(), v.maxLength(limits.shownResult))),
			}),
		),
		v.maxLength(limits.tools),
	),
	sources: v.pipe(v.array(storedSource), v.maxLength(limits.sources)),
	citations: v.pipe(v.array(citationSchema), v.maxLength(limits.citations)),
};

/** Every citation has its source, and a passage of its own. `length`: that of the text, if it is known. */
export function areCitationsSound({ sources = [], citations = [] }: Research, length = Number.POSITIVE_INFINITY): boolean {
	return citations.every(({ start, end, source }) => start < end && end <= length && source < sources.length);
}

/** The one spelling of a web page's address; `undefined` for anything else. An address with a password in it could pretend to be another. */
export function webAddress(text: unknown): string | undefined {
	if (typeof text !== "string" || text.length > limits.sourceUrl) return undefined;
	const url = URL.parse(text);
	if (!url || !["http:", "https:"].includes(url.protocol) || url.username !== "" || url.password !== "") return undefined;
	return url.href.length <= limits.sourceUrl ? url.href : undefined;
}

/** A source with the name of its page, or of its host if it has none. */
export function sourceOf(url: unknown, title: unknown): Source | undefined {
	const address = webAddress(url);
	if (address === undefined) return undefined;
	const line = typeof title === "string" ? sanitizeLine(title.slice(0, 10 * limits.sourceTitle)) : "";
	return { url: address, title: truncateLine(line, limits.sourceTitle) || new URL(address).host };
}

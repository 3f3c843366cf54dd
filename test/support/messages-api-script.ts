// Scripts of the Messages API for tests: each question says how it is to be answered. Pure.
// A script is a word after an exclamation mark, `!refusal`, or JSON in one line: `!{"tokens":1000,"perSecond":50}`.

import { readEnvelope } from "../../src/claude/envelope.ts";
import { descriptionSystem } from "../../src/claude/files/description.ts";
import { continueRequest } from "../../src/claude/prompt.ts";
import { titleSystem } from "../../src/claude/title.ts";
import type { ScriptedBlock } from "./messages-api-blocks.ts";
import { isFileBlock } from "./messages-api-files.ts";

/** Responses with an error status and no stream. */
export const refusals = {
	bad: { status: 400, type: "invalid_request_error", message: "messages: something is wrong" },
	"too-long": { status: 400, type: "invalid_request_error", message: "prompt is too long: 1000001 tokens > 1000000 maximum" },
	credit: { status: 400, type: "invalid_request_error", message: "Your credit balance is too low to access the Anthropic API." },
	"usage-limit": {
		status: 400,
		type: "invalid_request_error",
		message: "You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.",
	},
	"context-limit": {
		status: 400,
		type: "invalid_request_error",
		message: "input length and `max_tokens` exceed context limit: 199000 + 1234 > 200000, decrease input length or `max_tokens`",
	},
	"vllm-context": {
		status: 400,
		type: "BadRequestError",
		message:
			"This model's maximum context length is 1200 tokens. However, you requested 1446 tokens (212 in the messages, 1234 in the completion).",
	},
	"max-tokens": {
		status: 400,
		type: "invalid_request_error",
		message: "max_tokens: 1234 > 1000, which is the maximum allowed number of output tokens for this model",
	},
	"no-thinking": { status: 400, type: "invalid_request_error", message: "This model does not support thinking." },
	"thinking-500": { status: 500, type: "api_error", message: "Internal server error" },
	"not-found-page": { status: 404, type: "not_found_error", message: "Not found" },
	moved: { status: 307, type: "", message: "" },
	"wrong-method": { status: 405, type: "", message: "" },
	"no-tools": { status: 400, type: "invalid_request_error", message: "'scripted' does not support tool types: web_search_20260318." },
	"odd-tool": { status: 400, type: "invalid_request_error", message: "Invalid JSON schema: the keyword is not supported." },
	"tools-disabled": { status: 403, type: "permission_error", message: "Web search is not enabled for this organization." },
	"no-extras": { status: 400, type: "invalid_request_error", message: "thinking: Extra inputs are not permitted" },
	unauthorized: { status: 401, type: "authentication_error", message: "invalid x-api-key" },
	billing: { status: 402, type: "billing_error", message: "payment required" },
	forbidden: { status: 403, type: "permission_error", message: "not allowed" },
	notfound: { status: 404, type: "not_found_error", message: "model: unknown" },
	"too-large": { status: 413, type: "invalid_request_error", message: "request too large" },
	rate: { status: 429, type: "rate_limit_error", message: "too many requests" },
	spend: { status: 429, type: "rate_limit_error", message: "limit reached", errorCode: "enforced_spend_limit_reached" },
	unavailable: { status: 503, type: "api_error", message: "unavailable" },
	overloaded: { status: 529, type: "overloaded_error", message: "Overloaded" },
} as const satisfies Record<string, { status: number; type: string; message: string; errorCode?: string }>;

export type Refusal = keyof typeof refusals;

/** Failures after the stream has begun. */
const cuts = ["error-event", "overloaded-event", "cut", "eof", "stall", "bad-json"] as const;
export type Cut = (typeof cuts)[number];

/** Not the API at all: a connection that is closed at once, a web page. */
const nonResponses = ["hang-up", "web-page"] as const;
export type Fault = Refusal | Cut | (typeof nonResponses)[number];

export type Script = {
	/** The text of the reply. Without it the question is echoed. */
	text?: string;
	/** In place of `text`: this many words, numbered from 0. */
	tokens?: number;
	/** In place of `text`: several blocks. `next` is the script of the request that continues them after `stop: "pause_turn"`. */
	blocks?: ScriptedBlock[];
	next?: Script;
	/** Words a second; 0, the default, is as fast as possible. */
	perSecond?: number;
	/** Sends the whole stream in one piece. */
	burst?: true;
	/** The thinking before the text, or how many pieces of it; at the same pace. */
	thinking?: number | string;
	/** The text waits for this. Only for scripts that a test passes by itself. */
	textAfter?: Promise<void>;
	/** All words after the first three wait for this: until then the reply is being written, however slow the machine is. */
	restAfter?: Promise<void>;
	/** As `restAfter`, until a POST to /release/NAME. */
	hold?: string;
	/** How the connection ends after `raw`, if not as it should. */
	rawEnd?: "reset" | "silence";
	/** Milliseconds before the reply begins. */
	delay?: number;
	/** The stop reason. */
	stop?: string;
	/** Fields of `message_start` that differ from what Anthropic's API sends; `null`: the event has no message. */
	message?: object | null;
	/** The whole body in these pieces, in place of everything above, and its type. */
	raw?: string[];
	contentType?: string;
	/** Milliseconds between two pieces. */
	every?: number;
	/** Token counts of `message_delta` that differ. */
	usage?: object | null;
	fault?: Fault;
	/** How many words come before a cut, or how many events of `blocks`; 3 by default. */
	after?: number;
	/** The fault hits this many requests with this question, and later ones are answered. Without it all are hit. */
	times?: number;
	/** The `retry-after` of a refusal, in seconds. */
	retryAfter?: number;
	/** The title to propose for a conversation that begins with this question. Without it none is proposed. */
	title?: string;
	/** The request for a title gets no answer. */
	titleStalls?: boolean;
};

/** Scripts by name. Every fault is one. */
const named: Record<string, Script> = {
	refusal: { stop: "refusal", tokens: 0 },
	max_tokens: { stop: "max_tokens" },
	context_window: { stop: "model_context_window_exceeded" },
	"no-start": { delay: 3_600_000 },
	...Object.fromEntries([...Object.keys(refusals), ...cuts, ...nonResponses].map((fault) => [fault, { fault: fault as Fault }])),
	rate: { fault: "rate", retryAfter: 1 },
};

export type RequestBody = {
	messages: { role: string; content: string | { text?: string }[] }[];
	[field: string]: unknown;
};

/** The last block of what people say in a request, without its envelope. */
export function questionOf({ messages }: RequestBody): string {
	const content = messages.slice(0, turnStart(messages)).findLast(({ role }) => role === "user")?.content ?? "";
	const blocks = typeof content === "string" ? [content] : content.flatMap(({ text }) => text ?? []);
	// Instructions may follow the question.
	const last = blocks.map((block) => readEnvelope(block)).findLast((read) => read !== undefined);
	return last?.text ?? blocks.at(-1) ?? "";
}

/** The turn that a request continues: blocks of the assistant, with the results of calls between them. */
export function turnIn({ messages }: RequestBody): object[] {
	return messages.slice(turnStart(messages)).flatMap(({ content }) => content as object[]);
}

/** What Claude has written of it, up to where the connection last broke off. */
export function withoutResults(turn: readonly object[]): object[] {
	const written = turn.filter((block) => (block as { type?: unknown }).type !== "tool_result");
	while (isToContinue(written.at(-1))) written.splice(-2);
	return written;
}

function isToContinue(block: object | undefined): boolean {
	return (block as { text?: unknown } | undefined)?.text === continueRequest;
}

/** Where it begins among the messages. A reply that broke off is part of one only after blocks that are no text. */
export function turnStart(messages: RequestBody["messages"]): number {
	const blocksAt = (place: number) => {
		const { content = [] } = messages[place] ?? {};
		return typeof content === "string" ? [] : (content as { type?: unknown }[]);
	};
	let start = messages.at(-1)?.role === "assistant" ? messages.length - 1 : messages.length;
	for (let place = start; place >= 2 && messages[place - 1]?.role === "user"; ) {
		const after = blocksAt(place - 1);
		if (!after.some((block) => block.type === "tool_result" || isToContinue(block))) break;
		place -= 2;
		if ([...blocksAt(place), ...after].some(({ type }) => type !== "text")) start = place;
	}
	return start;
}

/** Whether a request asks for a conversation's title. */
export function isForTitle({ system }: RequestBody): boolean {
	return system === titleSystem;
}

/** Whether a request asks for the description of a picture. */
export function isForDescription({ system }: RequestBody): boolean {
	return system === descriptionSystem;
}

/**
 * The description of a picture in a request, which names the language that was asked for. `!describe-` and the name of a refusal in its
 * bytes refuse it, and `!describe-nothing` gives no words.
 */
export function descriptionOf({ messages }: RequestBody): { refusal: Refusal } | { text: string | undefined } {
	const blocks = messages.flatMap(({ content }) => (typeof content === "string" ? [] : (content as object[])));
	const data = blocks.find(isFileBlock)?.source?.data;
	const directive = /!describe-([a-z-]+)/.exec(atob(String(data)))?.[1];
	if (directive !== undefined && isRefusal(directive)) return { refusal: directive };
	const language = /the tag ([\w-]+)/.exec(JSON.stringify(messages))?.[1];
	return { text: directive === "nothing" ? undefined : `**Two boats** in a harbour,\ntold in ${language}.` };
}

/** Whether a request asks for a summary. */
export function isForSummary({ system }: RequestBody): boolean {
	return typeof system === "string" && system.includes("Sum it");
}

/**
 * The summary of a request, which says how many messages it has read. `!sum-` and the name of a refusal in one of them refuse it, and
 * `!sum-text` gives no words.
 */
export function summaryOf({ messages }: RequestBody): { refusal: Refusal } | { text: string } {
	const said = JSON.stringify(messages);
	const directive = /!sum-([a-z-]+)/.exec(said)?.[1];
	if (directive !== undefined && isRefusal(directive)) return { refusal: directive };
	if (directive === "text") return { text: "" };
	const former = said.includes("<earlier>") ? " and what was before" : "";
	return { text: `Summed up ${said.split("<message from=").length - 1} messages${former}.` };
}

/** The first message of the conversation that a title is asked for. */
export function titledQuestionOf({ messages }: RequestBody): string {
	const content = messages[0]?.content[0];
	return typeof content === "object" ? (readEnvelope(content.text ?? "")?.text ?? "") : "";
}

/** The script that a question names. Throws if there is none of that name, so that no test passes because of a typo. */
export function scriptOf(question: string): Script {
	const directive = /(?:^|\s)!(\{.*\}|[a-z][\w-]*)/.exec(question)?.[1];
	if (directive === undefined) return {};
	const script: Script | undefined = directive.startsWith("{") ? JSON.parse(directive) : named[directive];
	if (!script || (script.fault && !Object.hasOwn(named, script.fault))) throw new Error(`There is no script '${directive}'.`);
	return script;
}

/** Claude declines whatever is asked as long as a question that it declined is in the prompt. */
export function hasRefusedQuestion({ messages }: RequestBody): boolean {
	return messages.some(({ role, content }) => role === "user" && JSON.stringify(content).includes("!refusal"));
}

/** Refusals of fields: a request without them is accepted. */
const refusedFields: { [fault in Refusal]?: string[] } = {
	"no-extras": ["thinking", "cache_control"],
	"no-thinking": ["thinking"],
	"no-tools": ["tools"],
	"tools-disabled": ["tools"],
	"thinking-500": ["thinking"],
};

/** The refusal of this request by a fault, if it refuses it. */
export function refusalBy(fault: string | undefined, body: RequestBody): Refusal | undefined {
	if (fault === undefined || !isRefusal(fault)) return undefined;
	if (fault === "odd-tool") return JSON.stringify(body.tools ?? []).includes('"input_schema"') ? fault : undefined;
	const fields = refusedFields[fault];
	return fields === undefined || fields.some((field) => body[field] !== undefined) ? fault : undefined;
}

export function errorOf(type: string, message: string, errorCode?: string) {
	return { type: "error", error: { type, message, ...(errorCode && { details: { error_code: errorCode } }) }, request_id: "req_scripted" };
}

export function isRefusal(fault: string): fault is Refusal {
	return Object.hasOwn(refusals, fault);
}

/** The pieces of the thinking. */
export function thoughtsOf({ thinking = 0 }: Script): string[] {
	return typeof thinking === "number" ? Array.from({ length: thinking }, () => "Hm. ") : (thinking.match(/\S+\s*/g) ?? []);
}

/** The words of the reply, each with the white space after it. */
export function wordsOf({ text, tokens }: Script, question: string): string[] {
	if (tokens !== undefined) return Array.from({ length: tokens }, (_, index) => `word${index} `);
	return (text ?? `You said: ${question}`).match(/\S+\s*/g) ?? [];
}

// Follows the content blocks of one response: text with its sources, thinking, and the tools that Claude's server runs. Keeps them in the
// API's own form too, because a turn that was paused is sent back unchanged. Trusts no value of the server.

import type { ModelEvent, PausedTurn, ToolCall } from "../conversation/ports.ts";
import { limits } from "../protocol/limits.ts";
import { tokensIn } from "../protocol/prompt-size.ts";
import { type Source, sourceOf, type ToolError, webAddress } from "../protocol/sources.ts";
import { sanitizeLine, sanitizePart, truncateLine } from "../protocol/text/sanitize.ts";
import { type Fields, fieldsOf, nameOf, textOf } from "./values.ts";

/** Errors of tools in the API's words. */
const errorsByCode: { readonly [code: string]: ToolError } = {
	max_uses_exceeded: "too_many",
	url_not_allowed: "not_allowed",
	url_not_in_prior_context: "not_allowed",
	url_not_accessible: "not_found",
	unsupported_content_type: "unreadable",
	content_too_large: "unreadable",
	too_many_requests: "busy",
	request_too_large: "bad_input",
	invalid_tool_input: "bad_input",
	query_too_long: "bad_input",
	url_too_long: "bad_input",
};

/** A block while it arrives: as it began, and what was appended to its texts. `shown`: the length of its text as people see it. */
type Block = { fields: Fields; text: string; shown: number; json: string; signature: string; citations: unknown[] };

/** Tools that Claude's server runs. Some servers leave them to their client. */
const ofServer: ReadonlySet<string> = new Set(["web_search", "web_fetch"]);

/** In tokens: what stands around the text of a page. */
const pageFrame = 500;
const utf8 = new TextEncoder();

export class Blocks {
	/** What a paused turn had written before this response, and this response's blocks after it. */
	readonly #turn: object[];
	#turnLength: number;
	readonly #sent: number;
	/** The pages that Claude has read, in order: a citation names them by their place. */
	readonly #pages: Source[] = [];
	#current: Block | undefined;
	#searches = 0;
	readonly #clientTools: ReadonlySet<string>;
	readonly #calls: ToolCall[] = [];

	/** `clientTools`: the names of the tools that Parley calls. */
	constructor(turn: PausedTurn, clientTools: ReadonlySet<string> = new Set()) {
		this.#clientTools = clientTools;
		this.#turn = [...turn];
		this.#sent = turn.length;
		this.#turnLength = turn.length === 0 ? 0 : JSON.stringify(turn).length;
		for (const block of turn) this.#readPage(fieldsOf(block));
	}

	/** The searches that were begun and did not fail. */
	get searches(): number {
		return this.#searches;
	}

	/** The whole turn so far, to be sent back; `undefined` if it is too long, or if this response has added nothing. */
	get turn(): PausedTurn | undefined {
		return this.#turn.length > this.#sent && this.#turnLength <= limits.turn ? this.#turn : undefined;
	}

	/** The calls that Claude waits for. None if it was offered no tool of ours, or waits for those of its server alone. */
	get calls(): readonly ToolCall[] {
		return this.#clientTools.size > 0 && this.#calls.some(({ name }) => !ofServer.has(name)) ? this.#calls : [];
	}

	/** Some servers put the first text into the start of a block, and leave out the end of the one before. */
	*start(fields: Fields): Generator<ModelEvent> {
		yield* this.end();
		const block: Block = { fields, text: textOf(fields.text), shown: 0, json: "", signature: "", citations: [] };
		this.#current = block;
		if (fields.type === "thinking") block.text = textOf(fields.thinking);
		switch (fields.type) {
			case "text":
				for (const citation of listOf(fields.citations)) block.citations.push(citation);
				yield textEvent(block, block.text);
				break;
			case "thinking":
				// Each thinking block is a paragraph of its own.
				yield { type: "thinking", text: `\n\n${sanitizePart(block.text)}` };
				break;
			case "server_tool_use":
				if (fields.name === "web_search") this.#searches += 1;
				yield* toolEvent(fields, "running", { input: inputOf(fields.input) });
				break;
			case "web_search_tool_result":
			case "web_fetch_tool_result":
				yield* this.#resultOf(fields);
				break;
			default:
				yield { type: "alive", unshown: 0 };
		}
	}

	/** More of the current block. The API sends blocks one after the other. */
	add(delta: Fields): ModelEvent {
		// Some servers leave out the start of a block.
		this.#current ??= { fields: { type: "text" }, text: "", shown: 0, json: "", signature: "", citations: [] };
		const block = this.#current;
		switch (delta.type) {
			case "text_delta":
				block.text += textOf(delta.text);
				return textEvent(block, textOf(delta.text));
			case "thinking_delta":
				block.text += textOf(delta.thinking);
				return { type: "thinking", text: sanitizePart(textOf(delta.thinking)) };
			case "signature_delta":
				block.signature += textOf(delta.signature);
				return { type: "alive" };
			case "input_json_delta":
				if (block.json.length <= limits.turn) block.json += textOf(delta.partial_json);
				return { type: "alive", unshown: utf8.encode(textOf(delta.partial_json)).length };
			case "citations_delta":
				if (block.citations.length < limits.citations) block.citations.push(delta.citation);
				return { type: "alive" };
			default:
				return { type: "alive" };
		}
	}

	/** The end of the current block, which may have been announced already. */
	*end(): Generator<ModelEvent> {
		const block = this.#current;
		if (!block) return;
		this.#current = undefined;
		const { fields, json, shown } = block;
		const input = json === "" ? fields.input : parsed(json);
		this.#keep(block, input);
		if (fields.type === "tool_use") yield* this.#call(fields, input);
		if (fields.type === "server_tool_use" && json !== "") yield* toolEvent(fields, "running", { input: inputOf(input) });
		const sources = block.citations.map((citation) => this.#cited(fieldsOf(citation))).filter((source) => source !== undefined);
		if (sources.length > 0 && shown > 0) yield { type: "citation", length: shown, sources };
	}

	*#call(fields: Fields, input: unknown): Generator<ModelEvent> {
		const [id, name] = [nameOf(fields.id), nameOf(fields.name)];
		if (id === undefined || name === undefined || this.#calls.some((call) => call.id === id)) return;
		const json = typeof input === "object" && input !== null ? argumentsOf(input) : undefined;
		this.#calls.push({ id, name, input: json });
		if (this.#clientTools.has(name))
			yield { type: "tool", id, name, input: (json ?? "").slice(0, limits.toolArguments), status: "running", isCall: true };
	}

	/** In the form of a request: as it came, with what was appended. */
	#keep({ fields, text, signature, citations }: Block, input: unknown): void {
		const whole: Record<string, unknown> = { ...fields };
		if (fields.type === "text") whole.text = text;
		if (fields.type === "text" && citations.length > 0) whole.citations = citations;
		if (fields.type === "thinking") Object.assign(whole, { thinking: text, signature: signature || textOf(fields.signature) });
		if (fields.type === "server_tool_use" || fields.type === "tool_use") whole.input = input ?? {};
		// The API would refuse an empty text.
		if (fields.type === "text" && text === "") return;
		this.#turnLength += JSON.stringify(whole).length;
		if (this.#turnLength <= limits.turn) this.#turn.push(whole);
	}

	*#resultOf(fields: Fields): Generator<ModelEvent> {
		const name = fields.type === "web_search_tool_result" ? "web_search" : "web_fetch";
		const code = fieldsOf(fields.content).error_code;
		const use = { id: fields.tool_use_id, name };
		if (code === undefined) {
			const page = this.#readPage(fields);
			yield* toolEvent(use, "done", { readTokens: readTokensIn(fields) });
			if (page) yield { type: "source", source: page };
			return;
		}
		// Searches that fail cost nothing.
		if (name === "web_search") this.#searches = Math.max(0, this.#searches - 1);
		yield* toolEvent(use, "failed", { error: errorsByCode[String(code)] ?? "unavailable" });
	}

	#readPage({ type, content }: Fields): Source | undefined {
		const { url, content: document } = fieldsOf(content);
		const page = type === "web_fetch_tool_result" ? sourceOf(url, fieldsOf(document).title) : undefined;
		if (page) this.#pages.push(page);
		return page;
	}

	/** The source of a citation. One of a page that was read names the page by its title, or by its place. */
	#cited(citation: Fields): Source | undefined {
		if (webAddress(citation.url) !== undefined) return sourceOf(citation.url, citation.title);
		const { document_title: title, document_index: place } = citation;
		return this.#pages.findLast((page) => page.title === title) ?? this.#pages[Number(place)];
	}
}

/** Harmful characters are dropped here, before anything counts the text. The block itself keeps them: it goes back unchanged. */
function textEvent(block: Block, part: string): ModelEvent {
	const text = sanitizePart(part);
	block.shown += text.length;
	return text === "" ? { type: "alive" } : { type: "text", text };
}

type ToolFacts = { input?: string; error?: ToolError; readTokens?: number | undefined };

function* toolEvent(use: Fields, status: "running" | "done" | "failed", facts: ToolFacts): Generator<ModelEvent> {
	const [id, name] = [nameOf(use.id), nameOf(use.name)];
	const { input, error, readTokens } = facts;
	if (id === undefined || name === undefined) yield { type: "alive" };
	else
		yield {
			type: "tool",
			id,
			name,
			...(input && { input }),
			status,
			...(error && { error }),
			...(readTokens !== undefined && { readTokens }),
		};
}

/** A page arrives as Claude reads it if it is text. Results of a search are encrypted, and other documents no text. */
function readTokensIn({ type, content }: Fields): number | undefined {
	const source = fieldsOf(fieldsOf(fieldsOf(content).content).source);
	if (type !== "web_fetch_tool_result" || source.type !== "text") return undefined;
	return pageFrame + tokensIn(textOf(source.data));
}

/** Arguments as people and the tool's server read them. Invisible characters are escaped, so that both read the same. */
function argumentsOf(input: object): string {
	const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
	return JSON.stringify(input).replace(/[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu, (one) =>
		one.split("").map(escaped).join(""),
	);
}

/** What a person reads of a tool's input. */
function inputOf(input: unknown): string {
	const { query, url } = fieldsOf(input);
	return truncateLine(sanitizeLine((textOf(query) || textOf(url)).slice(0, 10 * limits.toolInput)), limits.toolInput);
}

function parsed(json: string): unknown {
	try {
		return JSON.parse(json);
	} catch {
		return undefined;
	}
}

function listOf(value: unknown): readonly unknown[] {
	return Array.isArray(value) ? value.slice(0, limits.citations) : [];
}

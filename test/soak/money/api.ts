// A Messages API that keeps its own account: what each request would cost with Sonnet 5.5, also where nobody reads the answer to its end.
// A question says in JSON how it is answered, and names itself by `tag`.

import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { eventsOfBlocks, type ScriptedBlock, type StreamEvent } from "../../support/messages-api-blocks.ts";
import { refusalOf } from "../../support/messages-api-rules.ts";
import { errorOf, isForSummary, isForTitle, questionOf, type RequestBody, turnIn } from "../../support/messages-api-script.ts";
import { type Random, randomOf } from "../random.ts";

export type Script = {
	tag: string;
	words: number;
	/** Words a second, of up to three tokens: no model writes more than 150 tokens a second. */
	perSecond: number;
	/** Seconds of thinking of which nothing is shown, and pieces of a summary that is. */
	hidden?: number;
	thoughts?: number;
	searches?: number;
	pages?: number;
	/** How often the turn is paused after its tools. */
	pauses?: number;
	/** After so many words, and for so many requests. */
	fault?: "cut" | "eof" | "error-event" | "overloaded" | "bad";
	after?: number;
	times?: number;
};

/** One request. `isWhole`: its last report was sent, and says everything. */
export type Bill = {
	tag: string;
	input: number;
	cacheRead: number;
	cacheWrite: number;
	output: number;
	searches: number;
	isWhole: boolean;
	ended?: string;
};

export type BillingApi = { url: string; bills: Bill[]; close(): Promise<void> };

/** Tokens a second of thinking that nobody sees: as fast as the fastest models write. */
const hiddenPerSecond = 120;

/** In micro-dollars, from the price list itself: $2, $10, $0.10 and $2.50 per million tokens, and $10 per thousand searches. */
export function microUsdOf({ input, output, cacheRead, cacheWrite, searches }: Bill): number {
	return Math.ceil((20 * input + 100 * output + cacheRead + 25 * cacheWrite) / 10) + 10_000 * searches;
}

export async function startBillingApi(seed: number): Promise<BillingApi> {
	const random = randomOf(seed);
	const bills: Bill[] = [];
	const times = new Map<string, number>();
	const paused = new Map<string, number>();

	async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const body: RequestBody = JSON.parse(Buffer.concat(await request.toArray()).toString());
		const refusal = refusalOf(body, new Set(paused.keys()));
		if (refusal !== undefined) return json(response, 400, errorOf("invalid_request_error", refusal));
		if (isForTitle(body)) return sendPlain(billFor("title", body, random), bills, body, response, "A title");
		if (isForSummary(body)) {
			// Long enough for a kill to come between.
			await wait(1_000);
			return sendPlain(billFor("summary", body, random), bills, body, response, "They asked, and Claude answered.");
		}
		const script: Script = JSON.parse(/\{.*\}/.exec(questionOf(body))?.[0] ?? "{}");
		const bill = billFor(script.tag, body, random);
		const time = (times.get(script.tag) ?? 0) + 1;
		times.set(script.tag, time);
		const isHit = script.fault !== undefined && time <= (script.times ?? 1);
		if (isHit && script.fault === "overloaded") {
			response.setHeader("retry-after", 0);
			return json(response, 529, errorOf("overloaded_error", "Overloaded"));
		}
		if (isHit && script.fault === "bad") return json(response, 400, errorOf("invalid_request_error", "messages: something is wrong"));
		bills.push(bill);
		const gone = new AbortController();
		response.once("close", () => gone.abort());
		try {
			await new Stream(bill, script, body, response, gone.signal, random, paused).perform(isHit);
			bill.ended ??= "whole";
		} catch {
			bill.ended = "aborted";
		}
	}

	const server = createServer((request, response) => {
		if (request.method === "POST" && request.url === "/v1/messages") answer(request, response).catch(() => response.destroy());
		else json(response, 404, errorOf("not_found_error", "Not found"));
	});
	// It closes no connection just as a request comes on it.
	server.keepAliveTimeout = 0;
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const close = async () => {
		server.close();
		server.closeAllConnections();
		await once(server, "close");
	};
	return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, bills, close };
}

/** The prompt is billed as soon as the request is accepted. Some of it is new, some is read from the cache or written to it. */
function billFor(tag: string, { system, messages, tools }: RequestBody, random: Random): Bill {
	const prompt = Math.ceil(JSON.stringify([system, messages, tools ?? []]).length / 4);
	const cacheRead = random.chance(0.5) ? random.below(prompt) : 0;
	const cacheWrite = random.chance(0.8) ? prompt - cacheRead : random.below(prompt - cacheRead + 1);
	return { tag, input: prompt - cacheRead - cacheWrite, cacheRead, cacheWrite, output: 0, searches: 0, isWhole: false };
}

function usageOf({ input, cacheRead, cacheWrite, output, searches }: Bill): object {
	return {
		input_tokens: input,
		cache_read_input_tokens: cacheRead,
		cache_creation_input_tokens: cacheWrite,
		output_tokens: output,
		server_tool_use: { web_search_requests: searches, web_fetch_requests: 0 },
	};
}

/** An answer without a stream. */
function sendPlain(bill: Bill, bills: Bill[], { model }: RequestBody, response: ServerResponse, text: string): void {
	bills.push(bill);
	bill.output = 10;
	bill.isWhole = true;
	bill.ended = "whole";
	const message = { id: "msg_plain", type: "message", role: "assistant", model, content: [{ type: "text", text }] };
	json(response, 200, { ...message, usage: usageOf(bill), stop_reason: "end_turn", stop_sequence: null });
}

class Stream {
	readonly #bill: Bill;
	readonly #script: Script;
	readonly #body: RequestBody;
	readonly #response: ServerResponse;
	readonly #gone: AbortSignal;
	readonly #random: Random;
	readonly #paused: Map<string, number>;
	#blocks = 0;

	constructor(
		bill: Bill,
		script: Script,
		body: RequestBody,
		response: ServerResponse,
		gone: AbortSignal,
		random: Random,
		paused: Map<string, number>,
	) {
		this.#bill = bill;
		this.#script = script;
		this.#body = body;
		this.#response = response;
		this.#gone = gone;
		this.#random = random;
		this.#paused = paused;
	}

	async perform(isHit: boolean): Promise<void> {
		const { fault, after = 5, words, hidden = 0, thoughts = 0 } = this.#script;
		const message = { id: "msg_billed", type: "message", role: "assistant", model: this.#body.model, content: [], stop_reason: null };
		this.#bill.output = 1;
		this.#response.writeHead(200, { "content-type": "text/event-stream" });
		this.#send("message_start", { message: { ...message, stop_sequence: null, usage: usageOf(this.#bill) } });
		for (let tick = 0; tick < hidden * 20; tick++) {
			await this.#pause(50);
			this.#write(hiddenPerSecond / 20);
			if (tick % 20 === 19) this.#send("ping", {});
		}
		if (thoughts > 0) await this.#say("thinking", thoughts);
		const content = await this.#runTools();
		const before = turnIn(this.#body);
		const pauses = this.#paused.get(JSON.stringify(before)) ?? this.#script.pauses ?? 0;
		if (content.length > 0 && pauses > 0) {
			this.#paused.set(JSON.stringify([...before, ...content]), pauses - 1);
			return this.#end("pause_turn");
		}
		await this.#say("text", isHit ? Math.min(after, words) : words);
		// A start that never arrived would look like a server that is away, which costs nothing.
		if (isHit) await this.#pause(100);
		if (!isHit) return this.#end(this.#bill.output >= this.#most ? "max_tokens" : "end_turn");
		this.#bill.ended = fault;
		if (fault === "error-event") this.#send("error", { error: { type: "api_error", message: "Internal server error" } });
		if (fault === "cut") this.#response.socket?.resetAndDestroy();
		else this.#response.end();
	}

	/** The results of tools are further input, and Claude reads them within the same request. */
	async #runTools(): Promise<object[]> {
		const names = ((this.#body.tools ?? []) as { name: string; max_uses?: number }[]).map(({ name, max_uses = 1 }) => ({ name, max_uses }));
		const mostOf = (name: string) => names.find((tool) => tool.name === name)?.max_uses ?? 0;
		const searches = Math.min(this.#script.searches ?? 0, mostOf("web_search"));
		const pages = Math.min(this.#script.pages ?? 0, mostOf("web_fetch"));
		const blocks: ScriptedBlock[] = [
			...Array.from({ length: searches }, (_, n) => ({
				search: `search ${n}`,
				results: [{ url: `https://example.com/${n}`, title: "A" }],
			})),
			...Array.from({ length: pages }, (_, n) => ({
				fetch: `https://example.com/${n}`,
				title: "A",
				text: "words ".repeat(500 + this.#random.below(5_000)),
			})),
		];
		const { events, content } = eventsOfBlocks(blocks, turnIn(this.#body).length);
		for (const event of events) {
			const block = event.content_block as { type?: string; content?: { content?: { source?: { data: string } } } } | undefined;
			const type = block?.type;
			// A search takes time. What begins while the server dies cannot be known.
			await this.#pause(type === undefined ? 20 : type === "server_tool_use" ? 400 : 1_600);
			this.#send(event.type, event);
			if (type === "server_tool_use") this.#write(20);
			// As much as the server lets through.
			if (type === "web_search_tool_result") this.#bill.searches += 1;
			if (type === "web_search_tool_result") this.#bill.cacheWrite += 3_000 + this.#random.below(7_000);
			if (type === "web_fetch_tool_result") this.#bill.cacheWrite += Math.ceil((block?.content?.content?.source?.data.length ?? 0) / 4);
		}
		this.#blocks = content.length;
		return content;
	}

	async #say(type: "text" | "thinking", count: number): Promise<void> {
		const index = this.#blocks++;
		this.#send("content_block_start", {
			index,
			content_block: type === "text" ? { type, text: "" } : { type, thinking: "", signature: "" },
		});
		for (let word = 0; word < count && this.#bill.output < this.#most; word++) {
			// What a busy machine delays is not caught up with: no model writes all of a second at once, and goes on after its reader is gone.
			if (word > 0) await this.#pause(1000 / this.#script.perSecond);
			const text = `word${word} `;
			this.#write(Math.ceil(text.length / 4));
			this.#send("content_block_delta", {
				index,
				delta: type === "text" ? { type: "text_delta", text } : { type: "thinking_delta", thinking: text },
			});
		}
		this.#send("content_block_stop", { index });
	}

	get #most(): number {
		return Number(this.#body.max_tokens);
	}

	/** Tokens are billed when they are made, whether or not anybody reads them. */
	#write(tokens: number): void {
		this.#bill.output = Math.min(this.#most, this.#bill.output + tokens);
	}

	async #pause(ms: number): Promise<void> {
		if (ms > 0) await wait(ms, undefined, { signal: this.#gone });
		this.#gone.throwIfAborted();
	}

	#end(stop_reason: string): void {
		this.#send("message_delta", { delta: { stop_reason, stop_sequence: null }, usage: usageOf(this.#bill) });
		this.#bill.isWhole = true;
		this.#send("message_stop", {});
		this.#response.end();
	}

	#send(type: string, fields: object | StreamEvent): void {
		this.#response.write(`event: ${type}\ndata: ${JSON.stringify({ ...fields, type })}\n\n`);
	}
}

function json(response: ServerResponse, status: number, body: object): void {
	response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

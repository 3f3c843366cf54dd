// A scripted Messages API over HTTP, for tests in any process: it lets the real SDK meet every fault.
//   node test/support/messages-api.ts --port 9200
// POST /v1/messages, GET /v1/models; GET /log returns the requests and how each ended, POST /reset clears them.

import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { eventsOfBlocks, toolUsageOf } from "./messages-api-blocks.ts";
import { isTooLarge } from "./messages-api-files.ts";
import { describeModel, refusalOf } from "./messages-api-rules.ts";
import {
	type Cut,
	descriptionOf,
	errorOf,
	hasRefusedQuestion,
	isForDescription,
	isForSummary,
	isForTitle,
	isRefusal,
	questionOf,
	type RequestBody,
	refusalBy,
	refusals,
	type Script,
	scriptOf,
	summaryOf,
	thoughtsOf,
	titledQuestionOf,
	turnIn,
	withoutResults,
	wordsOf,
} from "./messages-api-script.ts";
import { answerTo, readForm, refusalOf as refusalOfSpeech } from "./transcription.ts";

export type RequestLog = {
	/** Milliseconds since 1970, as all times here. */
	at: number;
	/** Without the key. */
	headers: Record<string, string | string[] | undefined>;
	body: RequestBody;
	status?: number;
	/** When the script was done, faults included. */
	ended?: number;
	/** When the client disconnected before that. */
	aborted?: number;
};

export type MessagesApi = {
	url: string;
	/** The latest, oldest first. */
	requests: RequestLog[];
	/** Requests for titles, summaries and descriptions of pictures. */
	titles: RequestLog[];
	summaries: RequestLog[];
	descriptions: RequestLog[];
	/** Scripts for the next requests, one each. They replace the scripts in the questions. */
	script(...scripts: Script[]): void;
	/** Summaries, and descriptions of pictures, are answered once this is over. */
	holdDescriptions(until: Promise<void>): void;
	holdSummaries(until: Promise<void>): void;
	close(): Promise<void>;
};

/** The last ones are as no list should have them. */
const listedModels = [
	{ type: "model", id: "scripted", display_name: "Scripted" },
	{ ...describeModel("claude-opus-5-5"), display_name: "Claude Opus 5.5", lifecycle: "active" },
	{ ...describeModel("claude-haiku-4-5-plain"), display_name: "Claude Plain", lifecycle: "active" },
	{ type: "model", id: "claude-opus-4-1-20250805", display_name: "Claude Opus 4.1", lifecycle: "deprecated" },
	{ type: "model", id: "" },
	null,
];

/** A long benchmark must not fill the memory with prompts. */
const maxLogged = 1_000;

/** Rejects if the port is taken. Without a port any free one is used. */
export async function startMessagesApi({ port = 0 }: { port?: number } = {}): Promise<MessagesApi> {
	const requests: RequestLog[] = [];
	const titles: RequestLog[] = [];
	const summaries: RequestLog[] = [];
	const descriptions: RequestLog[] = [];
	const speech: { authorization: string | undefined; fields: object; name: string | undefined }[] = [];
	/** How often each recording came. */
	const heard = new Map<string, number>();
	/** Recordings and replies that are held back until a test releases them, by the name of their hold. */
	const holds = new Map<string, PromiseWithResolvers<void>>();
	const holdOf = (name: string) => {
		const hold = holds.get(name) ?? Promise.withResolvers<void>();
		holds.set(name, hold);
		return hold;
	};
	const upcoming: Script[] = [];
	let held = Promise.resolve();
	let heldDescriptions = Promise.resolve();
	/** How often each question was sent. */
	const asked = new Map<string, number>();
	/** Turns that were paused, as JSON, and what follows them. */
	const paused = new Map<string, Script>();

	const server = createServer(async (request, response) => {
		switch (`${request.method} ${request.url}`) {
			case "POST /v1/messages":
				// A client that was killed may not have finished its request.
				return answer(request, response).catch(() => response.destroy());
			case "GET /v1/models":
			case "GET /v1/models?limit=1000":
				return json(response, 200, { data: listedModels, has_more: false });
			case "POST /v1/audio/transcriptions":
				return transcribe(request, response).catch(() => response.destroy());
			case "GET /log":
				return json(response, 200, {
					open: requests.filter(({ ended, aborted }) => !ended && !aborted).length,
					requests,
					titles,
					summaries,
					descriptions,
					speech,
				});
			case "POST /reset":
				requests.length = 0;
				titles.length = 0;
				summaries.length = 0;
				descriptions.length = 0;
				upcoming.length = 0;
				asked.clear();
				paused.clear();
				return json(response, 200, {});
			default:
				if (!request.url?.startsWith("/release/")) return sendModel(request, response);
				holdOf(request.url.slice("/release/".length)).resolve();
				return json(response, 200, {});
		}
	});

	async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const { "x-api-key": _key, authorization: _authorization, ...headers } = request.headers;
		const text = await textOf(request);
		const log: RequestLog = { at: Date.now(), headers, body: JSON.parse(text) };
		const kept = isForTitle(log.body) ? titles : isForSummary(log.body) ? summaries : isForDescription(log.body) ? descriptions : requests;
		kept.push(log);
		kept.splice(0, kept.length - maxLogged);
		if (isTooLarge(text)) {
			log.ended = Date.now();
			log.status = 413;
			return json(response, log.status, errorOf("request_too_large", "Request exceeds the maximum size"));
		}
		const refusal = refusalOf(log.body, new Set(paused.keys()));
		if (refusal !== undefined) {
			log.ended = Date.now();
			// As llama.cpp says that it has no model for pictures.
			log.status = String(log.body.model).endsWith("-textonly") ? 500 : 400;
			return json(response, log.status, errorOf("invalid_request_error", refusal));
		}
		// A model that was retired.
		if (String(log.body.model).endsWith("-gone")) {
			log.ended = Date.now();
			log.status = 404;
			return json(response, log.status, errorOf("not_found_error", `model: ${log.body.model}`));
		}
		if (kept === titles) return proposeTitle(log, response);
		if (kept === descriptions) {
			await heldDescriptions;
			return describePicture(log, response);
		}
		if (kept === summaries) {
			await held;
			return sumUp(log, response);
		}
		const gone = new AbortController();
		response.once("close", () => {
			log.status = response.statusCode;
			if (log.ended === undefined) log.aborted = Date.now();
			gone.abort();
		});
		try {
			const question = questionOf(log.body);
			const before = turnIn(log.body);
			const script = upcoming.shift() ?? paused.get(JSON.stringify(withoutResults(before))) ?? scriptOf(question);
			const times = (asked.get(question) ?? 0) + 1;
			asked.set(question, times);
			const isPast = script.times !== undefined && times > script.times;
			if (script.stop === "pause_turn" || script.stop === "tool_use") {
				const turn = [...withoutResults(before), ...eventsOfBlocks(script.blocks ?? [], before.length).content];
				if (turn.length > 0) paused.set(JSON.stringify(turn), script.next ?? {});
			}
			const held: Script = script.hold === undefined ? script : { ...script, restAfter: holdOf(script.hold).promise };
			await perform(isPast ? { ...held, fault: undefined, raw: undefined } : held, question, log, response, gone.signal);
		} catch (error) {
			if (gone.signal.aborted) return;
			log.ended = Date.now();
			json(response, 400, errorOf("invalid_request_error", String(error)));
		}
	}

	async function transcribe(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const body = Buffer.concat(await request.toArray()).toString("latin1");
		const form = readForm(request.headers["content-type"] ?? "", body);
		speech.push({ authorization: request.headers.authorization, fields: form.fields, name: form.file?.name });
		speech.splice(0, speech.length - maxLogged);
		const refusal = refusalOfSpeech(form);
		if (refusal !== undefined) return json(response, 400, { error: { message: refusal } });
		const times = (heard.get(form.file?.bytes ?? "") ?? 0) + 1;
		heard.set(form.file?.bytes ?? "", times);
		const answer = answerTo(form, times);
		if (answer.hold !== undefined) await holdOf(answer.hold).promise;
		response.writeHead(answer.status, { "content-type": "application/json" }).end(answer.body);
	}

	// It closes no connection just as a request comes on it.
	server.keepAliveTimeout = 0;
	server.listen(port, "127.0.0.1");
	await once(server, "listening");
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		requests,
		titles,
		summaries,
		descriptions,
		script: (...scripts) => void upcoming.push(...scripts),
		holdDescriptions: (until) => {
			heldDescriptions = until;
		},
		holdSummaries: (until) => {
			held = until;
		},
		close: async () => {
			server.close();
			server.closeAllConnections();
			await once(server, "close");
		},
	};
}

function sendModel({ method, url }: IncomingMessage, response: ServerResponse): void {
	const id = /^GET \/v1\/models\/([^/?]+)/.exec(`${method} ${url}`)?.[1];
	const model = id === undefined ? undefined : describeModel(decodeURIComponent(id));
	// In the words of the real API, also for an address that it does not have.
	json(response, model ? 200 : 404, model ?? errorOf("not_found_error", "Not found"));
}

/** Proposes the title in the question's script. A script that refuses thinking refuses it here too. */
function proposeTitle(log: RequestLog, response: ServerResponse): void {
	const { title, fault, titleStalls } = scriptOf(titledQuestionOf(log.body));
	if (titleStalls) return;
	log.ended = Date.now();
	const refusal = refusalBy(fault, log.body);
	log.status = refusal === undefined ? 200 : refusals[refusal].status;
	const { type, message } = refusals[refusal ?? "no-extras"];
	json(response, log.status, refusal !== undefined ? errorOf(type, message) : wholeAnswer(log.body, title));
}

function describePicture(log: RequestLog, response: ServerResponse): void {
	const described = descriptionOf(log.body);
	log.ended = Date.now();
	log.status = "refusal" in described ? refusals[described.refusal].status : 200;
	const refusal = "refusal" in described ? refusals[described.refusal] : undefined;
	const answer = "text" in described ? wholeAnswer(log.body, described.text) : undefined;
	json(response, log.status, answer ?? errorOf(refusal?.type ?? "", refusal?.message ?? ""));
}

function sumUp(log: RequestLog, response: ServerResponse): void {
	log.ended = Date.now();
	const summary = summaryOf(log.body);
	log.status = "refusal" in summary ? refusals[summary.refusal].status : 200;
	const refusal = "refusal" in summary ? refusals[summary.refusal] : undefined;
	const answer = "text" in summary ? wholeAnswer(log.body, summary.text) : undefined;
	json(response, log.status, answer ?? errorOf(refusal?.type ?? "", refusal?.message ?? ""));
}

/** An answer that is no stream. Without a text it has no blocks. */
function wholeAnswer({ model }: RequestBody, text: string | undefined): object {
	const content = text === undefined ? [] : [{ type: "text", text }];
	const usage = { input_tokens: 11, output_tokens: 1 };
	return { id: "msg_whole", type: "message", role: "assistant", model, content, usage, stop_reason: "end_turn", stop_sequence: null };
}

/** Performs a script. Rejects if the client disconnects before its end. */
async function perform(script: Script, question: string, log: RequestLog, response: ServerResponse, gone: AbortSignal): Promise<void> {
	const { fault } = script;
	if (script.delay) await wait(script.delay, undefined, { signal: gone });
	if (fault === "hang-up" || fault === "web-page") {
		log.ended = Date.now();
		return void (fault === "hang-up"
			? response.destroy()
			: response.writeHead(200, { "content-type": "text/html" }).end("<h1>Hello</h1>\n"));
	}
	const refusedBy = refusalBy(fault, log.body);
	if (refusedBy !== undefined) {
		const refusal: { status: number; type: string; message: string; errorCode?: string } = refusals[refusedBy];
		if (script.retryAfter !== undefined) response.setHeader("retry-after", script.retryAfter);
		log.ended = Date.now();
		return json(response, refusal.status, errorOf(refusal.type, refusal.message, refusal.errorCode));
	}
	if (script.raw) return sendRaw(script, log, response, gone);

	response.writeHead(200, { "content-type": "text/event-stream" });
	let burst = "";
	const send = async (type: string, fields: object = {}) => {
		const event = `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
		if (script.burst) burst += event;
		else if (!response.write(event)) await once(response, "drain", { signal: gone });
	};
	const words = wordsOf(script, question);
	const cut = fault && !isRefusal(fault) ? fault : undefined;
	const sendPaced = async (deltas: readonly object[]) => {
		const began = performance.now();
		for (const [index, delta] of deltas.entries()) {
			const due = script.perSecond ? began + (index * 1000) / script.perSecond - performance.now() : 0;
			if (due > 0) await wait(due, undefined, { signal: gone });
			await send("content_block_delta", { index: 0, delta });
		}
	};
	await sendStart(log.body, script, send);
	const thoughts = thoughtsOf(script);
	if (thoughts.length > 0) {
		await send("content_block_start", { index: 0, content_block: { type: "thinking", thinking: "", signature: "" } });
		await sendPaced(thoughts.map((thinking) => ({ type: "thinking_delta", thinking })));
		await send("content_block_stop", { index: 0 });
	}
	await script.textAfter;
	if (script.blocks) return sendBlocks(script, log, response, send, gone);
	await send("content_block_start", { index: 0, content_block: { type: "text", text: "" } });
	const deltas = (cut ? words.slice(0, script.after ?? 3) : words).map((text) => ({ type: "text_delta", text }));
	if (script.restAfter) {
		await sendPaced(deltas.splice(0, 3));
		await script.restAfter;
	}
	await sendPaced(deltas);
	if (cut) return spoil(cut, log, response, send, gone);
	await send("content_block_stop", { index: 0 });
	await send("message_delta", {
		delta: { stop_reason: hasRefusedQuestion(log.body) ? "refusal" : (script.stop ?? "end_turn"), stop_sequence: null },
		usage: script.usage === null ? null : { output_tokens: words.length, ...script.usage },
	});
	log.ended = Date.now();
	await send("message_stop");
	response.end(burst);
}

async function sendBlocks(script: Script, log: RequestLog, response: ServerResponse, send: Send, gone: AbortSignal): Promise<void> {
	const { blocks = [], fault, perSecond, after = 3 } = script;
	const { events } = eventsOfBlocks(blocks, turnIn(log.body).length);
	for (const { type, ...fields } of fault ? events.slice(0, after) : events) {
		if (perSecond) await wait(1000 / perSecond, undefined, { signal: gone });
		await send(type, fields);
	}
	if (fault && !isRefusal(fault) && fault !== "hang-up" && fault !== "web-page") return spoil(fault, log, response, send, gone);
	await send("message_delta", {
		delta: { stop_reason: script.stop ?? "end_turn", stop_sequence: null },
		usage: { output_tokens: events.length, ...toolUsageOf(blocks), ...script.usage },
	});
	log.ended = Date.now();
	await send("message_stop");
	response.end();
}

async function sendRaw(
	{ raw = [], rawEnd, every, contentType = "text/event-stream" }: Script,
	log: RequestLog,
	response: ServerResponse,
	gone: AbortSignal,
) {
	response.writeHead(200, { "content-type": contentType }).flushHeaders();
	for (const piece of raw) {
		response.write(piece);
		if (every) await wait(every, undefined, { signal: gone });
	}
	if (rawEnd === "silence") return void (gone.aborted || (await once(gone, "abort")));
	log.ended = Date.now();
	// What was written arrives before the reset.
	if (rawEnd === "reset") return void setTimeout(() => response.socket?.resetAndDestroy(), 200);
	response.end();
}

type Send = (type: string, fields?: object) => Promise<void>;

async function sendStart({ model }: RequestBody, script: Script, send: Send): Promise<void> {
	const usage = { input_tokens: 11, output_tokens: 1, cache_read_input_tokens: 22, cache_creation_input_tokens: 33 };
	const message = { id: "msg_scripted", type: "message", role: "assistant", model, content: [] };
	const whole = { ...message, stop_reason: null, stop_sequence: null, usage, ...script.message };
	await send("message_start", script.message === null ? {} : { message: whole });
	await send("ping");
}

async function spoil(cut: Cut, log: RequestLog, response: ServerResponse, send: Send, gone: AbortSignal): Promise<void> {
	if (cut === "stall") return void (gone.aborted || (await once(gone, "abort")));
	log.ended = Date.now();
	switch (cut) {
		case "error-event":
			await send("error", errorOf("api_error", "Internal server error"));
			break;
		case "overloaded-event":
			await send("error", errorOf("overloaded_error", "Overloaded"));
			break;
		case "bad-json":
			response.write('event: content_block_delta\ndata: {"type":"content_bl\n\n');
			break;
		case "cut":
			response.socket?.resetAndDestroy();
			return;
		case "eof":
			break;
		default:
			cut satisfies never;
	}
	response.end();
}

async function textOf(request: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = await request.toArray();
	return Buffer.concat(chunks).toString();
}

function json(response: ServerResponse, status: number, body: object): void {
	response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

if (import.meta.main) {
	const { values } = parseArgs({ options: { port: { type: "string", default: "0" } } });
	const { url } = await startMessagesApi({ port: Number(values.port) });
	console.log(`The scripted Messages API listens on ${url}`);
}

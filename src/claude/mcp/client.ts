// A client of one MCP server: JSON-RPC over HTTP, one short session for each purpose. Everything that the server sends is bounded, and
// taken only in the form that it must have.

import { bounded } from "../../platform/bounded-body.ts";
import { readServerSentEvents } from "../sse.ts";
import { type Fields, fieldsOf, textOf } from "../values.ts";
import type { McpServer } from "./servers.ts";

const protocolVersion = "2025-06-18";
/** Versions whose messages have the same form. */
const versions = ["2025-03-26", protocolVersion, "2025-11-25"];
/** In bytes, of one answer. */
const longestAnswer = 1024 * 1024;

/** Errors of JSON-RPC for a request that was not begun. Any other may come from the middle of it. */
const refusals = [-32_700, -32_600, -32_601, -32_602];

/** `hasArrived`: the server may have done what it was asked. */
export class McpFailure extends Error {
	readonly kind: "unreachable" | "unauthorized" | "refused" | "unreadable";
	readonly hasArrived: boolean;
	constructor(kind: McpFailure["kind"], hasArrived: boolean) {
		super(kind);
		this.kind = kind;
		this.hasArrived = hasArrived;
	}
}

type Asked = { response: Response; result: () => Promise<Fields> };

export class McpSession {
	readonly #server: McpServer;
	readonly #signal: AbortSignal;
	#headers: Record<string, string> = {};
	#lastId = 0;

	private constructor(server: McpServer, signal: AbortSignal) {
		this.#server = server;
		this.#signal = signal;
	}

	/** Opens a session, hands it to `work`, and closes it. Rejects with `McpFailure`. */
	static async with<T>(server: McpServer, signal: AbortSignal, work: (session: McpSession) => Promise<T>): Promise<T> {
		const session = new McpSession(server, signal);
		await session.#open();
		try {
			return await work(session);
		} finally {
			session.#close();
		}
	}

	async #open(): Promise<void> {
		const clientInfo = { name: "parley", version: "1" };
		const asked = await this.#ask("initialize", { protocolVersion, capabilities: {}, clientInfo }, false);
		const { protocolVersion: version } = await asked.result();
		if (!versions.includes(textOf(version))) throw new McpFailure("unreadable", false);
		const id = asked.response.headers.get("mcp-session-id");
		this.#headers = { "mcp-protocol-version": textOf(version), ...(id !== null && { "mcp-session-id": id }) };
		const response = await this.#post({ method: "notifications/initialized" }, false);
		await response.body?.cancel();
	}

	/** Servers keep sessions that nobody ends. */
	#close(): void {
		if (this.#headers["mcp-session-id"] === undefined) return;
		const signal = AbortSignal.timeout(5_000);
		fetch(this.#server.url, { method: "DELETE", headers: this.#allHeaders, redirect: "manual", signal })
			.then((response) => response.body?.cancel())
			.catch(() => {});
	}

	/** The result of a request. `hasEffect`: if the connection breaks, the server may have done it. */
	async request(method: string, params: object, hasEffect = false): Promise<Fields> {
		const { result } = await this.#ask(method, params, hasEffect);
		return result();
	}

	async #ask(method: string, params: object, hasEffect: boolean): Promise<Asked> {
		this.#lastId += 1;
		const id = this.#lastId;
		const response = await this.#post({ id, method, params }, hasEffect);
		return { response, result: () => readAnswer(response, id, hasEffect) };
	}

	get #allHeaders(): Record<string, string> {
		const { token } = this.#server;
		return { ...this.#headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) };
	}

	async #post(message: object, hasEffect: boolean): Promise<Response> {
		const headers = { "content-type": "application/json", accept: "application/json, text/event-stream", ...this.#allHeaders };
		const body = JSON.stringify({ jsonrpc: "2.0", ...message });
		let response: Response;
		try {
			// Following a redirect would send the token and the arguments to another host.
			response = await fetch(this.#server.url, { method: "POST", headers, body, redirect: "manual", signal: this.#signal });
		} catch {
			throw new McpFailure("unreachable", hasEffect);
		}
		if (response.ok) return response;
		await response.body?.cancel().catch(() => {});
		const isRefused = response.status >= 400 && response.status < 500;
		throw new McpFailure([401, 403].includes(response.status) ? "unauthorized" : "refused", hasEffect && !isRefused);
	}
}

/** The answer is JSON, or one of the events of a stream. */
async function readAnswer(response: Response, id: number, hasEffect: boolean): Promise<Fields> {
	let answer: Fields | undefined;
	try {
		const { body } = bounded(response, longestAnswer);
		const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") ?? false;
		if (!isStream) answer = fieldsOf(JSON.parse(await new Response(body).text()));
		else if (body)
			for await (const data of readServerSentEvents(body)) {
				const event = data === undefined ? {} : fieldsOf(JSON.parse(data));
				if (event.id !== id || event.method !== undefined) continue;
				answer = event;
				break;
			}
	} catch {
		throw new McpFailure("unreadable", hasEffect);
	}
	if (answer?.id !== id) throw new McpFailure("unreadable", hasEffect);
	if (answer.error !== undefined) throw new McpFailure("refused", hasEffect && !refusals.includes(Number(fieldsOf(answer.error).code)));
	return fieldsOf(answer.result);
}

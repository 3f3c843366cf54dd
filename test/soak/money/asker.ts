// Asks Claude in one conversation, one question after the other, over HTTP; and stops replies over a socket. Outlives kills of the server.

import { setTimeout as wait } from "node:timers/promises";
import { SignJWT } from "jose";
import { encodeFrame } from "../../../src/protocol/encode-frame.ts";
import type { Message } from "../../../src/protocol/message.ts";
import type { Script } from "./api.ts";

export const secret = "a secret for kill tests, at least 32 bytes";

export type Outcome = "refused" | "busy" | Message["status"];

/** In ms. A busy machine takes long to start the server again. */
const enough = 600_000;

export class Asker {
	readonly conversationId: string;
	readonly #url: string;
	readonly #token: string;
	#socket: WebSocket | undefined;
	#isOver = false;

	private constructor(url: string, token: string, conversationId: string) {
		this.#url = url;
		this.#token = token;
		this.conversationId = conversationId;
	}

	/** `isTitled`: Claude is not asked for a title. */
	static async arrive(url: string, userId: string, settings: { isTitled: boolean; hasTools: boolean }): Promise<Asker> {
		const token = await new SignJWT({ name: userId })
			.setProtectedHeader({ alg: "HS256" })
			.setSubject(userId)
			.setExpirationTime("12h")
			.sign(new TextEncoder().encode(secret));
		const asker = new Asker(url, token, "");
		const { conversation } = (await asker.#call("POST", "/conversations", {})) as { conversation: { id: string } };
		const arrived = new Asker(url, token, conversation.id);
		const title = settings.isTitled ? { title: "Money" } : {};
		const tools = settings.hasTools ? { tools: { webSearch: true, webFetch: true } } : {};
		if (settings.isTitled || settings.hasTools) await arrived.#call("PATCH", `/conversations/${conversation.id}`, { ...title, ...tools });
		arrived.#connect();
		return arrived;
	}

	/** Resolves once the question is answered or refused. `stopAfter`: in ms after the reply has begun. */
	async ask(script: Script, stopAfter?: number): Promise<Outcome> {
		const path = `/conversations/${this.conversationId}/messages`;
		const content = JSON.stringify(script);
		const sent = (await this.#call("POST", path, { content, clientId: script.tag })) as { message: Message; notice?: { code: string } };
		if (sent.notice?.code === "budget_exceeded") return "refused";
		let stopAt = stopAfter === undefined ? Number.POSITIVE_INFINITY : Number.NaN;
		for (const until = Date.now() + enough; Date.now() < until; await wait(80)) {
			const { messages } = (await this.#call("GET", `${path}?limit=3`)) as { messages: Message[] };
			const reply = messages.find(({ role, seq }) => role === "assistant" && seq > sent.message.seq);
			const question = messages.find(({ id }) => id === sent.message.id);
			if (reply && reply.status !== "streaming") return reply.status;
			if (!reply && question && !question.asksClaude) return "refused";
			if (reply && Number.isNaN(stopAt)) stopAt = Date.now() + (stopAfter ?? 0);
			if (Date.now() >= stopAt) this.#send({ type: "chat:stop", conversationId: this.conversationId });
		}
		return "busy";
	}

	/** Asks in private. Resolves once the question is answered or refused. */
	async askPrivately(script: Script): Promise<Outcome> {
		const path = `/conversations/${this.conversationId}/asides`;
		const body = { content: JSON.stringify(script), clientId: script.tag };
		const { aside, notice } = (await this.#call("POST", path, body)) as { aside: { id: string }; notice?: { code: string } };
		if (notice?.code === "budget_exceeded") return "refused";
		for (const until = Date.now() + enough; Date.now() < until; await wait(150)) {
			const { asides } = (await this.#call("GET", `${path}?limit=5`)) as { asides: { id: string; status: Message["status"] }[] };
			const found = asides.find(({ id }) => id === aside.id);
			if (found && found.status !== "streaming") return found.status;
		}
		return "busy";
	}

	async usage(): Promise<{ usd: number; reservedUsd: number; budget: { usd: number; leftUsd: number } | null }[]> {
		const paths = [`/conversations/${this.conversationId}/usage`, "/me/usage"];
		return (await Promise.all(paths.map((path) => this.#call("GET", path)))) as never;
	}

	close(): void {
		this.#isOver = true;
		this.#socket?.close();
	}

	#send(event: { type: "chat:stop"; conversationId: string }): void {
		if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(encodeFrame([event]));
	}

	#connect(): void {
		if (this.#isOver) return;
		const address = `${this.#url.replace("http", "ws")}/api/conversations/${this.conversationId}/socket`;
		this.#socket = new WebSocket(address, ["chat.v1", `bearer.${this.#token}`]);
		this.#socket.onclose = () => setTimeout(() => this.#connect(), 300);
		this.#socket.onerror = () => {};
	}

	/** Tries until the server answers: it is killed again and again. */
	async #call(method: string, path: string, body?: object): Promise<unknown> {
		for (const until = Date.now() + enough; ; await wait(200)) {
			try {
				const response = await fetch(`${this.#url}/api${path}`, {
					method,
					headers: { authorization: `Bearer ${this.#token}` },
					...(body && { body: JSON.stringify(body) }),
					signal: AbortSignal.timeout(30_000),
				});
				if (response.ok) return await response.json();
				if (response.status < 500 && response.status !== 429)
					throw new Refused(`${path} answered ${response.status}: ${await response.text()}`);
			} catch (error) {
				if (error instanceof Refused || Date.now() > until) throw error;
			}
		}
	}
}

class Refused extends Error {}

// Runs a case against a running server, with only HTTP and WebSockets. README.md describes the steps.

import type { Case, Step } from "./cases.ts";
import { filled, mismatch, type Variables } from "./patterns.ts";

type Event = { type: string; [field: string]: unknown };

/** A socket, with the events and frames that it has received and no step has consumed yet. */
class Line {
	readonly #socket: WebSocket;
	#received: (Event | string)[] = [];
	#code: number | undefined;
	#changed = Promise.withResolvers<void>();

	constructor(url: string, token: string) {
		this.#socket = new WebSocket(url, ["chat.v1", `bearer.${token}`]);
		this.#socket.onmessage = ({ data }) => {
			if (data.startsWith("[")) this.#received.push(...(JSON.parse(data) as Event[]));
			else this.#received.push(data);
			this.#wake();
		};
		this.#socket.onopen = () => this.#wake();
		this.#socket.onclose = ({ code }) => {
			this.#code = code;
			this.#wake();
		};
	}

	/** The next frame or event that fits. Everything before it is skipped. */
	async next(fits: (received: Event | string) => boolean, what: string): Promise<Event | string> {
		for (;;) {
			const at = this.#received.findIndex(fits);
			const found = this.#received[at];
			if (found !== undefined) {
				this.#received = this.#received.slice(at + 1);
				return found;
			}
			if (this.#code !== undefined) throw new Error(`The socket closed with ${this.#code} before ${what}.`);
			await this.#changed.promise;
		}
	}

	/** Resolves when it is open, or was refused. */
	async opened(): Promise<void> {
		while (this.#socket.readyState === WebSocket.CONNECTING) await this.#changed.promise;
	}

	async closed(): Promise<number> {
		while (this.#code === undefined) await this.#changed.promise;
		return this.#code;
	}

	send(frame: string): void {
		this.#socket.send(frame);
	}

	close(): void {
		this.#socket.close();
	}

	#wake(): void {
		this.#changed.resolve();
		this.#changed = Promise.withResolvers();
	}
}

/** Signs people in as guests, once for all cases. */
export class Server {
	readonly url: string;
	readonly #tokens = new Map<string, Promise<{ token: string; user: { id: string } }>>();

	constructor(url: string) {
		this.url = url;
	}

	guest(name: string) {
		const known = this.#tokens.get(name) ?? this.call("POST", "/auth/guest", undefined, { name }, 201);
		this.#tokens.set(name, known);
		return known;
	}

	/** Rejects if the response has another status. */
	// biome-ignore lint/suspicious/noExplicitAny: a case says what it expects.
	async call(method: string, path: string, token?: string, body?: unknown, status = 200): Promise<any> {
		const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
		const init = body === undefined ? {} : { body: JSON.stringify(body) };
		const response = await fetch(`${this.url}/api${path}`, { method, headers, ...init });
		const text = await response.text();
		if (response.status !== status) throw new Error(`${method} ${path} answered ${response.status} and not ${status}: ${text}`);
		return text === "" ? undefined : JSON.parse(text);
	}
}

/** Resolves if the server passes the case. Otherwise rejects with an error that names the step. */
export async function runCase(server: Server, { people, roles = {}, assistant = "off", steps }: Case): Promise<void> {
	const [owner = "", ...others] = people;
	const { token } = await server.guest(owner);
	const { id } = (await server.call("POST", "/conversations", token, {}, 201)).conversation;
	await server.call("PATCH", `/conversations/${id}`, token, { assistant });
	const variables: Variables = new Map([["conversation", id]]);
	for (const name of people) variables.set(name, (await server.guest(name)).user.id);
	if (others.length > 0) {
		const { invite } = await server.call("POST", `/conversations/${id}/invites`, token, {}, 201);
		for (const other of others) await server.call("POST", `/invites/${invite.token}/accept`, (await server.guest(other)).token, {});
	}
	for (const [name, role] of Object.entries(roles))
		await server.call("PATCH", `/conversations/${id}/members/${variables.get(name)}`, token, { role });
	const lines = new Map<string, Line>();
	try {
		for (const [n, step] of steps.entries())
			await take(step, server, lines, variables).catch((error: Error) => {
				throw new Error(`Step ${n + 1}, ${JSON.stringify(step)}: ${error.message}`);
			});
	} finally {
		for (const line of lines.values()) line.close();
	}
}

async function take(step: Step, server: Server, lines: Map<string, Line>, variables: Variables): Promise<void> {
	const lineOf = (name: string) => {
		const line = lines.get(name);
		if (!line) throw new Error(`${name} is not connected.`);
		return line;
	};
	if ("connect" in step) {
		const { token } = await server.guest(step.as ?? step.connect);
		const path = filled(step.path ?? "/conversations/$conversation/socket", variables);
		const url = new URL(`${server.url.replace(/^http/, "ws")}/api${path}`);
		if (step.cursor !== undefined) url.searchParams.set("cursor", String(filled(step.cursor, variables)));
		const line = new Line(url.href, token);
		lines.set(step.connect, line);
		await line.opened();
	} else if ("send" in step) {
		const conversationId = variables.get("conversation");
		const events = "events" in step ? step.events.map((event) => filled({ conversationId, ...event }, variables)) : undefined;
		lineOf(step.send).send(events ? JSON.stringify(events) : String(filled("frame" in step && step.frame, variables)));
	} else if ("expect" in step) {
		await expectOn(lineOf(step.expect), step, variables);
	} else if ("silent" in step) {
		// Events that are already on their way arrive before the answer to this.
		const line = lineOf(step.silent);
		line.send(JSON.stringify([{ type: "chat:join", conversationId: variables.get("conversation") }]));
		const before: string[] = [];
		await line.next((received) => {
			const type = typeof received === "string" ? received : received.type;
			if (type === "chat:joined") return true;
			before.push(type);
			return false;
		}, "chat:joined");
		const heard = step.about.filter((type) => before.includes(type));
		if (heard.length > 0) throw new Error(`It received ${heard.join(", ")}.`);
	} else if ("disconnect" in step) {
		lineOf(step.disconnect).close();
	} else if ("closed" in step) {
		const code = await lineOf(step.closed).closed();
		if (code !== step.code) throw new Error(`It closed with ${code}.`);
	} else if ("call" in step) {
		const { token } = await server.guest(step.call);
		const body = step.body && filled(step.body, variables);
		const answer = await server.call(step.method, String(filled(step.path, variables)), token, body, step.status);
		const problem = step.answer && mismatch(step.answer, answer, variables, "answer");
		if (problem !== undefined) throw new Error(problem);
	} else {
		step satisfies never;
	}
}

async function expectOn(line: Line, step: Extract<Step, { expect: string }>, variables: Variables): Promise<void> {
	if ("frame" in step) {
		await line.next((received) => received === step.frame, step.frame);
		return;
	}
	const { type } = step.event;
	const event = await line.next((received) => typeof received !== "string" && received.type === type, type);
	const problem = mismatch(step.event, event, variables, type);
	if (problem !== undefined) throw new Error(problem);
}

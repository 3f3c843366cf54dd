// A live conversation for programs and pages, without React and without a schema library: it resumes where it left off, sends each
// message exactly once, and shows no message twice. The connection is the page's own.

import { closeCodes } from "../../src/protocol/frames/close-codes.ts";
import { Connection, type Renewal, type Socket } from "../src/live/connection.ts";
import { emptyModel, type Model, nextToSend, reduce } from "./state.ts";
import type { Connect, Outgoing, ServerEvent } from "./types.ts";
import type { ServerEvent as WireEvent } from "./wire.ts";

export type * from "./types.ts";

/** In ms: a connection that leaves a message unacknowledged for so long is replaced. */
const acknowledgementTimeout = 15_000;

export const connect: Connect = ({ url, conversationId, token, storage, onEvent }) => {
	const api = `${url.replace(/\/+$/, "")}/api/conversations/${encodeURIComponent(conversationId)}`;
	const listeners = new Set<() => void>();
	let model: Model = emptyModel;
	let key: string | undefined;
	let isJoining = false;
	let cancelTimer = () => {};

	const connection = new Connection<Frame, object>({
		token: null,
		parseFrame,
		readyEvent: "chat:joined",
		urlFor: (cursor) => `${api.replace(/^http/, "ws")}/socket${cursor === undefined ? "" : `?cursor=${encodeURIComponent(cursor)}`}`,
		openSocket,
		clock: { now: Date.now, after },
		random: Math.random,
		renewToken,
		explainRefusal: async (current) => codes[(await statusOf(api, current)) ?? 0],
		onEvents(events) {
			for (const event of events) {
				onEvent?.(event as ServerEvent);
				model = reduced(model, event);
				joinLaterIfRefused(event);
			}
			apply(model);
		},
		onState({ type, ...state }) {
			const status = type === "joining" ? "connecting" : type === "offline" || type === "replaced" ? "waiting" : type;
			const code = "code" in state ? state.code : undefined;
			// A lost connection takes the message in flight with it: it is sent again on the next one.
			if (status !== "connected") model = { ...model, typing: [], isBehind: false, inFlight: undefined };
			isJoining = false;
			apply({ ...model, status, code });
		},
	});

	async function renewToken(): Promise<Renewal> {
		try {
			const next = await token();
			if (next === null) return { failure: "signed_out" };
			if (key === undefined) restore(next);
			return { token: next };
		} catch {
			return { failure: "unreachable" };
		}
	}

	/** What an earlier client of the same person has not had acknowledged goes first. */
	function restore(current: string): void {
		const subject = subjectOf(current);
		if (!storage || subject === undefined) return;
		key = `parley ${url} ${conversationId} ${subject}`;
		const known = new Set(model.outgoing.map(({ clientId }) => clientId));
		const saved = savedIn(storage.getItem(key)).filter(({ clientId }) => !known.has(clientId));
		apply({ ...model, outgoing: [...saved, ...model.outgoing] });
	}

	/** Everything that follows from a new state. */
	function apply(next: Model): void {
		model = next;
		save();
		if (model.status === "connected") {
			if (!model.isBehind) isJoining = false;
			else if (!isJoining) isJoining = connection.send({ type: "chat:join", conversationId, cursor: connection.cursor });
			sendNext();
		}
		for (const listener of [...listeners]) listener();
	}

	function save(): void {
		if (!storage || key === undefined) return;
		if (model.outgoing.length > 0) storage.setItem(key, JSON.stringify(model.outgoing));
		else storage.removeItem(key);
	}

	/** A request for what is missing may be refused as too fast. Such a refusal names no message. */
	function joinLaterIfRefused(event: Frame): void {
		if (event.type !== "chat:error" || !isJoining || event.clientId !== undefined || event.messageId !== undefined) return;
		after(event.retryAfterMs ?? acknowledgementTimeout, () => {
			isJoining = false;
			if (model.status === "connected") apply(model);
		});
	}

	function sendNext(): void {
		const now = Date.now();
		const next = nextToSend(model, now);
		if (!next) {
			if (model.inFlight === undefined && model.heldUntil > now) setTimer(model.heldUntil - now, () => apply(model));
			return;
		}
		const { clientId, content, replyTo, steer } = next;
		if (!connection.send({ type: "chat:send", conversationId, role: "user", clientId, content, replyTo, steer })) return;
		model = { ...model, inFlight: clientId };
		setTimer(acknowledgementTimeout, () => {
			if (model.inFlight === clientId) connection.restart();
		});
	}

	/** There is one at a time. */
	function setTimer(ms: number, call: () => void): void {
		cancelTimer();
		cancelTimer = after(ms, call);
	}

	const change = (clientId: string, changed: (one: Outgoing) => Outgoing[]) =>
		apply({ ...model, outgoing: model.outgoing.flatMap((one) => (one.clientId === clientId ? changed(one) : [one])) });

	connection.start();

	return {
		get state() {
			return model;
		},
		subscribe(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		send(content, more = {}) {
			const clientId = newId();
			apply({ ...model, outgoing: [...model.outgoing, { clientId, content, ...more }] });
			return clientId;
		},
		retry: (clientId) => change(clientId, ({ failed: _, ...one }) => [one]),
		discard: (clientId) => change(clientId, () => []),
		emit: (event) => connection.send({ conversationId, ...event }),
		wake: () => connection.wake(),
		close() {
			cancelTimer();
			connection.stop();
			listeners.clear();
		},
	};
};

type Frame = WireEvent & { cursor?: string };

/** An event that this version cannot read is skipped: it must not cost what comes with it. */
function reduced(model: Model, event: Frame): Model {
	try {
		return reduce(model, event, Date.now());
	} catch {
		return model;
	}
}

function parseFrame(frame: string): Frame[] {
	try {
		const events: unknown = JSON.parse(frame);
		return [events].flat().filter((event) => typeof (event as Frame | null)?.type === "string") as Frame[];
	} catch {
		return [];
	}
}

/** What a refused upgrade means. Browsers do not tell the reason, so it is asked for over HTTP. */
const codes: Record<number, 4401 | 4404> = { 401: closeCodes.token, 404: closeCodes.deleted };

async function statusOf(api: string, token: string): Promise<number | undefined> {
	const headers = { authorization: `Bearer ${token}` };
	const response = await fetch(api, { headers, signal: AbortSignal.timeout(acknowledgementTimeout) }).catch(() => undefined);
	return response?.status;
}

function openSocket(
	url: string,
	protocols: string[],
	listener: Parameters<ConstructorParameters<typeof Connection>[0]["openSocket"]>[2],
): Socket {
	const socket = new WebSocket(url, protocols);
	socket.onopen = listener.open;
	socket.onmessage = ({ data }) => listener.message(data);
	socket.onclose = ({ code }) => listener.close(code);
	return {
		send: (text) => {
			if (socket.readyState === WebSocket.OPEN) socket.send(text);
		},
		close: () => socket.close(),
	};
}

function after(ms: number, call: () => void): () => void {
	const timer = setTimeout(call, ms);
	return () => clearTimeout(timer);
}

function newId(): string {
	return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The person of a JSON Web Token, which is not verified here: it only keeps people's unsent messages apart. */
function subjectOf(token: string): string | undefined {
	try {
		const payload = (token.split(".")[1] as string).replaceAll("-", "+").replaceAll("_", "/");
		return String(JSON.parse(atob(payload)).sub);
	} catch {
		return undefined;
	}
}

/** Storage may hold anything. */
function savedIn(text: string | null): Outgoing[] {
	try {
		const saved = JSON.parse(text ?? "[]") as Outgoing[];
		return saved.filter(({ clientId, content }) => typeof clientId === "string" && typeof content === "string");
	} catch {
		return [];
	}
}

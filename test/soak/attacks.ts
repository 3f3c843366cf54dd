// Ways in which one person tries to slow a conversation down for others, each as fast as it is permitted. They run in a
// process of their own, which `startAttack` starts.

import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { SignJWT } from "jose";
import WebSocket from "ws";
import { encodeFrame } from "../../src/protocol/encode-frame.ts";
import type { ClientEvent } from "../../src/protocol/events.ts";
import { post } from "../e2e/api.ts";

export type Target = { url: string; conversationId: string; secret: string };

/** Answers by their status, 0 for a connection that failed. */
export type Answers = Record<number, number>;

type Attacker = Target & { token: string; answers: Answers };

export const attacks = {
	"history pages of 200, one at a time": (attacker) => repeat(1, () => get(attacker, "messages?limit=200")),
	"history pages of 200, 8 at once": (attacker) => repeat(8, () => get(attacker, "messages?limit=200")),
	"history pages of 1, 16 at once": (attacker) => repeat(16, () => get(attacker, "messages?limit=1")),
	"sockets opened and closed, 4 at once": (attacker) => repeat(4, () => openAndClose(attacker)),
	"chat:join, 20 a second": (attacker) => frames(attacker, 20, () => ({ type: "chat:join" })),
	"exports, 4 at once": (attacker) => repeat(4, () => get(attacker, "export")),
	"a stranger's requests, 16 at once": (attacker) => repeat(16, () => get({ ...attacker, conversationId: "nowhere" }, "messages")),
	"searches for a beginning, 4 at once": (attacker) => repeat(4, (n) => get(attacker, `search?q=w${(n % 36).toString(36)}&limit=50`)),
	"marks as unread and read, 98 a second": (attacker) =>
		frames(attacker, 98, (n) => ({ type: "chat:read", upTo: 1 + (n % 2), ...(n % 2 === 0 && { unread: true }) })),
	"messages over HTTP, 16 at once": (attacker) =>
		repeat(16, (n) => get(attacker, "messages", { method: "POST", body: JSON.stringify({ content: `flood ${n} `.repeat(1_000) }) })),
	"event streams opened and closed, 4 at once": (attacker) => repeat(4, () => readBeginning(attacker, "events")),
} satisfies Record<string, (attacker: Attacker) => Promise<unknown>>;

export type AttackName = keyof typeof attacks;

/** Starts an attack by a person of its own, in a process of its own. `stop` returns how it was answered. */
export function startAttack(name: AttackName, target: Target): { stop(): Promise<Answers> } {
	const child = fork(fileURLToPath(new URL("attacker.ts", import.meta.url)));
	child.send({ name, target });
	return {
		stop: async () => {
			child.send("stop");
			const [answers] = (await once(child, "message")) as [Answers];
			child.kill();
			return answers;
		},
	};
}

export async function tokenFor({ secret }: Pick<Target, "secret">, userId: string): Promise<string> {
	return new SignJWT({ name: userId, conversations: ["*"] })
		.setProtectedHeader({ alg: "HS256" })
		.setSubject(userId)
		.setExpirationTime("12h")
		.sign(new TextEncoder().encode(secret));
}

/** A conversation of `messages` messages as long as they may be, in two scripts, by many people. */
export async function longConversation(url: string, secret: string, messages: number): Promise<string> {
	const owner = await tokenFor({ secret }, "ann");
	const { id } = (await post(url, "/conversations", owner)).conversation;
	await fetch(`${url}/api/conversations/${id}`, {
		method: "PATCH",
		headers: { authorization: `Bearer ${owner}` },
		body: JSON.stringify({ assistant: "off" }),
	});
	for (let n = 0; n < messages; n++) {
		const content =
			n % 2 ? "漢字かな交じり文".repeat(12_500) : Array.from({ length: 14_000 }, (_, k) => `w${(n * 14_000 + k).toString(36)}`).join(" ");
		await post(url, `/conversations/${id}/messages`, await tokenFor({ secret }, `author-${n % 20}`), { content: content.slice(0, 99_000) });
	}
	return id;
}

/** Repeats something for ever, so many at once. */
function repeat(atOnce: number, act: (n: number) => Promise<unknown>): Promise<unknown> {
	let n = 0;
	const loop = async () => {
		for (;;) await act(n++);
	};
	return Promise.all(Array.from({ length: atOnce }, loop));
}

function count({ answers }: Attacker, status: number): void {
	answers[status] = (answers[status] ?? 0) + 1;
}

async function get(attacker: Attacker, path: string, init: RequestInit = {}): Promise<void> {
	try {
		const response = await request(attacker, path, init);
		await response.arrayBuffer();
		count(attacker, response.status);
	} catch {
		count(attacker, 0);
	}
}

function request({ url, conversationId, token }: Attacker, path: string, init: RequestInit = {}): Promise<Response> {
	return fetch(`${url}/api/conversations/${conversationId}/${path}`, { ...init, headers: { authorization: `Bearer ${token}` } });
}

async function readBeginning(attacker: Attacker, path: string): Promise<void> {
	const response = await request(attacker, path);
	count(attacker, response.status);
	const reader = response.body?.getReader();
	await reader?.read();
	await reader?.cancel();
}

function socketOf({ url, conversationId, token }: Attacker): WebSocket {
	const socket = new WebSocket(`${url.replace("http", "ws")}/api/conversations/${conversationId}/socket`, ["chat.v1", `bearer.${token}`]);
	socket.on("error", () => {});
	return socket;
}

async function openAndClose(attacker: Attacker): Promise<void> {
	const socket = socketOf(attacker);
	const opened = new Promise<number>((resolve) => {
		socket.once("open", () => resolve(101));
		socket.once("unexpected-response", (_request, response) => resolve(response.statusCode ?? 0));
		socket.once("close", () => resolve(0));
	});
	count(attacker, await opened);
	socket.terminate();
}

/** Sends frames at a rate, and connects again whenever it is disconnected. */
async function frames(
	attacker: Attacker,
	perSecond: number,
	frame: (n: number) => { type: ClientEvent["type"]; [field: string]: unknown },
): Promise<void> {
	for (let n = 0; ; ) {
		const socket = socketOf(attacker);
		await Promise.race([once(socket, "open").catch(() => {}), once(socket, "close")]);
		for (; socket.readyState === WebSocket.OPEN; n++) {
			socket.send(encodeFrame([{ conversationId: attacker.conversationId, ...frame(n) } as ClientEvent]));
			count(attacker, 1);
			await wait(1_000 / perSecond);
		}
		await wait(1_000);
	}
}

// Starts the three servers, each as a process group of its own, and opens conversations on them.

import { fileURLToPath } from "node:url";
import { SignJWT } from "jose";
import type { AssistantMode } from "../../src/protocol/conversation.ts";
import { freePort, type ServerProcess, startServer } from "../support/server.ts";
import type { Room } from "./crowd.ts";
import type { Peer } from "./dialects.ts";

export type RunningServer = {
	peer: Peer;
	/** Opens a new conversation for `people` people; the first owns it. */
	open(people: number, assistant: AssistantMode): Promise<Room>;
	stop(): Promise<void>;
};

const root = fileURLToPath(new URL("../..", import.meta.url));
const wrangler = fileURLToPath(new URL("bin/wrangler.js", import.meta.resolve("wrangler/package.json")));
export const jwtSecret = "a secret for benchmarks, at least 32 bytes long";

/**
 * Starts one server that stores its data under `stateDir`. `messagesApi` is the address of Parley's Claude. The runtime's inspector
 * listens on `inspectorPort`; 0: on any port.
 */
export async function start(peer: Peer, stateDir: string, messagesApi: string, inspectorPort = 0): Promise<RunningServer> {
	const port = await freePort();
	const server = await startServer(...commandOf(peer, { port, inspectorPort }, `${stateDir}/${peer}`, messagesApi));
	const { stop } = server;
	switch (peer) {
		case "plain":
			return {
				peer,
				stop,
				open: async (people) => roomByName(peer, server, people, (room, name) => `ws://127.0.0.1:${port}/${room}?name=${name}`),
			};
		case "socketio": {
			const socketUrl = (room: string, name: string) =>
				`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket&room=${room}&name=${name}`;
			return { peer, stop, open: async (people) => roomByName(peer, server, people, socketUrl) };
		}
		case "parley":
			return { peer, stop, open: (people, assistant) => conversation(server, port, people, assistant) };
		default:
			return peer satisfies never;
	}
}

type Ports = { port: number; inspectorPort: number };

function commandOf(peer: Peer, { port, inspectorPort }: Ports, stateDir: string, messagesApi: string): [args: string[], ready: RegExp] {
	const ports = ["--ip", "127.0.0.1", "--port", String(port), "--inspector-port", String(inspectorPort)];
	const dev = [wrangler, "dev", ...ports, "--persist-to", stateDir];
	switch (peer) {
		case "plain":
			return [[...dev, "--config", fileURLToPath(new URL("plain/wrangler.toml", import.meta.url))], /Ready on/];
		case "socketio":
			return [[fileURLToPath(new URL("socketio-server.ts", import.meta.url)), String(port)], /Listening/];
		case "parley": {
			const settings = {
				JWT_SECRET: jwtSecret,
				SEND_BURST: "1000000",
				SEND_PER_SECOND: "1000000",
				ANTHROPIC_API_KEY: "benchmark",
				ANTHROPIC_BASE_URL: messagesApi,
			};
			const vars = Object.entries(settings).flatMap(([name, value]) => ["--var", `${name}:${value}`]);
			return [[...dev, "--config", `${root}/wrangler.toml`, ...vars], /Ready on/];
		}
		default:
			return peer satisfies never;
	}
}

const nameOf = (person: number) => `person-${person}`;

function roomByName(peer: Peer, { group }: ServerProcess, people: number, url: (room: string, name: string) => string): Room {
	const id = crypto.randomUUID();
	return { peer, id, group, people: Array.from({ length: people }, (_, person) => ({ url: url(id, nameOf(person)), headers: {} })) };
}

async function conversation({ group }: ServerProcess, port: number, people: number, assistant: AssistantMode): Promise<Room> {
	return { peer: "parley", group, ...(await openConversation(`http://127.0.0.1:${port}`, people, assistant)) };
}

/** Opens a conversation of Parley at `url`, whose people sign in with `jwtSecret`. */
export async function openConversation(url: string, people: number, assistant: AssistantMode): Promise<Pick<Room, "id" | "people">> {
	const tokens = await Promise.all(Array.from({ length: people }, (_, person) => token(nameOf(person))));
	const [owner] = tokens;
	const call = async (method: string, path: string, body: object) => {
		const response = await fetch(`${url}/api/conversations${path}`, {
			method,
			headers: { Authorization: `Bearer ${owner}`, "Content-Type": "application/json" },
			body: JSON.stringify(body),
		});
		if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
		return (await response.json()) as { conversation: { id: string } };
	};
	const { id } = (await call("POST", "", { title: "Benchmark" })).conversation;
	await call("PATCH", `/${id}`, { assistant });
	const socket = `${url.replace("http", "ws")}/api/conversations/${id}/socket`;
	return { id, people: tokens.map((token) => ({ url: socket, headers: { Authorization: `Bearer ${token}` } })) };
}

/** A token that grants every conversation. */
function token(userId: string): Promise<string> {
	return new SignJWT({ name: userId, conversations: ["*"] })
		.setProtectedHeader({ alg: "HS256" })
		.setSubject(userId)
		.setIssuedAt()
		.setExpirationTime("1h")
		.sign(new TextEncoder().encode(jwtSecret));
}

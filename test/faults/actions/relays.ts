// A conversation with so many sockets that newcomers are at a relay. Whoever is there follows it, and reconnects from where they were.

import { env } from "cloudflare:workers";
import { relayName } from "../../../src/relay/placement.ts";
import { Client } from "../../support/socket.ts";
import type { Stub } from "../fault.ts";
import { as, over, talking, userOf, type World } from "../world.ts";

/** So many sockets no other action opens at once. One person may have as many. */
export const relaysFrom = 6;
/** In s. Time passes while everything comes to rest. */
const expiresIn = 24 * 3600;

/** Ann holds the conversation's own sockets. */
async function crowded() {
	const world = await talking();
	const { ann, id } = world;
	for (let n = 0; n < relaysFrom; n++) await Client.join(ann, id, { expiresIn });
	const relay = () => env.RELAYS.getByName(relayName(id, 0)) as unknown as Stub;
	// Whoever reads along has a list that is told later.
	const see = async () => {
		const { views, ...seen } = await world.see();
		return { ...seen, views: views.map(({ listed: _, ...view }) => view) };
	};
	return { ...world, objects: { ...world.objects, relay, ann: userOf(ann) }, see };
}

/** Follows a conversation on one socket after another. */
class Follower {
	readonly #person: string;
	readonly #id: string;
	readonly #texts = new Map<string, string>();
	#cursor: string | undefined;
	#client: Client | undefined;

	constructor(person: string, id: string) {
		this.#person = person;
		this.#id = id;
	}

	async connect(): Promise<void> {
		const client = await Client.join(this.#person, this.#id, { expiresIn, ...(this.#cursor !== undefined && { cursor: this.#cursor }) });
		this.#client = client;
		void client.closed.then(() => {
			this.#read();
			this.#client = undefined;
		});
		this.#read();
	}

	/** Everything that has come is read once. */
	#read(): void {
		for (const event of this.#client?.events.splice(0) ?? []) {
			if (event.type === "chat:joined") for (const { id, content } of event.messages) this.#texts.set(id, content);
			if (event.type === "chat:message") this.#texts.set(event.message.id, event.message.content);
			if ("cursor" in event && typeof event.cursor === "string") this.#cursor = event.cursor;
		}
	}

	get isConnected(): boolean {
		return this.#client !== undefined;
	}

	/** What has come, on a new socket if the last one has closed. */
	async texts(): Promise<string[]> {
		if (!this.isConnected) await this.connect();
		this.#read();
		return [...this.#texts.values()];
	}
}

/** Bob, at the relay, receives what Ann sends. */
async function hearAtRelay(): Promise<World> {
	const { ann, bob, id, objects, see, said } = await crowded();
	const follower = new Follower(bob, id);
	await follower.connect();
	const act = async () => {
		const sent = await as(ann, "POST", `/conversations/${id}/messages`, { content: "Second", clientId: "second" });
		return { isDone: sent.status < 300 };
	};
	const seeHeard = async () => ({ ...(await see()), heard: await follower.texts() });
	return { objects, act, see: seeHeard, said, repeats: "completes it" };
}

/** Bob connects to the relay and sends. */
async function sayAtRelay(): Promise<World> {
	const { bob, id, objects, see, said } = await crowded();
	const event = { type: "chat:send", role: "user", content: "Second", clientId: "second" } as const;
	const act = () => over(bob, id, event, (received) => received.type === "chat:message" && received.message.clientId === "second");
	return { objects, act, see, said, repeats: "completes it" };
}

/** Bob, at the relay, is removed: his socket there closes. */
async function expelFromRelay(): Promise<World> {
	const { ann, bob, id, objects, see, said } = await crowded();
	const follower = new Follower(bob, id);
	await follower.connect();
	const act = async () => {
		const { status } = await as(ann, "DELETE", `/conversations/${id}/members/${bob}`);
		return { isDone: status < 300 || status === 404 };
	};
	const seeSocket = async () => ({ ...(await see()), isConnected: follower.isConnected });
	return { objects, act, see: seeSocket, said, repeats: "completes it" };
}

export const relayActions = { hearAtRelay, sayAtRelay, expelFromRelay };

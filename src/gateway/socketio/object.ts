// The Durable Object of one Socket.IO client that polls: its requests reach whatever instance of the Worker they like, and its session has to be
// in one place. It lives in memory alone, for as long as the client polls: it stores nothing, and sets no alarm.

import { DurableObject } from "cloudflare:workers";
import { readSettings, type Settings } from "../../settings.ts";
import { houseOf } from "./backend.ts";
import { Line } from "./connection.ts";
import { separator } from "./packets.ts";
import { type Answer, badRequest, Polling, unknownSession } from "./polling.ts";
import type { SessionState } from "./session.ts";
import { upgradeWithin } from "./websocket.ts";

export type Handed = { session: SessionState; packets: string[] };

export class PollingObject extends DurableObject<Env> {
	readonly #settings: Settings;
	readonly #polling = new Polling();
	#line: Line | undefined;
	#upgrade: ReturnType<typeof setTimeout> | undefined;

	constructor(ctx: DurableObjectState, env: Env) {
		super(ctx, env);
		const read = readSettings(env);
		if ("problem" in read) throw new Error(read.problem);
		this.#settings = read.settings;
	}

	/** Begins a session; the first answer. */
	async open(sid: string, token: string | undefined): Promise<Answer> {
		const polling = this.#polling;
		this.#line = new Line(houseOf(this.env, this.#settings), { write: (packet) => polling.write(packet), end: (why) => this.#ended(why) });
		this.#line.offerToken(token);
		this.#line.open(sid, ["websocket"]);
		return polling.poll();
	}

	/** `key`: as `Polling` has it. */
	async poll(token: string | undefined, key: string | undefined): Promise<Answer> {
		this.#line?.offerToken(token);
		return this.#line || this.#polling.isClosed ? this.#polling.poll(key) : unknownSession;
	}

	/** Packets of the client, in a body that is not too long. */
	async post(body: string, token: string | undefined, key: string | undefined): Promise<Answer> {
		if (!this.#line) return unknownSession;
		this.#line.offerToken(token);
		if (!this.#polling.isNew(key)) return { status: 200, body: "ok" };
		for (const packet of body.split(separator)) {
			const outcome = this.#line?.receive(packet) ?? "closed";
			if (outcome === "open") continue;
			if (outcome === "malformed") this.#ended("dead");
			else if (!this.#polling.isClosed) this.#polling.close();
			this.#line = undefined;
			return outcome === "malformed" ? badRequest : { status: 200, body: "ok" };
		}
		return { status: 200, body: "ok" };
	}

	/** It sent what no client sends. */
	async refuse(): Promise<Answer> {
		if (!this.#line) return unknownSession;
		this.#line.end();
		return badRequest;
	}

	#ended(why: "ended" | "dead" = "ended"): void {
		this.#polling.end(why);
		this.#line = undefined;
	}

	// The upgrade

	/** Whether a WebSocket may take the session over; one at a time. */
	async mayUpgrade(): Promise<boolean> {
		if (!this.#line || this.#upgrade !== undefined) return false;
		this.#upgrade = setTimeout(() => void this.goOn(), upgradeWithin);
		return true;
	}

	/** The WebSocket works: what waits for news by polling is let go. */
	async pause(): Promise<void> {
		if (this.#line) this.#polling.pause();
	}

	/** There is no WebSocket after all. */
	async goOn(): Promise<void> {
		clearTimeout(this.#upgrade);
		this.#upgrade = undefined;
		this.#polling.goOn();
	}

	/** All of the session, for who goes on with it. Here it is at its end, but that it is seen to be there until `release`, or for a while. */
	async handOver(): Promise<Handed | undefined> {
		const line = this.#line;
		if (!line) return undefined;
		clearTimeout(this.#upgrade);
		const session = await line.handOver();
		this.#line = undefined;
		setTimeout(() => line.close(), lingerFor);
		return { session, packets: this.#polling.handOver() };
	}
}

/** Until whoever goes on is in all conversations, in ms: in between nobody is to be seen leaving. */
const lingerFor = 3_000;

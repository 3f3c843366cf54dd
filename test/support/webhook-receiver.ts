// A receiver of webhooks inside the test. It refuses what a careful one refuses: other methods and media types, an old time, a signature
// that is not of its secret, and a second delivery of the same id, which it answers as the first.

import { createHmac, timingSafeEqual } from "node:crypto";
import { vi } from "vitest";

export type Received = { type: string; timestamp: string; data: Record<string, unknown> & { message?: Record<string, unknown> } };

const tolerance = 5 * 60;

/** Stands in for `fetch` for the addresses of these receivers alone. */
export function fetchWith(receivers: readonly FakeReceiver[], outside: typeof fetch): typeof fetch {
	return async (input, init) => {
		const request = new Request(input as RequestInfo, init);
		return receivers.find(({ url }) => url === request.url)?.take(request) ?? outside(input, init);
	};
}

export class FakeReceiver {
	readonly url: string;
	/** Set it once the webhook is made. */
	secret = "";
	/** Everything that arrived, in order. */
	readonly received: Received[] = [];
	/** Answers the next requests instead, in order. */
	readonly answers: ResponseInit[] = [];
	/** Requests that reached it, refused ones too. */
	requests = 0;
	readonly #ids = new Set<string>();
	#read = 0;

	constructor(url = `https://hooks-${crypto.randomUUID()}.example/parley?key=1`) {
		this.url = url;
	}

	async take(request: Request): Promise<Response> {
		this.requests++;
		const instead = this.answers.shift();
		if (instead) return new Response("details that nobody may see", instead);
		if (request.method !== "POST") return new Response(null, { status: 405 });
		if (request.headers.get("content-type") !== "application/json") return new Response(null, { status: 415 });
		const [id, time, signatures] = ["id", "timestamp", "signature"].map((name) => request.headers.get(`webhook-${name}`) ?? "");
		const body = await request.text();
		if (!id || Math.abs(Date.now() / 1000 - Number(time)) > tolerance) return new Response("old", { status: 400 });
		const key = Buffer.from(this.secret.replace(/^whsec_/, ""), "base64");
		const expected = createHmac("sha256", key).update(`${id}.${time}.${body}`).digest();
		const isSigned = signatures?.split(" ").some((signature) => {
			const given = Buffer.from(signature.replace(/^v1,/, ""), "base64");
			return signature.startsWith("v1,") && given.length === expected.length && timingSafeEqual(given, expected);
		});
		if (!isSigned) return new Response("signature", { status: 401 });
		if (!this.#ids.has(id)) this.received.push(JSON.parse(body));
		this.#ids.add(id);
		return new Response("thanks, a body that nobody reads", { status: 200 });
	}

	/** Returns the next event that arrives or has arrived. It is looked for: the runtime ties a promise to the object that sends. */
	next(): Promise<Received> {
		return vi.waitFor(
			() => {
				const next = this.received[this.#read];
				if (!next) throw new Error("Nothing has arrived");
				this.#read++;
				return next;
			},
			{ timeout: 15_000 },
		);
	}
}

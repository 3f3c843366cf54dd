// A push service and its browsers inside the test. It refuses what a real one refuses: a request without TTL, a token for another
// service or of another key, the old encoding, a body that is too long. Its browsers decrypt with another implementation than ours.

import { createECDH, randomBytes } from "node:crypto";
import ece from "http_ece";
import { importJWK, jwtVerify } from "jose";
import { vi } from "vitest";
import type { PushMessage } from "../../src/protocol/push/message.ts";
import type { Subscription } from "../../src/protocol/push/subscription.ts";

type Received = { message: PushMessage; topic: string | null; urgency: string | null; ttl: number };

/** A pair of keys of a deployment, by another implementation than ours. */
export function vapidKeys() {
	const pair = createECDH("prime256v1");
	pair.generateKeys();
	const privateKey = pair.getPrivateKey();
	// A leading zero is left out.
	const padded = Buffer.concat([Buffer.alloc(32 - privateKey.length), privateKey]);
	return { VAPID_PUBLIC_KEY: pair.getPublicKey().toString("base64url"), VAPID_PRIVATE_KEY: padded.toString("base64url") };
}

export class FakeBrowser {
	readonly subscription: Subscription;
	readonly #received: Received[] = [];
	/** Answers the next requests instead, in order. */
	readonly answers: Response[] = [];
	/** Requests that reached the service, refused ones too. */
	requests = 0;
	isGone = false;
	readonly #pair = createECDH("prime256v1");
	readonly #auth = randomBytes(16);
	readonly #applicationServerKey: string;

	constructor(service: string, applicationServerKey: string) {
		this.#pair.generateKeys();
		this.#applicationServerKey = applicationServerKey;
		const keys = { p256dh: this.#pair.getPublicKey().toString("base64url"), auth: this.#auth.toString("base64url") };
		this.subscription = { endpoint: `${service}/send/${crypto.randomUUID()}`, keys };
	}

	async take(request: Request): Promise<Response> {
		this.requests++;
		const instead = this.answers.shift();
		if (instead) return instead;
		if (this.isGone) return new Response("push subscription has unsubscribed or expired", { status: 410 });
		const ttl = request.headers.get("ttl");
		if (ttl === null || request.method !== "POST") return new Response("TTL missing", { status: 400 });
		if (!(await this.#isAuthorized(request))) return new Response("UnauthorizedRegistration", { status: 403 });
		if (request.headers.get("content-encoding") !== "aes128gcm") return new Response("encoding", { status: 415 });
		const topic = request.headers.get("topic");
		if (topic !== null && !/^[\w-]{1,32}$/.test(topic)) return new Response("Invalid topic", { status: 400 });
		const body = Buffer.from(await request.arrayBuffer());
		if (body.length > 4096) return new Response("PayloadTooLarge", { status: 413 });
		const text = ece.decrypt(body, { version: "aes128gcm", privateKey: this.#pair, authSecret: this.#auth }).toString("utf8");
		this.#received.push({ message: JSON.parse(text), topic, urgency: request.headers.get("urgency"), ttl: Number(ttl) });
		return new Response(null, { status: 201 });
	}

	async #isAuthorized(request: Request): Promise<boolean> {
		const [, token, key] = /^vapid t=([^,]+), ?k=(.+)$/.exec(request.headers.get("authorization") ?? "") ?? [];
		if (token === undefined || key !== this.#applicationServerKey) return false;
		const bytes = Buffer.from(key, "base64url");
		const [x, y] = [bytes.subarray(1, 33), bytes.subarray(33)].map((part) => part.toString("base64url")) as [string, string];
		try {
			const { payload } = await jwtVerify(token, await importJWK({ kty: "EC", crv: "P-256", x, y }, "ES256"), {
				audience: new URL(request.url).origin,
				maxTokenAge: "24h",
			});
			return /^(mailto:|https:)/.test(payload.sub ?? "");
		} catch {
			return false;
		}
	}

	/** Returns the next message that arrives or has arrived. It is looked for: the runtime ties a promise to the object that sends. */
	async next(): Promise<Received> {
		return vi.waitFor(
			() => {
				const received = this.#received.shift();
				if (!received) throw new Error("Nothing was pushed");
				return received;
			},
			{ timeout: 15_000 },
		);
	}

	/** Arrived, and not yet returned by `next`. */
	get unread(): PushMessage[] {
		return this.#received.map(({ message }) => message);
	}
}

export class FakePushService {
	readonly origin: string;
	readonly #browsers = new Map<string, FakeBrowser>();

	constructor(origin = `https://push-${crypto.randomUUID()}.example`) {
		this.origin = origin;
	}

	subscribe(applicationServerKey: string): FakeBrowser {
		const browser = new FakeBrowser(this.origin, applicationServerKey);
		this.#browsers.set(browser.subscription.endpoint, browser);
		return browser;
	}

	/** Stands in for `fetch` for its own addresses alone. */
	readonly fetch = (outside: typeof fetch): typeof fetch => {
		return async (input, init) => {
			const request = new Request(input as RequestInfo, init);
			if (new URL(request.url).origin !== this.origin) return outside(input, init);
			return this.#browsers.get(request.url)?.take(request) ?? new Response("NotFound", { status: 404 });
		};
	};
}

// Measures the effect of floods: one member sends or requests as much as possible while another's round trips are timed.

import { setTimeout as wait } from "node:timers/promises";
import WebSocket from "ws";
import { encodeFrame } from "../../src/protocol/encode-frame.ts";
import { percentile } from "../bench/statistics.ts";
import { post } from "../e2e/api.ts";
import type { Product } from "../e2e/product.ts";
import { type AttackName, longConversation, startAttack } from "./attacks.ts";
import { Talker } from "./participants.ts";
import type { Random } from "./random.ts";
import { secret, tokenOf } from "./round.ts";

/** Times in ms. `closedAfter`: when the flooder's socket was closed, if it was. */
export type Flooded = { calm: number; p50: number; worst: number; sent: number; closedAfter?: number };

/** Sends frames of one member at a rate for a time. */
export async function flood(
	product: Product,
	random: Random,
	{ perSecond, seconds }: { perSecond: number; seconds: number },
): Promise<Flooded> {
	const conversationId = (await post(product.url, "/conversations", await tokenOf("ann"))).conversation.id;
	const ann = new Talker({ proxyUrl: product.url, conversationId, userId: "ann", token: await tokenOf("ann"), random });
	const calm = await roundTrips(ann, "calm", 1);

	const address = `${product.url.replace("http", "ws")}/api/conversations/${conversationId}/socket`;
	const flooder = new WebSocket(address, ["chat.v1", `bearer.${await tokenOf("mallory")}`]);
	await new Promise((resolve) => flooder.once("open", resolve));
	const began = Date.now();
	let sent = 0;
	let closedAfter: number | undefined;
	flooder.once("close", () => {
		closedAfter = Date.now() - began;
	});
	const pouring = setInterval(() => {
		for (const due = ((Date.now() - began) * perSecond) / 1000; sent < due && flooder.readyState === WebSocket.OPEN; sent++)
			flooder.send(encodeFrame([{ type: "chat:send", conversationId, content: `flood ${sent}`, role: "user" }]));
	}, 5);
	const times = await roundTrips(ann, "flood", seconds);
	clearInterval(pouring);
	flooder.terminate();
	ann.close();
	return { calm: middle(calm), p50: middle(times), worst: times.at(-1) as number, sent, closedAfter };
}

/** In ms: another member waits no longer than this for 95 of 100 messages, whatever one person does. */
export const promisedP95 = 100;

export type Attacked = { p50: number; p95: number; worst: number };

/** Runs one of the attacks over HTTP and sockets for a time; another's round trips meanwhile. */
export async function attack(product: Product, random: Random, name: AttackName, seconds: number): Promise<Attacked> {
	const conversationId = await longConversation(product.url, secret, 20);
	const ann = new Talker({ proxyUrl: product.url, conversationId, userId: "ann", token: await tokenOf("ann"), random });
	await roundTrips(ann, "calm", 1);
	const running = startAttack(name, { url: product.url, conversationId, secret });
	const times = await roundTrips(ann, "attack", seconds);
	await running.stop();
	ann.close();
	return { p50: middle(times), p95: percentile(times, 95), worst: times.at(-1) as number };
}

/** Round trips of acknowledged messages in ms, sorted. */
export async function roundTrips(talker: Talker, name: string, seconds: number): Promise<number[]> {
	const times: number[] = [];
	const until = Date.now() + seconds * 1000;
	for (let n = 0; Date.now() < until; n++) {
		const began = performance.now();
		await new Promise<void>((resolve) => {
			talker.onAcknowledged = () => resolve();
			talker.say(`${name}-${n}`, `${name} ${n}`);
		});
		times.push(performance.now() - began);
		await wait(50);
	}
	return times.sort((one, other) => one - other);
}

function middle(sorted: number[]): number {
	return sorted[sorted.length >> 1] as number;
}

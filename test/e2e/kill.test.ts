import { afterAll, beforeAll, expect, it } from "vitest";
import { type FaultProxy, startFaultProxy } from "../soak/fault-proxy.ts";
import { randomOf } from "../soak/random.ts";
import { playRound, soakSettings } from "../soak/round.ts";
import { type MessagesApi, startMessagesApi } from "../support/messages-api.ts";
import { type Product, startProduct } from "./product.ts";

const random = randomOf(20261124);
let api: MessagesApi;
let product: Product;
let proxy: FaultProxy;

beforeAll(async () => {
	api = await startMessagesApi();
	product = await startProduct(soakSettings(api.url));
	proxy = await startFaultProxy(product.url, random);
});
afterAll(async () => {
	await proxy?.close();
	await product?.stop();
	await api?.close();
});

it("loses, doubles and misplaces nothing when the server is killed repeatedly over a failing network", { timeout: 400_000 }, async () => {
	const result = await playRound({ product, proxy, api, random }, { seconds: 12, kills: 2 });
	expect(result.violations).toEqual([]);
	// It was a round worth the name.
	expect(result.acknowledged).toBeGreaterThan(50);
	expect(result.replies).toBeGreaterThan(0);
	expect(proxy.counts.cuts + proxy.counts.lost).toBeGreaterThan(0);
});

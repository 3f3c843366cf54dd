// People in a browser at the relays of a conversation. They notice nothing of them.

import { readdirSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { post } from "../e2e/api.ts";
import { browser, openBrowser } from "../e2e/opened.ts";
import { type Product, startProduct, Visitor } from "../e2e/product.ts";
import { type MessagesApi, startMessagesApi } from "../support/messages-api.ts";

openBrowser();

let api: MessagesApi;
let product: Product;
beforeAll(async () => {
	api = await startMessagesApi();
	// The conversation's object holds one socket. Bob's, and Ann's after a reconnection, go to a relay.
	product = await startProduct({ ANTHROPIC_BASE_URL: api.url, CLAUDE_MODEL: "scripted", GUEST_CLAUDE: "on", RELAYS_FROM: "1" });
});
afterAll(async () => {
	await product?.stop();
	await api?.close();
});

const otherComplaints = ({ otherComplaints }: Visitor) => otherComplaints.filter((text) => !/WebSocket|Failed to load resource/.test(text));

it("people at relays see messages, replies, typing and each other's number, and lose nothing over a cut network and a killed server", async () => {
	const [ann, bob] = await annAndBobAtRelays();
	await bob.say("From the relay");
	await ann.sees("From the relay");
	await Promise.all([bob.page.getByText("Ann is typing").waitFor(), ann.message.pressSequentially("Ju")]);
	api.script({ text: "They pass on **everything**, word by word.", perSecond: 10 });
	await ann.say("@claude What do relays do?");
	await bob.sees("everything");
	await bob.answered();
	await ann.answered();
	await bob.press("From the relay", "React");
	await bob.page.getByRole("button", { name: "React with 👍" }).click();
	await ann.at("From the relay").getByRole("button", { name: /👍/ }).waitFor();

	await bob.goOffline();
	await bob.connected("Offline");
	await bob.say("Written offline");
	await ann.say("Said meanwhile");
	await bob.goOnline();
	await bob.sees("Said meanwhile");
	await ann.sees("Written offline");

	await product.crash();
	await Promise.all([ann.connected(), bob.connected()]);
	await bob.say("After the crash");
	await ann.sees("After the crash");
	for (const visitor of [ann, bob]) {
		const all = await visitor.log.innerText();
		for (const text of ["From the relay", "Said meanwhile", "Written offline", "After the crash"])
			expect(all.split(text), text).toHaveLength(2);
		expect(otherComplaints(visitor)).toEqual([]);
	}
	// Relays have held sockets: each stores how far they are.
	expect(readdirSync(product.folder, { recursive: true }).some((name) => /RelayObject.*sqlite/.test(String(name)))).toBe(true);
	await Promise.all([ann.leave(), bob.leave()]);
});

it("who is removed at a relay is disconnected, and told so", async () => {
	const [ann, bob] = await annAndBobAtRelays();
	await ann.page.getByRole("button", { name: /^Members/ }).click();
	await ann.page.getByRole("button", { name: "Remove Bob" }).click();
	await ann.page.getByRole("dialog", { name: "Remove Bob?" }).getByRole("button", { name: "Remove" }).click();
	await bob.page.getByText("You are no longer in this conversation.").waitFor();
	await Promise.all([ann.leave(), bob.leave()]);
});

/** Ann's socket is at the conversation's object, and Bob's at a relay, so that both are told a number of people. */
async function annAndBobAtRelays(): Promise<[Visitor, Visitor]> {
	const [ann, bob] = await Promise.all([Visitor.arrive(browser), Visitor.arrive(browser)]);
	const annsToken = await ann.becomeGuest(product.url, "Ann");
	const bobsToken = await bob.becomeGuest(product.url, "Bob");
	const { id } = (await post(product.url, "/conversations", annsToken)).conversation;
	const { invite } = await post(product.url, `/conversations/${id}/invites`, annsToken);
	await post(product.url, `/invites/${invite.token}/accept`, bobsToken);
	for (const visitor of [ann, bob]) {
		await visitor.page.goto(`${product.url}/c/${id}`);
		await visitor.connected();
	}
	return [ann, bob];
}

import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { post } from "../e2e/api.ts";
import { browser, openBrowser } from "../e2e/opened.ts";
import { type Product, startProduct, Visitor } from "../e2e/product.ts";
import { guestWithConversation, Wire } from "../e2e/wire.ts";

let product: Product;

openBrowser();
// With low limits, which a slow browser reaches too. The shared product lets everybody send as fast as they like.
beforeAll(async () => {
	product = await startProduct({ SEND_BURST: "5", SEND_PER_SECOND: "0.25" });
});
afterAll(() => product?.stop());

/** A conversation of a program's, in which Ann is a person at a browser. */
class Room {
	readonly ann: Visitor;
	/** The socket of a program in the conversation. */
	readonly wire: Wire;
	readonly #token: string;
	readonly #id: string;

	private constructor(ann: Visitor, token: string, id: string) {
		this.ann = ann;
		this.#token = token;
		this.#id = id;
		this.wire = new Wire(product.url, id, token);
	}

	static async withAnn(): Promise<Room> {
		const { token, id } = await guestWithConversation(product.url);
		const room = new Room(await Visitor.arrive(browser), token, id);
		await room.ann.signIn(await room.invite("member"), "Ann");
		await room.ann.connected();
		return room;
	}

	async invite(role: "member" | "reader"): Promise<string> {
		return (await post(product.url, `/conversations/${this.#id}/invites`, this.#token, { role })).invite.url;
	}

	async remove(userId: string): Promise<void> {
		const headers = { authorization: `Bearer ${this.#token}` };
		const { ok } = await fetch(`${product.url}/api/conversations/${this.#id}/members/${userId}`, { method: "DELETE", headers });
		expect(ok).toBe(true);
	}

	/** Waits for this many messages and returns their texts. */
	async said(count: number): Promise<string[]> {
		await this.wire.first("chat:message", ({ message }) => message.seq >= count);
		return this.wire.events.flatMap((event) => (event.type === "chat:message" ? [event.message.content] : []));
	}

	async close(): Promise<void> {
		this.wire.close();
		await this.ann.leave();
	}
}

/** Collects the texts of all messages that a page sends from now on. */
function sendsOf(page: Page): string[] {
	const sends: string[] = [];
	page.on("websocket", (socket) =>
		socket.on("framesent", ({ payload }) => {
			for (const [, content = ""] of String(payload).matchAll(/"chat:send".*"content":"(.*?)"/g)) sends.push(content);
		}),
	);
	return sends;
}

/** Presses a button of a message without a pointer. */
async function press({ page, log }: Visitor, name: string, message: string): Promise<void> {
	const button = log.getByRole("article").filter({ hasText: message }).getByRole("button", { name });
	while (!(await button.evaluate((element) => element === document.activeElement))) await page.keyboard.press("Shift+Tab");
	await page.keyboard.press("Enter");
}

const texts = ["one", "two", "three"];

describe("a message written offline", () => {
	it("survives its tab: the next one sends it, once and in order, before newer messages", async () => {
		const room = await Room.withAnn();
		const { ann } = room;
		const address = ann.page.url();
		const context = ann.page.context();
		await context.setOffline(true);
		await ann.connected("Offline");
		for (const text of texts) await ann.say(text);
		await ann.keeps("three");
		await ann.page.close();
		await context.setOffline(false);

		const next = await ann.anotherTab();
		await next.page.goto(address);
		await next.message.waitFor();
		await next.say("four");
		await next.log.getByText("Sent").waitFor();
		expect(await room.said(4)).toEqual([...texts, "four"]);
		// Below the words there may be the time.
		const lastLine = (text: string) => text.split("\n").findLast((line) => /^[^\d\s]/.test(line));
		expect((await next.messages()).map(lastLine)).toEqual([...texts, "Sent"]);

		await next.page.reload();
		await next.sees("four");
		expect(await next.messages()).toHaveLength(4);
		await room.close();
	});

	it("is shown with its author before the server has answered", async () => {
		const room = await Room.withAnn();
		const { ann } = room;
		const address = ann.page.url();
		await ann.goOffline();
		await ann.connected("Offline");
		await ann.say("before anybody answers");
		await ann.keeps("before anybody answers");
		await ann.page.goto("about:blank");
		await ann.page.routeWebSocket(/\/conversations\/[^/]+\/socket/, () => {});
		await ann.goOnline();
		await ann.page.goto(address);
		await ann.log
			.getByRole("article", { name: /^Ann, / })
			.getByText("before anybody answers")
			.waitFor();
		await room.close();
	});

	it("in two tabs is shown in both, and stored once, in the order of each", async () => {
		const room = await Room.withAnn();
		const left = room.ann;
		const right = await left.anotherTab();
		await right.page.goto(left.page.url());
		await right.connected();
		await left.goOffline();
		for (const tab of [left, right]) await tab.connected("Offline");
		for (const text of texts) {
			await left.say(`left ${text}`);
			await right.say(`right ${text}`);
		}
		for (const tab of [left, right]) await expect.poll(() => tab.messages()).toHaveLength(6);
		await left.goOnline();

		const said = await room.said(6);
		for (const side of ["left", "right"])
			expect(said.filter((text) => text.startsWith(side))).toEqual(texts.map((text) => `${side} ${text}`));
		for (const tab of [left, right]) {
			await tab.log.getByText("Sent").waitFor();
			expect(await tab.messages()).toHaveLength(6);
		}
		expect(await room.said(6)).toHaveLength(6);
		await room.close();
	});
});

describe("two connected tabs", () => {
	it("send from one of them, and the other sends the rest when it is closed", async () => {
		const room = await Room.withAnn();
		const left = room.ann;
		const right = await left.anotherTab();
		const sends = sendsOf(right.page);
		await right.page.goto(left.page.url());
		await right.connected();

		// More than may be said at once, also on a slow machine.
		const many = Array.from({ length: 10 }, (_, index) => `message ${index}`);
		await left.goOffline();
		await left.connected("Offline");
		for (const text of many) await left.say(text);
		await left.goOnline();
		await left.sees(/one message at a time/);
		await right.sees("message 9");
		expect(sends).toEqual([]);
		await left.page.close();
		expect(await room.said(10)).toEqual(many);
		await right.log.getByText("Sent").waitFor();
		expect(sends.at(-1)).toBe("message 9");
		expect(await right.messages()).toHaveLength(10);
		await room.close();
	});
});

describe("a refused message", () => {
	it("says why, also after a reload, is not resent by itself, and can be retried or deleted by keyboard", async () => {
		const room = await Room.withAnn();
		const { ann } = room;
		const { page } = ann;
		const conversation = page.url();
		const { user } = (await (await page.context().request.post(`${product.url}/api/auth/refresh`)).json()) as { user: { id: string } };

		// Said by a member, and delivered when she only reads.
		await page.context().setOffline(true);
		await ann.connected("Offline");
		await ann.say("one");
		await ann.say("two");
		await ann.keeps("two");
		await room.remove(user.id);
		// The page of before must not come back by itself.
		await page.goto("about:blank");
		await page.context().setOffline(false);
		await page.goto(await room.invite("reader"));
		await page.getByRole("button", { name: "Join" }).click();
		await page.waitForURL(conversation);
		const refusals = ann.log.getByRole("alert");
		await expect
			.poll(() => refusals.allTextContents())
			.toEqual(["You are not allowed to do that here.", "You are not allowed to do that here."]);

		const sends = sendsOf(page);
		await page.reload();
		await ann.connected();
		await expect.poll(() => refusals.count()).toBe(2);
		await room.remove(user.id);
		await page.getByText("You are no longer in this conversation.").waitFor();
		await page.goto(await room.invite("member"));
		await page.waitForURL(conversation);
		await ann.connected();
		await expect.poll(() => refusals.count()).toBe(2);
		expect(sends).toEqual([]);

		await press(ann, "Retry", "two");
		await expect.poll(() => refusals.count()).toBe(1);
		await press(ann, "Delete", "one");
		await expect.poll(() => ann.log.evaluate((log) => log === document.activeElement)).toBe(true);
		await ann.log.getByText("Sent").waitFor();
		expect(await room.said(1)).toEqual(["two"]);
		expect(sends).toEqual(["two"]);

		await page.reload();
		await ann.sees("two");
		expect(await ann.messages()).toHaveLength(1);
		await room.close();
	});
});

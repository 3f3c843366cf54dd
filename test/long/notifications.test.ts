// Notifications: what all tabs of a browser ask it to show.

import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { browser } from "../e2e/opened.ts";
import { annAndBob, Visitor } from "../e2e/product.ts";
import { api, openScripted, product } from "../support/scripted-product.ts";

openScripted();

type Shown = { title: string; body: string | undefined; tag: string | undefined };

/** Records what every page of a browser shows; `answer`: the person's answer to the permission prompt. */
async function listen({ page }: Visitor, answer: NotificationPermission): Promise<Shown[]> {
	const shown: Shown[] = [];
	await page.context().exposeBinding("heard", (_source, notification: Shown) => shown.push(notification));
	await page.context().addInitScript((answer) => {
		// A headless browser has no screen to show it.
		class Screen extends EventTarget {
			static get permission(): NotificationPermission {
				return localStorage.getItem("asked") === null ? "default" : answer;
			}
			static async requestPermission() {
				localStorage.setItem("asked", "yes");
				return answer;
			}
			onclick: (() => void) | null = null;
			constructor(title: string, { body, tag }: NotificationOptions = {}) {
				super();
				Object.assign(globalThis, { last: this });
				(globalThis as unknown as { heard(shown: Shown): void }).heard({ title, body, tag });
			}
			close() {
				document.documentElement.dataset.closed = "yes";
			}
		}
		Object.assign(globalThis, { Notification: Screen });
	}, answer);
	return shown;
}

/** Clicks the notification that was shown last. */
const press = ({ page }: Visitor) => page.evaluate(() => (globalThis as unknown as { last: { onclick(): void } }).last.onclick());

/**
 * Opens an address, and waits until the list is the server's and this tab announces its arrivals: what comes before is no arrival, and
 * the list is shown from the device first.
 */
async function watchFrom({ page }: Visitor, address: string): Promise<void> {
	const heard = page.waitForEvent("websocket").then((socket) => socket.waitForEvent("framereceived"));
	await page.goto(address);
	await heard;
	await expect.poll(() => holderOf(page, '["notifications"')).toBeDefined();
}

/** The tab of this browser that holds the lock whose name begins so. */
const holderOf = (page: Page, name: string) =>
	page.evaluate(async (begin) => {
		const { held = [] } = await navigator.locks.query();
		return held.find(({ name }) => name?.startsWith(begin))?.clientId;
	}, name);

/** Sets whether the page is visible. */
const look = ({ page }: Visitor, state: DocumentVisibilityState) =>
	page.evaluate((state) => {
		Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
		document.dispatchEvent(new Event("visibilitychange"));
	}, state);

/** A third member. Of two, each message is for the other. */
async function withEve(ann: Visitor): Promise<Visitor> {
	const link = await ann.invite();
	await ann.page.keyboard.press("Escape");
	const eve = await Visitor.arrive(browser);
	await eve.signIn(link, "Eve");
	await eve.connected();
	return eve;
}

const offer = ({ page }: Visitor) => page.getByRole("region", { name: "Notifications" });

describe("notifications", () => {
	it("are offered with the first arrival, then shown one per conversation until it is opened", async () => {
		const [ann, bob] = await annAndBob(browser, product.url);
		const eve = await withEve(ann);
		const shown = await listen(bob, "granted");
		await watchFrom(bob, product.url);
		await bob.listed("No messages yet").waitFor();
		await ann.say("Good morning");
		await bob.listed("Ann: Good morning").waitFor();
		expect(await offer(bob).count()).toBe(0);
		await ann.say("@Bob, are you there?");
		await offer(bob).getByRole("button", { name: "Turn on" }).click();
		await offer(bob).waitFor({ state: "detached" });
		expect(shown).toEqual([]);

		await ann.say("Not for you");
		await bob.listed("Ann: Not for you").waitFor();
		await ann.say("@Bob: **now** it is");
		await expect.poll(() => shown).toEqual([{ title: "Good morning", body: "Ann: @Bob: now it is", tag: expect.any(String) }]);
		await press(bob);
		await bob.sees("now it is");
		await ann.at("now it is").getByText("Seen by Bob").waitFor();
		await ann.say("@Bob: you see this yourself");
		await ann.at("see this yourself").getByText("Seen by Bob").waitFor();
		expect(shown).toHaveLength(1);

		await look(bob, "hidden");
		await ann.say("@Bob: and this you do not");
		await expect.poll(() => shown.at(-1)?.body).toBe("Ann: @Bob: and this you do not");
		await bob.page.evaluate(() => delete document.documentElement.dataset.closed);
		await look(bob, "visible");
		await bob.page.locator("html[data-closed=yes]").waitFor();
		expect(bob.complaints).toEqual([]);
		await eve.leave();
		await ann.leave();
		await bob.leave();
	});

	it("are shown by one tab, and by none while the conversation is visible in another", async () => {
		const [ann, bob] = await annAndBob(browser, product.url);
		const shown = await listen(bob, "granted");
		const room = bob.page.url();
		await watchFrom(bob, product.url);
		await bob.listed("No messages yet").waitFor();
		await ann.say("@Bob?");
		await offer(bob).getByRole("button", { name: "Turn on" }).click();
		const tabs = [await bob.anotherTab(), await bob.anotherTab()];
		for (const tab of tabs) {
			await tab.page.goto(product.url);
			await tab.listed("Ann: @Bob?").waitFor();
		}
		await ann.say("@Bob!");
		await Promise.all([bob, ...tabs].map((tab) => tab.listed("Ann: @Bob!").waitFor()));
		await expect.poll(() => shown.map(({ body }) => body)).toEqual(["Ann: @Bob!"]);

		// The tab that showed it closes; another takes over.
		const [first, second] = tabs as [Visitor, Visitor];
		const former = await holderOf(first.page, '["notifications"');
		await bob.page.close();
		await expect.poll(() => holderOf(first.page, '["notifications"')).toSatisfy((tab) => tab !== undefined && tab !== former);
		await ann.say("@Bob, once more");
		await expect.poll(() => shown.map(({ body }) => body)).toEqual(["Ann: @Bob!", "Ann: @Bob, once more"]);

		await second.page.goto(room);
		await second.sees("@Bob, once more");
		await expect.poll(() => holderOf(first.page, '["looking"')).toBeDefined();
		await ann.say("@Bob, here");
		await ann.at("@Bob, here").getByText("Seen by Bob").waitFor();
		await first.listed("Ann: @Bob, here").waitFor();
		expect(shown).toHaveLength(2);
		await ann.leave();
		await bob.leave();
	});

	it("announce replies of Claude, nothing muted, or everything if so set; a refusal of the offer is final", async () => {
		const [ann, bob] = await annAndBob(browser, product.url);
		const shown = await listen(bob, "granted");
		await bob.page.reload();
		await bob.connected();
		const left = Promise.withResolvers<void>();
		api.script({ text: "Here is one.", textAfter: left.promise });
		await bob.say("@claude a table, please");
		await bob.stop.waitFor();
		await bob.newConversation();
		left.resolve();
		await offer(bob).getByRole("button", { name: "Not now" }).click();
		await watchFrom(bob, bob.page.url());
		await ann.say("@Bob, look");
		await bob.listed("Ann: @Bob, look").waitFor();
		expect(await offer(bob).count()).toBe(0);

		await bob.page.getByRole("button", { name: "Settings", exact: true }).click();
		expect(await bob.page.getByRole("radio", { name: "None" }).isChecked()).toBe(true);
		await bob.page.getByRole("radio", { name: "All messages, except in muted conversations" }).check();
		// It is chosen once the browser has allowed it.
		await expect.poll(() => bob.page.evaluate(() => localStorage.getItem("preferences"))).toContain('"all"');
		await bob.page.keyboard.press("Escape");
		await ann.say("Just so");
		await expect.poll(() => shown.map(({ body }) => body)).toEqual(["Ann: Just so"]);
		const muted = bob.page.waitForResponse((response) => response.request().method() === "PATCH");
		await bob.decide("Ann: Just so", "Mute");
		await muted;
		await ann.say("@Bob, psst");
		await bob.listed("Ann: @Bob, psst").waitFor();
		expect(shown).toHaveLength(1);
		await ann.leave();
		await bob.leave();
	});

	it("are reported as blocked if the browser forbids them", async () => {
		const ann = await Visitor.arrive(browser);
		await listen(ann, "denied");
		await ann.signIn(product.url, "Ann");
		await ann.page.getByRole("button", { name: "Settings", exact: true }).click();
		await ann.page.getByRole("radio", { name: "All messages, except in muted conversations" }).click();
		await ann.page.getByText("Your browser blocks notifications from this page.").waitFor();
		expect(await ann.page.getByRole("radio", { name: "None" }).isChecked()).toBe(true);
		await ann.leave();
	});
});

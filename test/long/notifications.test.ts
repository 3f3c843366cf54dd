// Notifications: what all tabs of a browser ask it to show.

import { describe, expect, it } from "vitest";
import { browser, openBrowser, product } from "../e2e/opened.ts";
import { annAndBob, Visitor } from "../e2e/product.ts";

/** Lists are updated in rounds, later for readers who are not looking. */
const patient = { timeout: 15_000 };

openBrowser();

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
	const announces = async () => {
		const { held = [] } = await navigator.locks.query();
		return held.some(({ name }) => name?.startsWith('["notifications"'));
	};
	await expect.poll(() => page.evaluate(announces)).toBe(true);
}

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
		await expect.poll(() => shown, patient).toEqual([{ title: "Good morning", body: "Ann: @Bob: now it is", tag: expect.any(String) }]);
		await press(bob);
		await bob.sees("now it is");
		await ann.at("now it is").getByText("Seen by Bob").waitFor();
		await ann.say("@Bob: you see this yourself");
		await ann.at("see this yourself").getByText("Seen by Bob").waitFor();
		expect(shown).toHaveLength(1);

		await look(bob, "hidden");
		await ann.say("@Bob: and this you do not");
		await expect.poll(() => shown.at(-1)?.body, patient).toBe("Ann: @Bob: and this you do not");
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
		await expect.poll(() => shown.map(({ body }) => body), patient).toEqual(["Ann: @Bob!"]);

		// The tab that showed it closes; another takes over.
		await bob.page.close();
		await ann.say("@Bob, once more");
		await expect.poll(() => shown.map(({ body }) => body), patient).toEqual(["Ann: @Bob!", "Ann: @Bob, once more"]);

		const [first, second] = tabs as [Visitor, Visitor];
		await second.page.goto(room);
		await second.sees("@Bob, once more");
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
		await bob.say("@claude a table, please");
		await bob.stop.waitFor();
		await bob.page.getByRole("button", { name: "New conversation" }).click();
		await offer(bob).getByRole("button", { name: "Not now" }).click();
		await watchFrom(bob, bob.page.url());
		await ann.say("@Bob, look");
		await bob.listed("Ann: @Bob, look").waitFor();
		expect(await offer(bob).count()).toBe(0);

		await bob.page.getByRole("button", { name: "Settings", exact: true }).click();
		expect(await bob.page.getByRole("radio", { name: "None" }).isChecked()).toBe(true);
		await bob.page.getByRole("radio", { name: "All messages, except in muted conversations" }).check();
		await bob.page.keyboard.press("Escape");
		await ann.say("Just so");
		await expect.poll(() => shown.map(({ body }) => body), patient).toEqual(["Ann: Just so"]);
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

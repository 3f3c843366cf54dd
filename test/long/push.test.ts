// Web push in a real browser: the service worker gets what a push service would deliver, by the browser's own protocol.

import { describe, expect, it } from "vitest";
import { browser, openBrowser, product } from "../e2e/opened.ts";
import { Visitor } from "../e2e/product.ts";

openBrowser();

/** Notifications as the service worker shows them. A headless browser may have no screen: then this one takes its place. */
async function screenOf({ page }: Visitor) {
	const context = page.context();
	await page.evaluate(async () => (await navigator.serviceWorker.ready).scope);
	const [worker = await context.waitForEvent("serviceworker")] = context.serviceWorkers();
	await worker.evaluate(() => {
		if (Notification.permission === "granted") return;
		const shown = new Map<string, Notification>();
		const { registration } = globalThis as unknown as { registration: ServiceWorkerRegistration };
		registration.showNotification = async (title, options = {}) => {
			const { body = "", tag = "", data } = options;
			shown.set(tag, { title, body, tag, data, close: () => shown.delete(tag) } as unknown as Notification);
		};
		registration.getNotifications = async (filter = {}) =>
			[...shown.values()].filter(({ tag }) => filter.tag === undefined || tag === filter.tag);
	});
	return {
		worker,
		shown: () =>
			worker.evaluate(async () => {
				const { registration } = globalThis as unknown as { registration: ServiceWorkerRegistration };
				const all = (await registration.getNotifications()).map(({ title, body, tag, data }) => ({ title, body, tag, data }));
				return all.sort((one, other) => one.tag.localeCompare(other.tag));
			}),
	};
}

describe("a pushed message", () => {
	it("is shown once for each conversation, and closed when the conversation was read elsewhere", async () => {
		const ann = await Visitor.arrive(browser);
		const { page } = ann;
		const { origin } = new URL(product.url);
		await page.context().grantPermissions(["notifications"], { origin });
		await page.goto(product.url);
		const { shown } = await screenOf(ann);
		const protocol = await page.context().newCDPSession(page);
		const registrationId = await new Promise<string>((resolve) => {
			protocol.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
				const own = registrations.find(({ scopeURL, isDeleted }) => new URL(scopeURL).origin === origin && !isDeleted);
				if (own) resolve(own.registrationId);
			});
			void protocol.send("ServiceWorker.enable");
		});
		const push = async (message: object) =>
			protocol.send("ServiceWorker.deliverPushMessage", { origin, registrationId, data: JSON.stringify(message) });
		const notice = (tag: string, body: string) => ({
			web_push: 8030,
			notification: { title: "Tea", body, navigate: `${origin}/c/${tag}`, tag },
		});
		await push(notice("c1", "Bob: Hello"));
		await push(notice("c2", "Eve: Hello"));
		await push(notice("c1", "Bob: Are you there?"));
		const first = { title: "Tea", body: "Bob: Are you there?", tag: "c1", data: { path: "/c/c1" } };
		const second = { title: "Tea", body: "Eve: Hello", tag: "c2", data: { path: "/c/c2" } };
		await expect.poll(shown).toEqual([first, second]);
		await push({ clear: "c1" });
		await expect.poll(shown).toEqual([second]);
		await ann.leave();
	});
});

describe("the settings", () => {
	it("say what stands in the way of notifications, and keep quiet hours and the level of a conversation", async () => {
		const ann = await Visitor.arrive(browser);
		await ann.signIn(product.url, "Ann");
		const { page } = ann;
		await page.getByRole("button", { name: "Settings", exact: true }).click();
		const push = page.getByRole("group", { name: "Notifications on this device while the page is closed" });
		await push.getByRole("radio", { name: "On" }).click();
		await push.getByText(/Your browser (blocks notifications|could not turn this on)/).waitFor();
		await expect.poll(() => push.getByRole("radio", { name: "Off" }).isChecked()).toBe(true);
		await push.getByRole("radio", { name: "On" }).click();
		await expect.poll(() => push.getByRole("radio", { name: "Off" }).isChecked()).toBe(true);
		const quiet = page.getByRole("group", { name: "Quiet hours" });
		await quiet.getByRole("radio", { name: "On" }).check();
		const stored = page.waitForResponse((response) => response.request().postData()?.includes("06:30") === true);
		await quiet.getByLabel("until").fill("06:30");
		await quiet.getByLabel("until").fill("");
		expect(await quiet.getByLabel("until").inputValue()).toBe("06:30");
		await stored;
		await page.keyboard.press("Escape");
		await page.reload();
		await page.getByRole("button", { name: "Settings", exact: true }).click();
		await expect.poll(() => quiet.getByLabel("until").inputValue()).toBe("06:30");
		expect(await quiet.getByLabel("From").inputValue()).toBe("22:00");
		await page.keyboard.press("Escape");

		await ann.newConversation();
		await ann.decide("No messages yet", "Notifications…");
		const dialog = page.getByRole("dialog");
		expect(await dialog.getByRole("radio", { name: "What my settings say" }).isChecked()).toBe(true);
		const changed = page.waitForResponse((response) => response.request().method() === "PATCH");
		await dialog.getByRole("radio", { name: "All messages" }).check();
		await changed;
		await page.keyboard.press("Escape");
		await page.reload();
		await ann.decide("No messages yet", "Notifications…");
		await expect.poll(() => dialog.getByRole("radio", { name: "All messages" }).isChecked()).toBe(true);
		expect(ann.complaints).toEqual([]);
		await ann.leave();
	});
});

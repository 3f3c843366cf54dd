// The lines between messages that say who came and went, and what the title became.

import type { Locator } from "playwright-core";
import { describe, expect, it } from "vitest";
import { violations } from "../e2e/accessibility.ts";
import { post } from "../e2e/api.ts";
import { look } from "../e2e/look.ts";
import { browser, openBrowser, product } from "../e2e/opened.ts";
import { annAndBob, Visitor } from "../e2e/product.ts";
import { annWithPast, spread } from "./past.ts";

openBrowser();

/** The lines and messages of a log, from above. */
const linesOf = ({ log }: Visitor): Promise<string[]> =>
	log.evaluate((log) =>
		[...log.querySelectorAll("p:has(> time), article")].map((line) =>
			line.localName === "p" ? (line.textContent?.split(" · ")[0] ?? "") : `“${line.textContent}”`,
		),
	);
const line = ({ page }: Visitor, text: string | RegExp): Locator =>
	page.getByRole("log").locator("p:has(> time)").filter({ hasText: text });

async function rename({ page }: Visitor, title: string): Promise<void> {
	await page.evaluate(
		async ([id, title]) => {
			const { token } = await (await fetch("/api/auth/refresh", { method: "POST" })).json();
			await fetch(`/api/conversations/${id}`, {
				method: "PATCH",
				headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
				body: JSON.stringify({ title }),
			});
		},
		[page.url().split("/").at(-1), title] as const,
	);
}

describe("lines between messages", () => {
	it("say who joined, was removed and left, and new titles, at their places: live, after a reload, and without a network", async () => {
		const [ann, bob] = await annAndBob(browser, product.url);
		await line(ann, /^Bob joined · /).waitFor();
		await ann.say("Welcome");
		await bob.sees("Welcome");
		const link = await ann.invite();
		await ann.page.keyboard.press("Escape");
		for (const name of ["Cleo", "Dan", "Eve", "Finn"]) {
			const other = await Visitor.arrive(browser);
			await other.signIn(link, name);
			await other.connected();
			if (name === "Finn") expect(await linesOf(other)).not.toContain("Finn joined");
			await other.leave();
		}
		await line(ann, "Cleo, Dan, Eve, and 1 more joined").waitFor();
		await ann.say("Hello all");
		await bob.sees("Hello all");
		await rename(ann, "Budget");
		await line(bob, "Ann renamed the conversation to “Budget”").waitFor();
		await line(ann, "You renamed the conversation to “Budget”").waitFor();
		await ann.page.getByRole("button", { name: /^Members/ }).click();
		await ann.page.getByRole("button", { name: "Remove Dan" }).click();
		await ann.page.getByRole("dialog", { name: "Remove Dan?" }).getByRole("button", { name: "Remove" }).click();
		await line(bob, "Ann removed Dan").waitFor();
		await ann.page.keyboard.press("Escape");
		await ann.page.getByRole("status").filter({ hasText: "You removed Dan." }).waitFor({ state: "attached" });
		await bob.say("What was that?");
		await ann.sees("What was that?");

		// Nobody is told of their own joining.
		const place = async (visitor: Visitor, text: string) => (await linesOf(visitor)).findIndex((one) => one.includes(text));
		for (const [visitor, by] of [
			[ann, "You"],
			[bob, "Ann"],
		] as const) {
			const told = async () => [
				await place(visitor, "Bob joined"),
				...(await Promise.all(
					["Welcome", "Cleo, Dan", "Hello all", `${by} renamed`, `${by} removed Dan`, "What was that?"].map((text) => place(visitor, text)),
				)),
			];
			const expected = visitor === ann ? [0, 1, 2, 3, 4, 5, 6] : [-1, 0, 1, 2, 3, 4, 5];
			expect(await told()).toEqual(expected);
			await visitor.page.reload();
			await visitor.connected();
			await expect.poll(told).toEqual(expected);
		}
		expect(await violations(ann.page)).toEqual([]);
		await look(ann, "notices");

		// A line is no message: it is in nobody's way with the keyboard, and nothing is unread.
		await ann.log.getByRole("article").last().focus();
		await ann.page.keyboard.press("ArrowUp");
		expect(await ann.page.evaluate(() => document.activeElement?.textContent)).toContain("Hello all");

		await ann.goOffline();
		await ann.page.reload();
		await line(ann, "You removed Dan").waitFor();
		expect(await linesOf(ann)).toHaveLength(7);
		for (const visitor of [ann, bob]) await visitor.leave();
	});

	it("are not shown to somebody who is alone, but for who left them alone", async () => {
		const ann = await Visitor.arrive(browser);
		await ann.start(product.url, "Ann");
		await rename(ann, "Mine");
		await ann.page.getByRole("heading", { name: "Mine" }).waitFor();
		expect(await line(ann, "").count()).toBe(0);
		await ann.leave();

		const [anna, bob] = await annAndBob(browser, product.url);
		await bob.page.getByRole("button", { name: /^Members/ }).click();
		await bob.page.getByRole("button", { name: "Leave…" }).click();
		await bob.page
			.getByRole("dialog", { name: /^Leave/ })
			.getByRole("button", { name: "Leave" })
			.click();
		await line(anna, "Bob left").waitFor();
		expect(await line(anna, "Bob").count()).toBe(1);
		await anna.leave();
		await bob.leave();
	});

	it("come with older messages, and nothing that is read moves", async () => {
		const asked: string[] = [];
		const { ann } = await annWithPast(300);
		// Somebody came or went after every fifth message.
		await ann.page.route("**/notices?*", async (route) => {
			const query = new URL(route.request().url()).searchParams;
			asked.push(query.toString());
			const [after, before] = [Number(query.get("after")), Number(query.get("before") ?? 301)];
			const places = Array.from({ length: before - after }, (_, n) => after + n).filter((place) => place % 5 === 0);
			const notices = places.map((place) => ({
				id: place + 1,
				at: new Date(Date.now() - (301 - place) * 60_000).toISOString(),
				after: place,
				action: place % 2 ? "left" : "joined",
				actor: { userId: "u-zoe", username: `Zoe ${place}` },
			}));
			await route.fulfill({ json: { notices } });
		});
		await ann.page.reload();
		await line(ann, "Zoe 300 joined").waitFor();
		const tops = [];
		for (let step = 0; step < 8; step++)
			tops.push(
				await ann.log.evaluate(async (log) => {
					const frame = () => new Promise(requestAnimationFrame);
					log.scrollTo({ top: 80 });
					await frame();
					await frame();
					const start = log.getBoundingClientRect().top;
					const row = [...log.querySelectorAll("article")].find((one) => one.getBoundingClientRect().top > start);
					const tops: number[] = [];
					for (let quiet = 0; quiet < 20; quiet++) {
						await frame();
						tops.push(row?.isConnected ? (row.querySelector(":scope > div")?.getBoundingClientRect().top ?? Number.NaN) : Number.NaN);
					}
					return tops;
				}),
			);
		expect(Math.max(...tops.map(spread))).toBeLessThan(1);
		await ann.sees("Line 1 of the past.");
		await line(ann, "Zoe 0 joined").waitFor();
		expect(asked.length).toBeGreaterThan(3);
		expect(new Set(asked).size).toBe(asked.length);
		await ann.leave();
	});

	it("are in the page's language, from right to left", async () => {
		const cleo = await Visitor.arrive(browser, { locale: "ar-EG" });
		const token = await cleo.becomeGuest(product.url, "Cleo");
		const { id } = (await post(product.url, "/conversations", token)).conversation;
		const { invite } = await post(product.url, `/conversations/${id}/invites`, token);
		const bob = await Visitor.arrive(browser);
		await post(product.url, `/invites/${invite.token}/accept`, await bob.becomeGuest(product.url, "Bob"));
		await cleo.page.goto(`${product.url}/c/${id}`);
		await line(cleo, "انضمام إلى المحادثة").waitFor();
		await rename(cleo, "Budget 2027");
		await line(cleo, "عنوان جديد بواسطتك").waitFor();
		await look(cleo, "notices-ar");
		await cleo.leave();
		await bob.leave();
	});
});

// Where the reader was in a conversation: it is there again after another conversation, and after a reload.

import { describe, expect, it } from "vitest";
import { browser, openBrowser, product } from "../e2e/opened.ts";
import { annAndBob, type Visitor } from "../e2e/product.ts";
import { annWithPast } from "./past.ts";

openBrowser();

type Place = { seq: number; top: number };

/** The first message that begins on the screen, and where. */
function placeOf({ log }: Visitor): Promise<Place> {
	return log.evaluate((log) => {
		const { top } = log.getBoundingClientRect();
		const articles = [...log.querySelectorAll("article")];
		const first = articles.find((one) => one.getBoundingClientRect().top > top);
		return { seq: Number(first?.getAttribute("aria-posinset")), top: Math.round((first?.getBoundingClientRect().top ?? 0) - top) };
	});
}

/** Scrolls up to a message, and waits until everything around is loaded and nothing moves. */
async function readUpTo(ann: Visitor, seq: number): Promise<Place> {
	for (let place = await placeOf(ann); place.seq > seq; place = await placeOf(ann)) {
		await ann.log.evaluate((log) => log.scrollBy({ top: -600 }));
		await ann.page.evaluate(() => new Promise(requestAnimationFrame));
	}
	await ann.page.getByRole("button", { name: "Loading earlier messages…" }).waitFor({ state: "detached" });
	await ann.log.evaluate(async (log) => {
		for (let still = 0, top = Number.NaN; still < 5; still = top === log.scrollTop ? still + 1 : 0) {
			top = log.scrollTop;
			await new Promise(requestAnimationFrame);
		}
	});
	return placeOf(ann);
}

async function expectPlace(ann: Visitor, place: Place): Promise<void> {
	await expect.poll(async () => (await placeOf(ann)).seq).toBe(place.seq);
	await expect.poll(async () => Math.abs((await placeOf(ann)).top - place.top)).toBeLessThanOrEqual(1);
}

describe("the reader's place", () => {
	it.each([
		["among the last messages", 280],
		["far above them", 120],
	])("%s is there again after another conversation, the browser's way back, and a reload", async (_where, seq) => {
		const { ann } = await annWithPast(300);
		await ann.connected();
		const place = await readUpTo(ann, seq);
		await ann.newConversation();
		await ann.listed("The past").click();
		await expectPlace(ann, place);
		await ann.page.goBack();
		await ann.page.getByText("Line 2 of").waitFor({ state: "detached" });
		await ann.page.goForward();
		await expectPlace(ann, place);
		await ann.page.reload();
		await expectPlace(ann, place);
		// It is where one reads on from.
		await ann.page.getByRole("button", { name: "Jump to latest" }).click();
		await ann.sees("Answer 300 of the past.");
		await ann.page.reload();
		await ann.sees("Answer 300 of the past.");
		expect(await ann.page.getByRole("button", { name: "Jump to latest" }).count()).toBe(0);
		expect(ann.complaints).toEqual([]);
		await ann.leave();
	});

	it("gives way to a message that the address asks for", async () => {
		const { ann, id } = await annWithPast(300);
		await ann.connected();
		await readUpTo(ann, 280);
		await ann.page.goto(`${product.url}/c/${id}?at=200`);
		await ann.log.locator("article:focus").getByText("Answer 200 of the past.").waitFor();
		await ann.leave();
	});

	it("leaves what was said since unread", async () => {
		const [ann, bob] = await annAndBob(browser, product.url);
		for (let line = 1; line <= 9; line++) await bob.say(`Line ${line} of many${"\nand on".repeat(4)}`);
		await bob.at("Line 9 of many").getByText("Seen by Ann").waitFor();
		await readUpTo(ann, 2);
		await ann.newConversation();
		await bob.say("Said meanwhile");
		const listed = ann.list.getByRole("listitem").filter({ hasText: "Said meanwhile" });
		await listed.getByText("1 unread").waitFor({ state: "attached" });
		await ann.listed("Said meanwhile").click();
		await ann.at("Said meanwhile").waitFor();
		await ann.connected();
		await expect.poll(async () => (await placeOf(ann)).seq).toBeLessThanOrEqual(3);
		await bob.say("And more");
		await listed
			.or(ann.list.getByRole("listitem").filter({ hasText: "And more" }))
			.getByText("2 unread")
			.waitFor({ state: "attached" });
		await ann.page.getByRole("button", { name: "Jump to latest" }).click();
		await ann.list.getByText("2 unread").waitFor({ state: "detached" });
		await ann.leave();
		await bob.leave();
	});
});

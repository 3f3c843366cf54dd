// Search in the page: results, and opening a result in its place.

import { describe, expect, it } from "vitest";
import { violations } from "../e2e/accessibility.ts";
import { post } from "../e2e/api.ts";
import { look } from "../e2e/look.ts";
import { browser, openBrowser, product } from "../e2e/opened.ts";
import { annAndBob, Visitor } from "../e2e/product.ts";
import { tokenOf } from "../e2e/wire.ts";

openBrowser();

const idOf = ({ page }: Visitor) => /\/c\/([\w-]+)/.exec(page.url())?.[1] ?? "";
const open = ({ page }: Visitor) => page.getByRole("button", { name: "Search this conversation" }).click();
const search = ({ page }: Visitor, text: string) => page.getByRole("searchbox", { name: "Search this conversation" }).fill(text);
const results = ({ page }: Visitor) => page.getByRole("list", { name: "Search results" }).getByRole("link");
const focused = ({ log }: Visitor) => log.locator("article:focus");

/** The highlights in the message that was opened. */
const marked = ({ page }: Visitor) => page.evaluate(() => [...(CSS.highlights.get("found") ?? [])].map(String));

/** Enough lines to put the first message far from the end. */
async function fill(visitor: Visitor, lines: number, first: string): Promise<void> {
	const token = await tokenOf(visitor);
	for (let line = 0; line < lines; line++)
		await post(product.url, `/conversations/${idOf(visitor)}/messages`, token, {
			content: line === 0 ? first : `Line ${line} of the report`,
		});
	await visitor.sees(`Line ${lines - 1} of`);
}

describe("a search in a conversation", () => {
	it("highlights matches, newest first, loads more on demand, and opens each match in its place", async () => {
		const [ann, bob] = await annAndBob(browser, product.url);
		await fill(bob, 170, "The caterer wants an **answer** by Friday");
		await ann.page.reload();
		await ann.sees("Line 169 of");
		// The browser's own search would find only the last lines. A second time it opens.
		await ann.page.keyboard.press("Control+f");
		await expect.poll(() => ann.page.locator("input[type=search]:focus").count()).toBe(1);
		await ann.page.evaluate(() =>
			addEventListener("keydown", ({ defaultPrevented }) => (document.title = String(defaultPrevented)), { once: true }),
		);
		await ann.page.keyboard.press("Control+f");
		expect(await ann.page.title()).toBe("false");
		await ann.page.keyboard.press("Escape");
		await open(ann);
		await search(ann, "report");
		await expect.poll(() => results(ann).count()).toBe(20);
		expect(await results(ann).first().innerText()).toContain("Line 169 of the report");
		expect(await results(ann).first().locator("mark").allInnerTexts()).toEqual(["report"]);
		expect(await ann.page.locator("[data-of=claude]").count()).toBe(0);
		await ann.page.getByRole("button", { name: "Show more" }).click();
		await expect.poll(() => results(ann).count()).toBe(40);

		await search(ann, "caterer");
		await ann.page.getByText("1 result, newest first.").waitFor();
		await ann.page.keyboard.press("ArrowDown");
		await ann.page.keyboard.press("Enter");
		await focused(ann).getByText("The caterer wants an answer by Friday").waitFor();

		// A new message belongs to the end, which is not shown; a deletion of a message that is shown is visible.
		await bob.say("Said at the end");
		await bob.sees("Said at the end");
		expect(await ann.log.getByText("Said at the end").count()).toBe(0);
		await bob.page.goto(`${product.url}/c/${idOf(bob)}?at=1`);
		await bob.choose("The caterer", "Delete…");
		await bob.page.getByRole("button", { name: "Delete" }).click();
		await ann.sees("This message was deleted.");

		// Scrolling reaches the end, and shows every line once.
		const lines: string[] = [];
		while ((await ann.log.getByText("Said at the end").count()) === 0) {
			const here = (await ann.messages()).flatMap((text) => /Line (\d+) of/.exec(text)?.[1] ?? []);
			lines.push(...here.filter((line) => !lines.includes(line)));
			await ann.log.evaluate((log) => log.scrollBy({ top: log.clientHeight / 2 }));
			await ann.page.evaluate(() => new Promise(requestAnimationFrame));
		}
		expect(lines.length).toBeGreaterThan(150);
		expect(lines).toEqual(lines.map((_, line) => String(line + 1)));
		await ann.leave();
		await bob.leave();
	});

	it("keeps its filters by person and time when it is opened again", async () => {
		const [ann, bob] = await annAndBob(browser, product.url);
		await ann.say("Code of Ann");
		await bob.sees("Code of Ann");
		await bob.say("Code of Bob");
		await ann.sees("Code of Bob");
		await open(ann);
		await search(ann, "code");
		const found = async () => (await results(ann).allInnerTexts()).map((text) => /Code of \w+/.exec(text)?.[0]);
		await expect.poll(found).toEqual(["Code of Bob", "Code of Ann"]);
		const [from, when] = [ann.page.getByRole("combobox", { name: "From" }), ann.page.getByRole("combobox", { name: "When" })];
		await expect.poll(() => from.locator("option").allInnerTexts()).toEqual(["Anyone", "Ann (you)", "Claude", "Bob"]);
		await from.selectOption("Bob");
		await expect.poll(found).toEqual(["Code of Bob"]);
		await from.selectOption("Ann (you)");
		await expect.poll(found).toEqual(["Code of Ann"]);
		const asked = ann.page.waitForRequest((request) => request.url().includes("since="));
		await when.selectOption("Past week");
		const since = Date.parse(new URL((await asked).url()).searchParams.get("since") ?? "");
		expect(Math.round((Date.now() - since) / 86_400_000)).toBe(7);
		await expect.poll(found).toEqual(["Code of Ann"]);
		await ann.page.keyboard.press("Escape");
		await open(ann);
		const chosen = await Promise.all([from, when].map((one) => one.locator("option:checked").innerText()));
		expect(chosen).toEqual(["Ann (you)", "Past week"]);
		await expect.poll(found).toEqual(["Code of Ann"]);
		await from.selectOption("Anyone");
		await expect.poll(found).toEqual(["Code of Bob", "Code of Ann"]);
		await ann.leave();
		await bob.leave();
	});

	it("keeps its results when it is opened again, and Escape restores the focus", async () => {
		const ann = await Visitor.arrive(browser);
		await ann.start(product.url, "Ann");
		await ann.say("code");
		await ann.answered();
		await open(ann);
		await search(ann, "nothing of the kind");
		await ann.page.getByText("No results.").waitFor();
		await search(ann, "code");
		await results(ann).last().click();
		await focused(ann).waitFor();
		await open(ann);
		await results(ann).first().waitFor();
		await ann.page.keyboard.press("Escape");
		const button = ann.page.getByRole("button", { name: "Search this conversation" });
		expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
		await ann.leave();
	});

	it("says that a place cannot be loaded offline, and loads it once online", async () => {
		const ann = await Visitor.arrive(browser);
		await ann.start(product.url, "Ann");
		// So many that one page of older messages, which may load by itself, does not reach the first one.
		await fill(ann, 200, "The very first line");
		await ann.page.reload();
		await ann.sees("Line 199 of");
		await open(ann);
		await search(ann, "very first");
		await results(ann).first().waitFor();
		await ann.goOffline();
		await ann.connected("Offline");
		await results(ann).first().click();
		await ann.page.getByText("That message could not be loaded.").waitFor();
		await open(ann);
		await search(ann, "report");
		await ann.page.getByRole("dialog").getByText("The service cannot be reached.").waitFor();
		await ann.page.keyboard.press("Escape");
		await ann.goOnline();
		await focused(ann).getByText("The very first line").waitFor();
		await ann.page.getByRole("button", { name: "Jump to latest" }).click();
		await ann.sees("Line 199 of");
		await ann.leave();
	});
});

describe("a search in all conversations", () => {
	it("groups matches by conversation and opens them, also by a link", async () => {
		const [ann, bob] = await annAndBob(browser, product.url);
		await fill(ann, 70, "Teapots are in the left cupboard");
		await ann.newConversation();
		await ann.say("Where are the teapots?");
		await ann.answered();
		await ann.page.getByRole("searchbox", { name: "Search everywhere" }).fill("teapots");
		const found = ann.page.getByRole("region", { name: "Search results" });
		await found.getByRole("heading", { name: "Where are the teapots?" }).waitFor();
		// Its title is found, too.
		await found
			.getByRole("link", { name: /left cupboard/ })
			.last()
			.click();
		await focused(ann).getByText("Teapots are in the left cupboard").waitFor();
		await expect.poll(() => marked(ann)).toEqual(["Teapots"]);
		await ann.message.focus();
		await expect.poll(() => marked(ann)).toEqual([]);

		await ann.choose("Teapots are", "Copy link");
		const copied = () => ann.page.evaluate(() => navigator.clipboard.readText());
		await expect.poll(copied).toContain("/c/");
		const link = await copied();
		await bob.page.goto(link);
		await focused(bob).getByText("Teapots are in the left cupboard").waitFor();

		// A link in a message shows what it leads to, and opens in this tab.
		await bob.page.getByRole("button", { name: "Jump to latest" }).click();
		await bob.say(`It is in ${link}`);
		const inMessage = bob.at("It is in").getByRole("link");
		await inMessage.hover();
		await bob.page.getByRole("tooltip").getByText("Teapots are in the left cupboard").waitFor();
		expect(await violations(bob.page)).toEqual([]);
		await bob.page.keyboard.press("Escape");
		await bob.page.getByRole("tooltip").waitFor({ state: "detached" });
		await inMessage.click();
		await focused(bob).getByText("Teapots are in the left cupboard").waitFor();
		expect(bob.page.context().pages()).toHaveLength(1);
		await ann.leave();
		await bob.leave();
	});

	it("finds conversations by title and people by name, above the messages", async () => {
		const [ann, bob] = await annAndBob(browser, product.url);
		await ann.say("Where is the budget?");
		await ann.decide("Where is the budget?", "Rename…");
		await ann.page.getByRole("textbox", { name: "Title" }).fill("Bücher for 2027");
		await ann.page.getByRole("button", { name: "Save" }).click();
		await ann.page.getByRole("heading", { name: "Bücher for 2027" }).waitFor();
		const { pathname } = new URL(ann.page.url());
		await ann.page.getByRole("button", { name: "New conversation" }).click();
		const field = ann.page.getByRole("searchbox", { name: "Search everywhere" });
		const found = ann.page.getByRole("region", { name: "Search results" });
		const headings = () => found.getByRole("heading").allInnerTexts();
		await field.fill("bucher");
		await found.getByRole("status").getByText("No messages found.").waitFor();
		expect(await headings()).toEqual(["Conversations"]);
		expect(await violations(ann.page)).toEqual([]);
		await look(ann, "search-titles");
		await field.fill("bo");
		await found.getByRole("link", { name: /^Bob/ }).waitFor();
		expect(await headings()).toEqual(["People"]);
		expect(await violations(ann.page)).toEqual([]);
		await field.fill("budget");
		await found.getByRole("link", { name: /Where is the budget/ }).waitFor();
		await field.fill("bücher 20");
		await found.getByRole("link", { name: "Bücher for 2027" }).waitFor();
		await field.focus();
		await ann.page.keyboard.press("Tab");
		await ann.page.keyboard.press("Enter");
		await ann.page.waitForURL(`**${pathname}`);
		expect([...ann.complaints, ...bob.complaints]).toEqual([]);
		await ann.leave();
		await bob.leave();
	});
});

// Claude's replies as two people see them, each in a browser of their own, with a scripted Claude.

import type { Browser, Locator } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { annAndBob, type Product, startProduct, Visitor } from "../e2e/product.ts";
import { launchBrowser } from "../support/browser.ts";
import { type MessagesApi, startMessagesApi } from "../support/messages-api.ts";

let api: MessagesApi;
let browser: Browser;
let product: Product;
let ann: Visitor;
let bob: Visitor;

beforeAll(async () => {
	[browser, api] = await Promise.all([launchBrowser(), startMessagesApi()]);
	const settings = { ANTHROPIC_BASE_URL: api.url, CLAUDE_MODEL: "claude-opus-4-1-20250805", SEND_BURST: "100" };
	product = await startProduct(settings);
	[ann, bob] = await annAndBob(browser, product.url);
});
afterAll(async () => {
	expect([...(ann?.complaints ?? []), ...(bob?.complaints ?? [])]).toEqual([]);
	await browser?.close();
	await product?.stop();
	await api?.close();
});

const lastAnswer = ({ log }: Visitor) => log.getByRole("article", { name: /^Claude/ }).last();
/** A reply that is being written until the returned function is called, however slow the machine is. */
function beginsToAnswer(): () => void {
	const { promise, resolve } = Promise.withResolvers<void>();
	api.script({ text: "These words come at once, and the rest of them later.", restAfter: promise });
	return resolve;
}
const button = (within: Locator, name: string) => within.getByRole("button", { name, exact: true });
const box = async (locator: Locator) => {
	const found = await locator.boundingBox();
	if (!found) throw new Error("It is not shown.");
	return found;
};

describe("Claude's reply", () => {
	it("shows who asked and what Claude thinks, folded until somebody opens it, without a jump when the text begins", async () => {
		const thinking = "**Weighing it** Tea keeps longer. Coffee needs a grinder, which nobody has. ".repeat(2);
		const folded = Promise.withResolvers<void>();
		api.script({ thinking, text: "Tea, for once, then.", perSecond: 15, textAfter: folded.promise });
		await ann.say("@claude Tea or coffee?");
		for (const [visitor, asker] of [
			[ann, "asked by you"],
			[bob, "asked by Ann"],
		] as const) {
			await lastAnswer(visitor).getByText(asker).waitFor();
			await button(lastAnswer(visitor), "Claude is thinking…").click();
			await lastAnswer(visitor).getByText("Tea keeps longer.").first().waitFor();
		}
		expect(await lastAnswer(bob).getAttribute("aria-label")).toMatch(/^Claude, .*, asked by Ann$/);
		// Folded again while Claude still thinks, so that the text appears right below it.
		const line = button(lastAnswer(ann), "Claude is thinking…");
		await line.click();
		const before = await box(line);
		folded.resolve();
		const after = button(lastAnswer(ann), "Claude's thinking");
		await after.waitFor();
		expect([(await box(after)).y, (await box(after)).height]).toEqual([before.y, before.height]);
		expect(await after.getAttribute("aria-expanded")).toBe("false");
		expect(await button(lastAnswer(bob), "Claude's thinking").getAttribute("aria-expanded")).toBe("true");
		await ann.sees("Tea, for once, then.");
		await ann.stop.waitFor({ state: "detached" });
	});

	it("keeps its thinking after a reload", async () => {
		await bob.page.reload();
		await button(lastAnswer(bob), "Claude's thinking").click();
		await lastAnswer(bob).getByText("Coffee needs a grinder").first().waitFor();
	});

	it("is copied as Markdown and says so, or says that it could not be copied", async () => {
		const text = "**Yes**, and:\n\n```ts\nconst tea = 1;\n```\n\n- one\n";
		api.script({ text });
		await ann.say("@claude Some code?");
		await ann.sees("const tea = 1;");
		await button(lastAnswer(ann), "Copy").click();
		await lastAnswer(ann).getByText("Copied").waitFor();
		expect(await ann.page.evaluate(() => navigator.clipboard.readText())).toBe(text);
		await button(lastAnswer(ann), "Copy code").click();
		await expect.poll(() => ann.page.evaluate(() => navigator.clipboard.readText())).toBe("const tea = 1;");

		await bob.sees("const tea = 1;");
		await bob.page.evaluate(() => {
			navigator.clipboard.writeText = async () => Promise.reject(new Error("not allowed"));
			document.execCommand = () => false;
		});
		await button(lastAnswer(bob), "Copy").click();
		await lastAnswer(bob).getByText("Could not copy").waitFor();
	});

	it("shows its cost, and its tokens and time by the keyboard alone, also for a version and a stopped reply", async () => {
		api.script({ text: "A second answer." });
		await button(lastAnswer(ann), "Regenerate").click();
		await ann.sees("A second answer.");
		await button(lastAnswer(ann), "Previous version").waitFor();
		// 11 x 15 + 22 x 1.50 + 33 x 18.75 + 3 x 75 micro-dollars
		const cost = lastAnswer(ann).getByRole("button", { name: "Details: $0.001 · 33% cached" });
		await lastAnswer(ann).focus();
		for (let tabs = 0; tabs < 12 && !(await cost.evaluate((one) => one === document.activeElement)); tabs++)
			await ann.page.keyboard.press("Tab");
		await ann.page.keyboard.press("Enter");
		const fact = (name: string) =>
			lastAnswer(ann)
				.getByRole("definition")
				.and(ann.page.locator(`dt:text-is("${name}") + dd`));
		await expect.poll(() => fact("Model").textContent()).toBe("Claude Opus 4.1");
		expect(await fact("Prompt, from the cache").textContent()).toBe("22 tokens · 33%");
		expect(await fact("Answer").textContent()).toBe("3 tokens");
		await button(lastAnswer(ann), "Previous version").click();
		await expect.poll(() => fact("Answer").textContent()).toBe("10 tokens");
		await button(lastAnswer(ann), "Copy").click();
		await expect.poll(() => ann.page.evaluate(() => navigator.clipboard.readText())).toContain("**Yes**, and:");
	});

	it("shows everybody whose questions wait, who stopped it, and whom the next reply answers", async () => {
		await ann.say('@claude !{"tokens":12000,"perSecond":20}');
		await bob.stop.waitFor();
		await bob.say("@claude And juice?");
		await ann.say("Nothing for you, Claude");
		await ann.say("@claude And water?");
		await ann.page.getByText("Waiting for Claude: Bob and you").waitFor();
		await bob.page.getByText("Waiting for Claude: you and Ann").waitFor();
		api.script({ text: "Both are there." });
		await bob.stop.click();
		await ann
			.at(/word\d/)
			.getByText("Stopped by Bob.")
			.waitFor();
		await bob
			.at(/word\d/)
			.getByText("Stopped by you.")
			.waitFor();
		await bob
			.at(/word\d/)
			.getByRole("button", { name: /^Details: ≈ \$0\.\d+ · 33% cached$/ })
			.waitFor({ state: "attached" });
		await lastAnswer(ann).getByText("Both are there.").waitFor();
		await lastAnswer(ann).getByText("asked by Bob and you").waitFor();
		await ann.page.getByText(/Waiting for Claude/).waitFor({ state: "detached" });
	});

	it("says in words that Claude declined, or is busy and is asked again", async () => {
		await ann.say("@claude !refusal");
		await bob.sees("Claude declined to answer this.");
		await ann.say('@claude !{"fault":"overloaded","retryAfter":8,"times":1,"text":"Here at last."}');
		await bob.sees("Claude is busy. Trying again…");
		await lastAnswer(bob).getByText("Here at last.").waitFor();
		await bob.log.getByText("Claude is busy").waitFor({ state: "detached" });
		expect(await lastAnswer(bob).getByText("Interrupted").count()).toBe(0);
		await ann.say("@claude !spend");
		await lastAnswer(bob).getByText("The spending limit for Claude has been reached.").waitFor();
		await button(lastAnswer(bob), "Retry").waitFor();
		expect(await button(lastAnswer(bob), "Regenerate").count()).toBe(0);
	});

	it("is announced by its states and not by its words, also while others talk", async () => {
		await bob.page.evaluate(() => {
			const said: string[] = [];
			const note = ({ type, target, addedNodes }: MutationRecord) => {
				if (type === "childList" && addedNodes.length === 0) return;
				const region = (target instanceof Element ? target : target.parentElement)?.closest("[aria-live]");
				if (region?.getAttribute("aria-live") === "polite") said.push(region.textContent ?? "");
			};
			new MutationObserver((records) => records.forEach(note)).observe(document.body, {
				childList: true,
				characterData: true,
				subtree: true,
			});
			Object.assign(window, { said });
		});
		const said = () => bob.page.evaluate(() => (window as unknown as { said: string[] }).said);
		const [thought, rest] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
		api.script({ thinking: 20, tokens: 100, textAfter: thought.promise, restAfter: rest.promise });
		await ann.say("@claude Anything?");
		await expect.poll(said).toContain("Claude is thinking");
		thought.resolve();
		await expect.poll(said).toContain("Claude is replying");
		await ann.say("I am still here");
		await expect.poll(said).toContain("Ann: I am still here");
		expect(await said()).not.toContain("Claude replied");
		rest.resolve();
		await expect.poll(said).toContain("Claude replied");
		// A slow machine is told again what goes on.
		const lines = (await said()).filter((line) => line !== "" && !line.includes("is still"));
		expect(lines.filter((line) => line.startsWith("Claude"))).toEqual(["Claude is thinking", "Claude is replying", "Claude replied"]);
		expect(lines.join()).not.toMatch(/word\d |Hm\./);
	});

	it("streams without rendering the message above it again, although that shows who has seen it", async () => {
		await ann.say('@claude !{"tokens":12001,"perSecond":20}');
		const question = ann.at('"tokens":12001');
		await question.getByText("Seen by Bob").waitFor();
		// Preact stores the handlers at the element: rendering makes new ones.
		const drawn = await question.getByRole("button", { name: "Reply", includeHidden: true }).evaluateHandle((button) => {
			const stored = Object.values(button) as ({ onClick?: unknown } | undefined)[];
			const handlers = stored.find((value) => value?.onClick !== undefined);
			return { handlers, first: handlers?.onClick };
		});
		const length = async () => (await lastAnswer(ann).innerText()).length;
		const before = await length();
		await expect.poll(length).toBeGreaterThan(before + 50);
		expect(await drawn.evaluate(({ handlers, first }) => [typeof first, handlers?.onClick === first])).toEqual(["function", true]);
		await ann.stop.click();
		await ann.stop.waitFor({ state: "detached" });
	});
});

describe("a reply that is being written", () => {
	it("is stopped by its reader, and its text so far stays", async () => {
		const cleo = await Visitor.arrive(browser);
		await cleo.start(product.url, "Cleo");
		const end = beginsToAnswer();
		await cleo.say("A question?");
		await cleo.sees("These words come");
		await cleo.stop.click();
		await cleo.sees("Stopped by you.");
		end();
		api.script({ text: "| a | b |\n|---|---|\n| 1 | 2 |" });
		await cleo.say("A table?");
		await cleo.answered();
		expect(await cleo.log.getByRole("table").count()).toBe(1);
		expect((await cleo.at("These words").getByRole("paragraph").first().innerText()).trim()).toBe("These words come");
		await cleo.leave();
	});

	it("cannot be stopped offline, and goes on afterwards", async () => {
		const [cleo, dan] = await annAndBob(browser, product.url);
		const end = beginsToAnswer();
		await cleo.page.getByRole("button", { name: /small table/ }).click();
		await cleo.sees(/@claude Show me a small table/);
		await cleo.stop.waitFor();
		await cleo.goOffline();
		await cleo.connected("Offline");
		await expect.poll(() => cleo.stop.isDisabled()).toBe(true);
		await cleo.goOnline();
		await cleo.connected();
		end();
		await cleo.sees("the rest of them later.");
		await cleo.answered();
		await cleo.leave();
		await dan.leave();
	});

	it("continues after a reload, and is the same after another one", async () => {
		const cleo = await Visitor.arrive(browser);
		await cleo.start(product.url, "Cleo");
		const end = beginsToAnswer();
		await cleo.say("A question?");
		await cleo.sees("These words come");
		await cleo.page.reload();
		await cleo.sees("These words come");
		end();
		await cleo.answered();
		const said = () => cleo.log.getByRole("article").last().getByRole("paragraph").first().innerText();
		await expect.poll(said).toBe("These words come at once, and the rest of them later.");
		await cleo.page.reload();
		await cleo.answered();
		await expect.poll(said).toBe("These words come at once, and the rest of them later.");
		await cleo.leave();
	});
});

describe("on a phone", () => {
	it("a message that is touched does not move, and its buttons are large enough and not on its text", async () => {
		const cleo = await Visitor.arrive(browser, { viewport: { width: 390, height: 800 }, hasTouch: true, isMobile: true });
		await cleo.start(product.url, "Cleo");
		api.script({ text: "An answer." });
		await cleo.say("A question?");
		await cleo.sees("An answer.");
		await button(lastAnswer(cleo), "Copy").waitFor();
		const own = cleo.at("A question?");
		const tops = () => cleo.log.getByRole("article").evaluateAll((all) => all.map((one) => one.getBoundingClientRect().top));
		const before = await tops();
		await own.tap();
		const [reply, text] = [await box(button(own, "Reply")), await box(own.getByText("A question?"))];
		expect(await tops()).toEqual(before);
		expect(Math.min(reply.width, reply.height)).toBeGreaterThanOrEqual(44);
		expect(reply.y + reply.height).toBeLessThanOrEqual(text.y);
		expect(reply.x).toBeGreaterThanOrEqual(0);
		for (const name of ["Copy", "Regenerate", "React", "Reply", "More", /^Details: /]) {
			const { width, height, y } = await box(lastAnswer(cleo).getByRole("button", { name }));
			expect([name, Math.min(width, height) >= 44]).toEqual([name, true]);
			expect(y).toBeGreaterThan((await box(lastAnswer(cleo).getByText("An answer."))).y);
		}
		await cleo.leave();
	});

	it("shows the buttons of a message that begins above the screen", async () => {
		const cleo = await Visitor.arrive(browser, { viewport: { width: 390, height: 800 }, hasTouch: true, isMobile: true });
		await cleo.start(product.url, "Cleo");
		api.script({ text: "An answer." });
		await cleo.say(Array.from({ length: 60 }, (_, n) => `Line ${n}`).join("\n\n"));
		await cleo.sees("An answer.");
		await button(lastAnswer(cleo), "Copy").waitFor();
		await cleo.at("Line 0").getByText("Line 55").tap();
		const [log, reply] = [await box(cleo.log), await box(button(cleo.at("Line 0"), "Reply"))];
		expect(reply.y).toBeGreaterThanOrEqual(log.y);
		expect(reply.y + reply.height).toBeLessThan(log.y + log.height);
		await cleo.leave();
	});
});

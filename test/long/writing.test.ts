// Writing and sending, as people do it: by keys, with a network that goes and comes, over a reload and in a new tab.

import type { Locator } from "playwright-core";
import { describe, expect, it } from "vitest";
import { post } from "../e2e/api.ts";
import { browser, openBrowser, product } from "../e2e/opened.ts";
import { annAndBob, Visitor } from "../e2e/product.ts";
import { guestWithConversation, Wire } from "../e2e/wire.ts";

openBrowser();

async function annAlone(): Promise<Visitor> {
	const ann = await Visitor.arrive(browser);
	await ann.start(product.url, "Ann");
	return ann;
}

const written = ({ message }: Visitor) => message.inputValue();
const hasFocus = (element: Locator) => element.evaluate((element) => element === document.activeElement);

describe("emoji", () => {
	it("are chosen by keys alone, from our own data, and inserted at the caret", async () => {
		const ann = await annAlone();
		const { page } = ann;
		const requests: string[] = [];
		page.on("request", (request) => requests.push(request.url()));
		await page.keyboard.type("Hello  world");
		for (let step = 0; step < 6; step++) await page.keyboard.press("ArrowLeft");
		await page.keyboard.press("Tab");
		await page.keyboard.press("Enter");
		const dialog = page.getByRole("dialog", { name: "Emoji" });
		await dialog.getByRole("gridcell", { name: "grinning face", exact: true }).waitFor();
		await page.keyboard.type("party pop");
		await expect.poll(() => dialog.getByRole("gridcell").count()).toBe(1);
		await page.keyboard.press("Enter");
		await expect.poll(() => written(ann)).toBe("Hello 🎉 world");
		await dialog.waitFor({ state: "hidden" });
		await page.keyboard.type("!");
		await expect.poll(() => written(ann)).toBe("Hello 🎉! world");
		expect(requests.filter((url) => !url.startsWith(product.url))).toEqual([]);
		expect(requests.filter((url) => url.includes("/emoji/"))).toEqual([`${product.url}/emoji/en.json`]);

		// Escape goes back, and Enter in the search sends nothing.
		await page.keyboard.press("Tab");
		await page.keyboard.press("Enter");
		await dialog.waitFor();
		await page.keyboard.press("Enter");
		await page.keyboard.press("Escape");
		await dialog.waitFor({ state: "hidden" });
		await expect.poll(() => hasFocus(page.getByRole("button", { name: "Emoji" }))).toBe(true);
		expect(await ann.messages()).toEqual([]);
		expect(ann.complaints).toEqual([]);
		await ann.leave();
	});

	it("are searched by name, closest first across groups, and all return in order afterwards", async () => {
		const ann = await annAlone();
		const { page } = ann;
		const cells = page.getByRole("dialog", { name: "Emoji" }).getByRole("gridcell");
		const open = () => page.getByRole("button", { name: "Emoji" }).click();
		const first = async () => [await cells.first().getAttribute("title"), await cells.first().getAttribute("aria-selected")];
		let before = "grinning face";
		for (const [search, name, emoji] of [
			["rocket", "rocket", "🚀"],
			["smile", "grinning face with smiling eyes", "😄"],
			["heart", "red heart", "❤️"],
		]) {
			await open();
			await expect.poll(first).toEqual([before, null]);
			await page.keyboard.type(search as string);
			await expect.poll(first).toEqual([name, "true"]);
			await page.keyboard.press("Enter");
			await expect.poll(() => written(ann)).toBe(emoji);
			await ann.message.fill("");
			// What was chosen stands before all groups.
			before = name as string;
		}
		await ann.leave();
	});

	it("are completed from a shortcode after a colon, and replace a finished one", async () => {
		const ann = await annAlone();
		const { page } = ann;
		await page.keyboard.type("so :tad");
		await page.getByRole("listbox", { name: "Matching emoji" }).getByRole("option", { name: "tada", selected: true }).waitFor();
		await page.keyboard.press("Enter");
		await expect.poll(() => written(ann)).toBe("so 🎉 ");
		await page.keyboard.type("and :smile: at 10:30, `:tada:` ::tada");
		await expect.poll(() => written(ann)).toBe("so 🎉 and 😄 at 10:30, `:tada:` ::tada");
		await page.getByRole("listbox").waitFor({ state: "detached" });
		await page.keyboard.press("Enter");
		await ann.sees("and 😄 at 10:30");
		// However fast one types: nothing that is typed meanwhile is lost.
		for (let round = 0; round < 8; round++) {
			await ann.message.fill("");
			await page.keyboard.type("a :smile: b :heart: c :tada: d");
			await expect.poll(() => written(ann)).toBe("a 😄 b ❤️ c 🎉 d");
		}
		await ann.leave();
	});

	it("are completed where the caret is moved", async () => {
		const ann = await annAlone();
		const { page } = ann;
		await page.keyboard.type("so :tad it is");
		for (let step = 0; step < 6; step++) await page.keyboard.press("ArrowLeft");
		await page.getByRole("option", { name: "tada", selected: true }).waitFor();
		await page.keyboard.press("ArrowLeft");
		await page.keyboard.press("End");
		await page.getByRole("listbox").waitFor({ state: "detached" });
		await expect.poll(() => written(ann)).toBe("so :tad it is");
		await ann.leave();
	});

	it("and names that were inserted can be undone, one after the other, with what was written before", async () => {
		const [ann, bob] = await annAndBob(browser, product.url);
		const { page } = ann;
		await page.keyboard.type("The flag is :on:");
		await expect.poll(() => written(ann)).toBe("The flag is 🔛");
		await page.keyboard.type(" for @bo");
		await page.getByRole("option", { name: /Bob/ }).waitFor();
		await page.keyboard.press("Tab");
		await expect.poll(() => written(ann)).toBe("The flag is 🔛 for @Bob ");
		const undone: string[] = [];
		for (let step = 0; step < 40 && (await written(ann)) !== ""; step++) {
			await page.keyboard.press("Control+z");
			undone.push(await written(ann));
		}
		expect(undone[0]).toBe("The flag is 🔛 for @bo");
		expect(undone).toContain("The flag is :on:");
		expect(undone.at(-1)).toBe("");
		await page.keyboard.press("Control+Shift+z");
		expect(await written(ann)).not.toBe("");
		expect(ann.complaints).toEqual([]);
		await ann.leave();
		await bob.leave();
	});

	it("typed as shortcodes before they are loaded are replaced once they are", async () => {
		const ann = await annAlone();
		const { page } = ann;
		const asked = Promise.withResolvers<void>();
		const held = Promise.withResolvers<void>();
		await page.route("**/emoji/en.json", async (route) => {
			asked.resolve();
			await held.promise;
			await route.continue();
		});
		await page.keyboard.type("so :tada: it");
		await asked.promise;
		await expect.poll(() => written(ann)).toBe("so :tada: it");
		held.resolve();
		await expect.poll(() => written(ann)).toBe("so 🎉 it");
		await page.keyboard.type(" is");
		await expect.poll(() => written(ann)).toBe("so 🎉 it is");
		await ann.leave();
	});

	it("can all be reactions, in the chosen skin tone, which is remembered", async () => {
		const [ann, bob] = await annAndBob(browser, product.url);
		await ann.say("Ready?");
		await bob.sees("Ready?");
		const chooseAll = async () => {
			await bob.press("Ready?", "React");
			await bob.page.getByRole("button", { name: "More emoji" }).click();
		};
		await chooseAll();
		await bob.page.getByRole("combobox", { name: "Skin tone" }).selectOption({ value: "medium" });
		await bob.page.getByRole("searchbox", { name: "Find an emoji" }).fill("waving");
		await bob.page.getByRole("gridcell", { name: "waving hand" }).click();
		await ann.at("Ready?").getByRole("button", { name: "👋🏽 Bob" }).waitFor();

		await bob.page.reload();
		await bob.sees("Ready?");
		await chooseAll();
		expect(await bob.page.getByRole("combobox", { name: "Skin tone" }).inputValue()).toBe("medium");
		await bob.page.getByText("Recently used").waitFor();
		expect(await bob.page.getByRole("gridcell").first().innerText()).toBe("👋🏽");
		// An emoji from the device's own keyboard is accepted at once, with or without a variation selector.
		await bob.page.getByRole("searchbox", { name: "Find an emoji" }).fill("👍\ufe0f");
		await ann.at("Ready?").getByRole("button", { name: "👍 Bob" }).click();
		await bob.at("Ready?").getByRole("button", { name: "👍 You and Ann" }).waitFor();
		for (const person of [ann, bob]) {
			expect(person.complaints).toEqual([]);
			await person.leave();
		}
	});

	it("that fail to load say so, and can be loaded later", async () => {
		const ann = await annAlone();
		await ann.page.route("**/emoji/en.json", (route) => route.abort());
		await ann.page.getByRole("button", { name: "Emoji" }).click();
		await ann.page.getByRole("dialog", { name: "Emoji" }).getByText("could not be loaded").waitFor();
		await ann.page.keyboard.press("Escape");
		await ann.page.unroute("**/emoji/en.json");
		await ann.page.getByRole("button", { name: "Emoji" }).click();
		await ann.page.getByRole("gridcell", { name: "grinning face", exact: true }).click();
		await expect.poll(() => written(ann)).toBe("😀");
		await ann.leave();
	});
});

describe("Enter", () => {
	it("begins a new line in a block of code that is open; Ctrl+Enter sends it", async () => {
		const ann = await annAlone();
		const { page } = ann;
		await page.keyboard.type("Look:");
		await page.keyboard.press("Shift+Enter");
		for (const line of ["```js", "const a = 1;", "```"]) {
			await page.keyboard.type(line);
			await page.keyboard.press("Enter");
		}
		await expect.poll(() => ann.at("Look:").locator("pre").innerText()).toBe("const a = 1;");
		await expect.poll(() => written(ann)).toBe("");
		await ann.answered();

		await page.keyboard.press("ArrowUp");
		await page.getByText("Editing your message").waitFor();
		await page.keyboard.press("ArrowUp");
		await page.keyboard.press("Home");
		await page.keyboard.press("Enter");
		expect(await written(ann)).toBe("Look:\n```js\n\nconst a = 1;\n```");
		await page.keyboard.press("Escape");
		await page.getByText("Editing your message").waitFor({ state: "detached" });
		await expect.poll(() => hasFocus(ann.message)).toBe(true);
		await page.keyboard.type("```");
		await page.keyboard.press("Enter");
		await page.keyboard.type("const b = 2;");
		await page.keyboard.press("Control+Enter");
		await ann.log.locator("pre").getByText("const b = 2;").waitFor();
		await ann.leave();
	});
});

describe("a list of completions", () => {
	it("covers nothing of what is answered", async () => {
		const [ann, bob] = await annAndBob(browser, product.url);
		await bob.say("Tea or coffee?");
		await ann.sees("Tea or coffee?");
		await ann.press("Tea or coffee?", "Reply");
		await ann.page.keyboard.type("@");
		const list = await ann.page.getByRole("listbox").boundingBox();
		const bar = await ann.page.getByText("Replying to Bob").boundingBox();
		expect((list?.y ?? 0) + (list?.height ?? 0)).toBeLessThanOrEqual(bar?.y ?? 0);
		await ann.leave();
		await bob.leave();
	});
});

describe("a draft", () => {
	it("survives a reload and a new tab, with its quote, and is shared by two tabs", async () => {
		const [ann, bob] = await annAndBob(browser, product.url);
		await bob.say("Tea or coffee?");
		await ann.sees("Tea or coffee?");
		await ann.press("Tea or coffee?", "Reply");
		await ann.page.keyboard.type("Tea, and ");
		await ann.page.reload();
		await ann.page.getByText("Replying to Bob Tea or coffee?").waitFor();
		await expect.poll(() => written(ann)).toBe("Tea, and ");

		const address = ann.page.url();
		const other = await ann.anotherTab();
		await ann.page.close();
		await other.page.goto(address);
		await other.page.getByText("Replying to Bob").waitFor();
		const third = await other.anotherTab();
		await third.page.goto(address);
		await third.connected();
		await third.page.keyboard.type("cake");
		await expect.poll(() => written(other)).toBe("Tea, and cake");
		await other.page.keyboard.press("Enter");
		await expect.poll(() => written(third)).toBe("");
		await bob.at("Tea, and cake").getByRole("button", { name: "Bob Tea or coffee?" }).waitFor();
		expect(await third.page.getByText("Replying to Bob").count()).toBe(0);
		await other.leave();
		await bob.leave();
	});

	it("is marked in the list of conversations, and is deleted at sign-out", async () => {
		const ann = await annAlone();
		const address = ann.page.url();
		await ann.page.keyboard.type("half a thought");
		await ann.newConversation();
		await ann.listed("Draft half a thought").waitFor();
		await ann.listed("Draft").click();
		await expect.poll(() => written(ann)).toBe("half a thought");
		expect(ann.page.url()).toBe(address);

		await ann.page.getByRole("button", { name: "Settings", exact: true }).click();
		await ann.page.getByRole("button", { name: "Sign out…" }).click();
		await ann.page.getByRole("dialog", { name: "Sign out?" }).getByRole("button", { name: "Sign out" }).click();
		await ann.page.getByRole("textbox", { name: "Your name" }).waitFor();
		expect(await ann.page.evaluate(() => JSON.stringify({ ...localStorage }))).not.toContain("half a thought");
		await ann.leave();
	});

	it("that cannot be saved causes a warning before the page closes; a saved one does not", async () => {
		const ann = await annAlone();
		const asked: string[] = [];
		ann.page.on("dialog", (dialog) => {
			asked.push(dialog.type());
			void dialog.accept();
		});
		await ann.page.keyboard.type("kept");
		await ann.page.reload();
		await expect.poll(() => written(ann)).toBe("kept");
		expect(asked).toEqual([]);
		await ann.page.evaluate(() => {
			Storage.prototype.setItem = () => {
				throw new Error("Full");
			};
		});
		await ann.message.click();
		await ann.page.keyboard.type(" no more");
		await ann.page.waitForFunction(() => !dispatchEvent(new Event("beforeunload", { cancelable: true })));
		await ann.page.reload();
		expect(asked).toEqual(["beforeunload"]);
		await ann.leave();
	});
});

describe("a long text", () => {
	it("is pasted at once and kept; a counter shows how much is left, or how much is too long", async () => {
		const ann = await annAlone();
		const { page } = ann;
		await page.evaluate(() => navigator.clipboard.writeText("words and more words\n".repeat(5_000).slice(0, 100_000)));
		await page.keyboard.press("ControlOrMeta+v");
		await expect.poll(async () => (await written(ann)).length).toBe(100_000);
		await page.getByText("0 left").first().waitFor();
		const { height, limit } = await ann.message.evaluate((field) => ({ height: field.clientHeight, limit: innerHeight * 0.34 }));
		expect(height).toBeLessThan(limit);

		await page.keyboard.type("123");
		await page.getByText("3 characters too long.").first().waitFor();
		await page.getByRole("status").getByText("3 characters too long.").waitFor({ state: "attached" });
		await page.keyboard.press("Enter");
		expect((await written(ann)).length).toBe(100_003);
		expect(await ann.messages()).toEqual([]);
		await page.reload();
		await expect.poll(async () => (await written(ann)).length).toBe(100_003);
		for (let key = 0; key < 3; key++) await page.keyboard.press("Backspace");
		await page.keyboard.press("Enter");
		await ann.log.getByText("Sent").or(ann.log.getByRole("article").nth(1)).first().waitFor();
		await expect.poll(() => written(ann)).toBe("");
		await ann.leave();
	});
});

describe("a sent message", () => {
	it("is queued while offline, says so, and is sent once when the network is back", async () => {
		const [ann, bob] = await annAndBob(browser, product.url);
		await ann.goOffline();
		await ann.connected("Offline");
		await ann.say("one");
		await ann.say("two");
		await expect.poll(() => ann.log.getByText("Waiting for a connection…").count()).toBe(2);
		expect(await ann.log.getByText("Sent").count()).toBe(0);
		const drawn = await ann.log.getByRole("article").filter({ hasText: "two" }).elementHandle();
		await ann.goOnline();
		await bob.sees("two");
		await ann.log.getByText(/^(Sent|Seen by Bob)$/).waitFor();
		// Drawn anew, it would lose what is selected in it.
		expect(await drawn?.evaluate((article) => article.isConnected && article.hasAttribute("data-id"))).toBe(true);
		expect(await ann.log.getByText("Waiting for a connection…").count()).toBe(0);
		for (const person of [ann, bob]) {
			expect((await person.messages()).filter((text) => /one|two/.test(text))).toHaveLength(2);
			await person.leave();
		}
	});

	it("that was refused can be edited, or retried or deleted together with others", async () => {
		const { token, id } = await guestWithConversation(product.url);
		const wire = new Wire(product.url, id, token);
		const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
		const ann = await Visitor.arrive(browser);
		await ann.signIn((await post(product.url, `/conversations/${id}/invites`, token, { role: "member" })).invite.url, "Ann");
		await ann.connected();
		const { user } = (await (await ann.page.context().request.post(`${product.url}/api/auth/refresh`)).json()) as { user: { id: string } };
		const become = async (role: string) => {
			const body = JSON.stringify({ role });
			const { ok } = await fetch(`${product.url}/api/conversations/${id}/members/${user.id}`, { method: "PATCH", headers, body });
			expect(ok).toBe(true);
		};
		/** Said while one may, and delivered when one may not. */
		const refuse = async (...texts: string[]) => {
			await ann.goOffline();
			await ann.connected("Offline");
			for (const text of texts) await ann.say(text);
			await become("reader");
			await ann.goOnline();
			await expect.poll(() => ann.log.getByRole("alert").count()).toBe(texts.length);
			await become("member");
			await ann.message.waitFor();
		};

		await refuse("one", "two", "three");
		const bar = ann.page.getByRole("region", { name: "3 messages were not sent" });
		await bar.waitFor();
		await ann.message.fill("what I write");
		await ann.at("two").getByRole("button", { name: "Edit" }).click();
		await expect.poll(() => written(ann)).toBe("two\n\nwhat I write");
		await expect.poll(() => hasFocus(ann.message)).toBe(true);
		await ann.message.fill("2");
		await ann.message.press("Enter");
		await ann.page.getByRole("button", { name: "Retry all" }).click();
		await expect.poll(() => hasFocus(ann.message)).toBe(true);
		await wire.first("chat:message", ({ message }) => message.seq >= 3);
		const said = () => wire.events.flatMap((event) => (event.type === "chat:message" ? [event.message.content] : []));
		expect(said().toSorted()).toEqual(["2", "one", "three"]);
		expect(await ann.page.getByRole("button", { name: "Retry all" }).count()).toBe(0);

		await refuse("four", "five");
		await ann.page.getByRole("button", { name: "Delete all" }).click();
		await ann.page.getByRole("dialog", { name: "Delete 2 unsent messages?" }).getByRole("button", { name: "Delete" }).click();
		await expect.poll(() => ann.messages()).toHaveLength(3);
		await expect.poll(() => hasFocus(ann.message)).toBe(true);
		await ann.page.reload();
		await ann.sees("three");
		expect(await ann.messages()).toHaveLength(3);
		wire.close();
		await ann.leave();
	});
});

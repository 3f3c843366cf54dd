import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { post } from "./api.ts";
import { browser, openBrowser, product } from "./opened.ts";
import { annAndBob, Visitor } from "./product.ts";
import { guestWithConversation } from "./wire.ts";

openBrowser();

/** The README's pictures: taken anew by `npm run screenshots`, and only then. */
async function screenshot(visitor: Visitor, name: string): Promise<void> {
	if (import.meta.env.MODE !== "screenshots") return;
	await visitor.page.screenshot({ path: fileURLToPath(new URL(`../../docs/${name}.png`, import.meta.url)) });
}

describe("two people and the demo model", () => {
	it("hold a conversation", async () => {
		const ann = await Visitor.arrive(browser, { viewport: { width: 1280, height: 800 } });
		await ann.signIn(product.url, "Ann");
		await ann.newConversation();
		const link = await ann.invite();
		expect(await ann.page.evaluate(() => navigator.clipboard.readText())).toBe(link);
		await ann.page.keyboard.press("Escape");

		const bob = await Visitor.arrive(browser, { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 });
		await bob.signIn(link, "Bob");
		await bob.connected();
		await ann.participants.getByText("Bob").waitFor();

		await bob.message.pressSequentially("Hel");
		await ann.page
			.getByText(/Bob is typing/)
			.first()
			.waitFor();
		await bob.message.fill("");
		await bob.say("Shall we ask Claude how to run the workshop?");
		await ann.sees("Shall we ask Claude how to run the workshop?");

		await ann.say("@claude what makes a good conversation? A short list, please.");
		await bob.sees(/demo model/i);
		await ann.answered();
		await bob.answered();
		const texts = await ann.messages();
		expect(texts).toHaveLength(3);
		expect(texts[2]).toMatch(/ANTHROPIC_API_KEY/);
		expect(await bob.messages()).toHaveLength(3);

		await screenshot(ann, "desktop-light");
		await ann.page.emulateMedia({ colorScheme: "dark" });
		await screenshot(ann, "desktop-dark");
		await screenshot(bob, "phone");

		expect(ann.complaints).toEqual([]);
		expect(bob.complaints).toEqual([]);
		await bob.leave();
		await ann.participants.getByText("Bob").waitFor({ state: "detached" });
		await ann.leave();
	});
});

describe("an action that is not possible", () => {
	it("is not offered: sending a message without visible text", async () => {
		const ann = await Visitor.arrive(browser);
		await ann.start(product.url, "Ann");
		const send = ann.page.getByRole("button", { name: "Send" });
		for (const [text, isDisabled] of [
			[" \n ", "true"],
			["\u200b", "true"],
			["\u200b!", "false"],
		] as const) {
			await ann.message.fill(text);
			expect(await send.getAttribute("aria-disabled")).toBe(isDisabled);
		}
		await ann.leave();
	});

	it("an empty conversation says when Claude replies: alone, with others, and when it is off", async () => {
		const { token, id } = await guestWithConversation(product.url);
		const setTo = (assistant: string) =>
			fetch(`${product.url}/api/conversations/${id}`, {
				method: "PATCH",
				headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
				body: JSON.stringify({ assistant }),
			});
		const { invite } = await post(product.url, `/conversations/${id}/invites`, token);
		const bob = await Visitor.arrive(browser);
		await bob.start(product.url, "Bob");
		await bob.sees(/While you are alone, Claude replies to everything/);
		await bob.page.goto(invite.url);
		await bob.sees(/written. Mention @claude to ask it.$/);
		await setTo("always");
		await bob.sees(/Claude replies to every message.$/);
		await setTo("off");
		await bob.sees(/the same messages. Claude does not reply here.$/);
		expect(await bob.log.getByRole("button").count()).toBe(0);
		await setTo("mention");
		await bob.page.getByRole("button", { name: /small table/ }).click();
		await bob.sees(/@claude Show me a small table/);
		await bob.answered();
		await bob.leave();
	});

	it("tells a reader that the conversation is read-only", async () => {
		const { token, id } = await guestWithConversation(product.url);
		const { invite } = await post(product.url, `/conversations/${id}/invites`, token, { role: "reader" });
		const eve = await Visitor.arrive(browser);
		await eve.signIn(invite.url, "Eve");
		await eve.page.getByRole("button", { name: "Join" }).click();
		await eve.page.getByText("You can read this conversation but not write in it.").waitFor();
		expect(await eve.message.count()).toBe(0);
		expect(await eve.log.getByRole("button").count()).toBe(0);
		await eve.leave();
	});
});

describe("a lost network", () => {
	it("is shown, messages wait, and everything is there once afterwards", async () => {
		const [ann, bob] = await annAndBob(browser, product.url);

		await ann.goOffline();
		await ann.connected("Offline");
		await ann.say("written offline");
		await bob.say("said meanwhile");
		await bob.sees("said meanwhile");
		await ann.goOnline();
		await ann.connected();
		await bob.sees("written offline");
		await ann.sees("said meanwhile");
		for (const visitor of [ann, bob]) {
			const texts = await visitor.messages();
			expect(texts.filter((text) => text.includes("written offline"))).toHaveLength(1);
			expect(texts.filter((text) => text.includes("said meanwhile"))).toHaveLength(1);
		}
		await ann.leave();
		await bob.leave();
	});

	it("loses no message written offline, also after leaving the page and a reload", async () => {
		const ann = await Visitor.arrive(browser);
		await ann.start(product.url, "Ann");
		const address = ann.page.url();
		await ann.goOffline();
		await ann.connected("Offline");
		await ann.say("code, please");
		await ann.keeps("code, please");
		await ann.page.goBack();
		await ann.goOnline();
		await ann.page.goto(address);
		await ann.sees("code, please");
		await ann.answered();
		expect((await ann.messages()).filter((text) => text.includes("code, please"))).toHaveLength(1);
		await ann.leave();
	});
});

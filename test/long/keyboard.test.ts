// The page used with the keyboard alone.

import { describe, expect, it } from "vitest";
import { post } from "../e2e/api.ts";
import { browser, openBrowser, product } from "../e2e/opened.ts";
import { Visitor } from "../e2e/product.ts";
import { guestWithConversation } from "../e2e/wire.ts";

openBrowser();

/** The role and name of the focused element, or its tag. */
const focus = ({ page }: Visitor) =>
	page.evaluate(() => {
		const element = document.activeElement as HTMLElement;
		const name = element.ariaLabel ?? (element as HTMLInputElement).labels?.[0]?.textContent ?? element.textContent ?? "";
		return `${element.role ?? element.localName} ${name}`.trim();
	});

/** Presses Tab until an element of that name has the focus; it must be fully visible and show it. */
async function tabTo(visitor: Visitor, name: RegExp, key: "Tab" | "Shift+Tab" = "Tab"): Promise<void> {
	const passed: string[] = [];
	while (!name.test(passed.at(-1) ?? "")) {
		if (passed.length > 60) throw new Error(`Nothing called ${name} among ${passed.join(", ")}`);
		await visitor.page.keyboard.press(key);
		passed.push(await focus(visitor));
	}
	const isSeen = await visitor.page.evaluate(() => {
		const element = document.activeElement as HTMLInputElement;
		const { left, top, width, height } = element.getBoundingClientRect();
		const hit = document.elementFromPoint(left + width / 2, top + height / 2);
		const isShown = getComputedStyle(element).outlineStyle !== "none" || element.matches("textarea");
		return isShown && (element.contains(hit) || element.labels?.[0]?.contains(hit) === true);
	});
	expect(isSeen, `${passed.at(-1)} is seen`).toBe(true);
}

const keys = async ({ page }: Visitor, ...all: string[]) => {
	for (const key of all) await page.keyboard.press(key);
};
const dialog = ({ page }: Visitor, name: string | RegExp) => page.getByRole("dialog", { name });

async function arrive(): Promise<Visitor> {
	const ann = await Visitor.arrive(browser);
	await ann.signIn(product.url, "Ann");
	await ann.newConversation();
	return ann;
}

describe("the keyboard alone", () => {
	it("is enough to sign in, write, react, reply, edit, delete, invite, change settings and leave; the focus is never lost", async () => {
		const ann = await Visitor.arrive(browser);
		await ann.page.goto(product.url);
		await ann.page.getByRole("textbox", { name: "Your name" }).waitFor();
		// The only way to sign in has the focus already.
		await expect.poll(() => focus(ann)).toMatch(/Your name/);
		await ann.page.keyboard.type("Ann");
		await keys(ann, "Enter");
		await ann.list.waitFor();
		await expect.poll(() => focus(ann)).toBe("textarea Message");
		await tabTo(ann, /New conversation/, "Shift+Tab");
		await keys(ann, "Enter");
		expect(await focus(ann)).toBe("textarea Message");
		await ann.page.keyboard.type("First");
		await keys(ann, "Enter");
		await ann.connected();
		expect(await focus(ann)).toBe("textarea Message");
		await ann.answered();
		await ann.sees("First");

		// The first message.
		await keys(ann, "Shift+F6");
		expect(await focus(ann)).toMatch(/^article Claude, /);
		await keys(ann, "Home");
		expect(await focus(ann)).toMatch(/^article Ann, /);
		await keys(ann, "+");
		await expect.poll(() => focus(ann)).toBe("button React with 👍");
		await keys(ann, "Enter");
		await ann.log.getByRole("button", { name: "👍 You" }).waitFor();
		await ann.page.keyboard.press("Escape");
		await keys(ann, "F6", "Shift+F6", "Home", "r");
		await ann.page.getByText("Replying to Ann").waitFor();
		await ann.page.keyboard.type("Second");
		await keys(ann, "Enter");
		await ann.answered();
		await keys(ann, "ArrowUp");
		await ann.page.getByText("Editing your message").waitFor();
		await ann.page.keyboard.type(" thought");
		await keys(ann, "Enter");
		await ann.sees("Second thought");
		await expect.poll(() => focus(ann)).toBe("textarea Message");

		await keys(ann, "Shift+F6", "End", "ArrowUp", "Delete");
		await dialog(ann, "Delete this message?").waitFor();
		await tabTo(ann, /^button Delete/);
		await keys(ann, "Enter");
		await ann.sees("This message was deleted.");
		await expect.poll(() => focus(ann)).toMatch(/^article Ann, /);

		// The header: invite, and back.
		await keys(ann, "Shift+F6");
		await tabTo(ann, /Invite/);
		await keys(ann, "Enter");
		await expect.poll(() => focus(ann)).toBe("button Create link");
		await keys(ann, "Enter");
		await dialog(ann, "Invite people").getByRole("textbox", { name: "Invite link" }).waitFor();
		expect(await focus(ann)).toBe("button Create link");
		await keys(ann, "Escape");
		expect(await focus(ann)).toMatch(/Invite$/);

		// The list: settings.
		await keys(ann, "Shift+F6");
		await tabTo(ann, /Settings$/, "Shift+Tab");
		await keys(ann, "Enter");
		await dialog(ann, "Settings").waitFor();
		await tabTo(ann, /System/);
		await keys(ann, "ArrowRight", "ArrowRight");
		await expect.poll(() => ann.page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe("dark");
		await keys(ann, "Escape");
		expect(await focus(ann)).toMatch(/Settings$/);

		await tabTo(ann, /^button Options for/);
		await keys(ann, "Enter");
		await expect.poll(() => focus(ann)).toMatch(/^menuitem/);
		await keys(ann, "End", "ArrowUp", "Enter");
		await dialog(ann, /^Delete/).waitFor();
		await keys(ann, "Escape");
		expect(await focus(ann)).toMatch(/^button Options for/);
		await keys(ann, "Enter");
		await expect.poll(() => focus(ann)).toMatch(/^menuitem/);
		await keys(ann, "End", "Enter");
		await dialog(ann, /^Delete/).waitFor();
		await tabTo(ann, /^button Delete/);
		await keys(ann, "Enter");
		await ann.page.getByText("No conversations yet.").waitFor();
		// The list may receive the event before the dialog does.
		await expect.poll(() => focus(ann)).toMatch(/^button/);
		expect(ann.complaints).toEqual([]);
		await ann.leave();
	});

	it("F6 cycles through the parts of the page, returns to the last place in each, and continues where that is gone", async () => {
		const ann = await arrive();
		await ann.say("Hello");
		await ann.answered();
		const stops: string[] = [];
		for (let press = 0; press < 4; press += 1) {
			await keys(ann, "F6");
			stops.push(await focus(ann));
		}
		expect(stops).toEqual([
			expect.stringMatching(/^a Hello/),
			"button Search this conversation",
			expect.stringMatching(/^article Claude, /),
			"textarea Message",
		]);
		await keys(ann, "Shift+F6", "ArrowUp", "F6", "Shift+F6");
		expect(await focus(ann)).toMatch(/^article Ann, /);
		await ann.page.evaluate(() => (document.activeElement as HTMLElement).blur());
		await keys(ann, "F6");
		expect(await focus(ann)).toBe("textarea Message");

		// Deleting a message from its menu removes the menu, but not the place.
		await keys(ann, "Shift+F6");
		await tabTo(ann, /^button More/);
		await keys(ann, "Enter");
		await expect.poll(() => focus(ann)).toMatch(/^menuitem/);
		await keys(ann, "End", "Enter");
		await dialog(ann, "Delete this message?").waitFor();
		await tabTo(ann, /^button Delete/);
		await keys(ann, "Enter");
		await ann.sees("This message was deleted.");
		await expect.poll(() => focus(ann)).toMatch(/^article Ann, /);
		await keys(ann, "F6");
		expect(await focus(ann)).toBe("textarea Message");

		// Two links skip the list.
		await keys(ann, "F6");
		await tabTo(ann, /Skip to the message field/, "Shift+Tab");
		await keys(ann, "Enter");
		expect(await focus(ann)).toBe("textarea Message");

		// On a narrow page that shows only the list, the focus moves to the list.
		await ann.page.setViewportSize({ width: 390, height: 844 });
		await keys(ann, "Shift+F6", "Shift+F6");
		await tabTo(ann, /All conversations/, "Shift+Tab");
		await keys(ann, "Enter");
		await expect.poll(() => focus(ann)).toBe("button Go to a conversation");
		await ann.leave();
	});

	it("opens help with ? outside fields and with Ctrl+/ anywhere; single-key shortcuts can be turned off", async () => {
		const ann = await arrive();
		await ann.say("Hello");
		await ann.answered();
		const help = dialog(ann, "Keyboard shortcuts");
		await keys(ann, "?");
		expect(await ann.message.inputValue()).toBe("?");
		await keys(ann, "Backspace", "Control+/");
		await help.waitFor();
		await keys(ann, "Escape");
		expect(await focus(ann)).toBe("textarea Message");
		await keys(ann, "Shift+F6", "?");
		await help.waitFor();
		await keys(ann, "Escape");
		await keys(ann, "c");
		await ann.page.getByText("Copied", { exact: true }).waitFor({ state: "attached" });
		expect(await ann.page.evaluate(() => navigator.clipboard.readText())).toContain("demo model");

		// A page without https has no clipboard.
		await ann.page.evaluate(async () => {
			await navigator.clipboard.writeText("");
			navigator.clipboard.writeText = () => Promise.reject(new Error("none"));
		});
		await keys(ann, "c");
		await expect.poll(() => ann.page.evaluate(() => navigator.clipboard.readText())).toContain("demo model");

		await ann.page.getByRole("button", { name: "Settings", exact: true }).click();
		await ann.page.getByRole("group", { name: "Single-key shortcuts" }).getByRole("radio", { name: "Off" }).check();
		await keys(ann, "Escape");
		await ann.message.focus();
		await keys(ann, "Shift+F6", "?", "r");
		expect(await focus(ann)).toMatch(/^article /);
		expect(await help.count()).toBe(0);
		await keys(ann, "Control+/");
		await help.waitFor();
		await ann.leave();
	});

	it("reaches a message from everything in it, but not from what opens over it", async () => {
		const ann = await arrive();
		await ann.say("```\nsome code\n```");
		await ann.answered();
		await keys(ann, "Shift+F6", "Home");
		await tabTo(ann, /^button Copy code/);
		await keys(ann, "r");
		await ann.page.getByText("Replying to Ann").waitFor();
		expect(await focus(ann)).toBe("textarea Message");
		await keys(ann, "Escape", "Shift+F6", "Home");
		await tabTo(ann, /^button More/);
		await keys(ann, "Enter");
		await expect.poll(() => focus(ann)).toMatch(/^menuitem/);
		await keys(ann, "r", "Delete");
		expect(await focus(ann)).toMatch(/^menuitem/);
		expect(await ann.page.getByText("Replying to Ann").count()).toBe(0);
		await ann.leave();
	});

	it("stays in the list when the conversation that has the focus leaves it", async () => {
		const { token, id } = await guestWithConversation(product.url);
		const ann = await Visitor.arrive(browser);
		const own = await ann.becomeGuest(product.url, "Ann");
		const { invite } = await post(product.url, `/conversations/${id}/invites`, token, { role: "member" });
		await post(product.url, `/invites/${invite.token}/accept`, own);
		await ann.page.goto(product.url);
		await ann.list.getByRole("link").first().focus();
		const { user } = (await (await ann.page.context().request.post(`${product.url}/api/auth/refresh`)).json()) as { user: { id: string } };
		const headers = { authorization: `Bearer ${token}` };
		await fetch(`${product.url}/api/conversations/${id}/members/${user.id}`, { method: "DELETE", headers });
		await ann.list.getByRole("link").first().waitFor({ state: "detached" });
		await ann.page.locator("nav :focus").waitFor({ state: "attached" });
		await ann.leave();
	});

	it("opens help again before the last one has closed", async () => {
		const ann = await arrive();
		const help = dialog(ann, "Keyboard shortcuts");
		await keys(ann, "Control+/");
		await help.waitFor();
		await help.evaluate((open) => {
			(open as HTMLDialogElement).close();
			document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "?", bubbles: true }));
		});
		await ann.page.locator("dialog:modal").waitFor();
		await keys(ann, "Escape");
		await help.waitFor({ state: "detached" });
		await ann.leave();
	});
});

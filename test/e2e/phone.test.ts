// A phone: little room, and fingers that cover what they touch.

import type { BrowserContextOptions, Locator } from "playwright-core";
import { describe, expect, it } from "vitest";
import { browser, openProduct, product } from "./opened.ts";
import { Visitor } from "./product.ts";

openProduct();

const phone: BrowserContextOptions = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

async function alone(device: BrowserContextOptions = phone): Promise<Visitor> {
	const ann = await Visitor.arrive(browser, device);
	await ann.signIn(product.url, "Ann");
	await ann.newConversation();
	return ann;
}

async function box(locator: Locator): Promise<{ x: number; y: number; width: number; height: number }> {
	const found = await locator.boundingBox();
	if (found === null) throw new Error("It is not to be seen.");
	return found;
}

describe("what one writes", () => {
	it("has the whole width once a line is too long to stand beside the buttons, and changes its shape once on the way there", async () => {
		const ann = await alone();
		const { message, page } = ann;
		const send = page.getByRole("button", { name: "Send" });
		const places = async () => ({
			field: await box(message),
			send: await box(send),
			emoji: await box(page.getByRole("button", { name: "Emoji" })),
		});
		const isBeside = async () => {
			const { field, send, emoji } = await places();
			expect([send.width, send.height, emoji.width, emoji.height].map(Math.round)).toEqual([44, 44, 44, 44]);
			expect(emoji.y).toBe(send.y);
			return field.x + field.width <= emoji.x + 4;
		};
		const empty = await places();
		expect(await isBeside()).toBe(true);
		await message.fill("One\nTwo");
		expect(await isBeside()).toBe(true);

		await message.fill("");
		const shapes: boolean[] = [];
		const press = async (key: string) => {
			await page.keyboard.press(key);
			shapes.push(await isBeside());
		};
		for (let letter = 0; letter < 50; letter++) await press("n");
		for (let letter = 0; letter < 50; letter++) await press("Backspace");
		expect(shapes.filter((shape, at) => at > 0 && shape !== shapes[at - 1])).toEqual([false, true]);
		expect(await places()).toEqual(empty);

		await message.fill("What one writes on the way home, as long as the bus does not come");
		const { field, send: button } = await places();
		expect(field.width).toBeGreaterThan(330);
		expect(button.y).toBeGreaterThanOrEqual(field.y + field.height);
		await ann.leave();
	});
});

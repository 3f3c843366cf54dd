// Descriptions of pictures that Claude proposes in the page.

import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { violations } from "../e2e/accessibility.ts";
import { look } from "../e2e/look.ts";
import { browser } from "../e2e/opened.ts";
import { annAndBob } from "../e2e/product.ts";
import { api, openScripted, product } from "../support/scripted-product.ts";

openScripted();

async function drawn(page: Page): Promise<Buffer> {
	const address = await page.evaluate(() => {
		const canvas = document.createElement("canvas");
		[canvas.width, canvas.height] = [300, 200];
		const context = canvas.getContext("2d") as CanvasRenderingContext2D;
		context.fillStyle = "#2b6cb0";
		context.fillRect(0, 0, 300, 200);
		return canvas.toDataURL("image/png");
	});
	return Buffer.from(address.split(",")[1] as string, "base64");
}

it("a person lets Claude describe a picture by the keyboard, takes it back, and keeps what they wrote themselves", async () => {
	const [ann, bob] = await annAndBob(browser, product.url, { viewport: { width: 1280, height: 800 } });
	const { page } = ann;
	const focused = () => page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent);
	await page.getByRole("button", { name: "Add files or record" }).waitFor();
	const buffer = await drawn(page);
	await page.locator("footer input[type=file][multiple]").setInputFiles([{ name: "boats.png", mimeType: "image/png", buffer }]);
	const tray = page.getByRole("list", { name: "Files of your message" });
	const field = tray.getByRole("textbox", { name: "Description of boats.png" });
	const suggest = tray.getByRole("button", { name: "Suggest a description of boats.png" });
	await suggest.waitFor();
	await look(ann, "describe-offered");

	const { promise: isAnswered, resolve: answer } = Promise.withResolvers<void>();
	api.holdDescriptions(isAnswered);
	await field.focus();
	await page.keyboard.press("Tab");
	expect(await focused()).toBe("Suggest a description of boats.png");
	await page.keyboard.press("Enter");
	await tray.getByRole("status").getByText("Describing…").waitFor();
	await look(ann, "describe-asking");
	expect(await focused()).toBe("Describing…");
	answer();
	await expect.poll(() => field.inputValue()).toBe("Two boats in a harbour, told in en.");
	expect(await tray.getByRole("status").innerText()).toBe("Two boats in a harbour, told in en.");
	expect(await focused()).toBe("Undo the suggested description of boats.png");
	await look(ann, "describe-proposed");
	expect(await violations(page)).toEqual([]);
	await page.keyboard.press("Enter");
	expect(await field.inputValue()).toBe("");
	expect(await focused()).toBe("Suggest a description of boats.png");

	const later = Promise.withResolvers<void>();
	api.holdDescriptions(later.promise);
	const answered = page.waitForResponse((response) => response.url().endsWith("/description"));
	await page.keyboard.press("Enter");
	await tray.getByRole("status").getByText("Describing…").waitFor();
	await field.fill("My own words");
	later.resolve();
	await answered;
	await expect.poll(() => tray.getByRole("status").innerText()).toBe("");
	expect(await field.inputValue()).toBe("My own words");
	expect(await suggest.count()).toBe(0);

	await field.fill("");
	await suggest.click();
	await expect.poll(() => field.inputValue()).toBe("Two boats in a harbour, told in en.");
	await field.fill("Two boats in a harbour");
	await ann.message.press("Enter");
	await bob.log.getByRole("button", { name: "Open picture: Two boats in a harbour" }).waitFor();
	expect(api.descriptions).toHaveLength(3);
	expect([ann.complaints, bob.complaints]).toEqual([[], []]);
	await ann.leave();
	await bob.leave();
});

it("the page says why Claude describes nothing, and offers nothing where Claude is off", async () => {
	const [ann, bob] = await annAndBob(browser, product.url, { viewport: { width: 390, height: 844 } });
	const { page } = ann;
	await page.getByRole("button", { name: "Add files or record" }).waitFor();
	const buffer = Buffer.concat([await drawn(page), Buffer.from("!describe-nothing")]);
	// The page would draw it anew without the words.
	await page.route("**/files?*", (route) =>
		route.continue({ postData: buffer, headers: { ...route.request().headers(), "content-type": "image/png" } }),
	);
	await page.locator("footer input[type=file][multiple]").setInputFiles([{ name: "boats.png", mimeType: "image/png", buffer }]);
	const tray = page.getByRole("list", { name: "Files of your message" });
	await tray.getByRole("button", { name: "Suggest a description of boats.png" }).click();
	await tray.getByText("Claude has not described this picture. You can describe it yourself.").waitFor();
	await look(ann, "describe-failed");
	expect(await violations(page)).toEqual([]);
	const id = new URL(page.url()).pathname.split("/").at(-1) as string;
	const token = await page.evaluate(async () => {
		const answer = await fetch("/api/auth/refresh", { method: "POST" });
		return (await answer.json()).token as string;
	});
	await fetch(`${product.url}/api/conversations/${id}`, {
		method: "PATCH",
		headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
		body: JSON.stringify({ assistant: "off" }),
	});
	await expect.poll(() => tray.getByRole("button", { name: /Suggest/ }).count()).toBe(0);
	await ann.leave();
	await bob.leave();
});

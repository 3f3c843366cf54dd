// A second device in real browsers: a link, a code on both, the confirmation on the first one, and the sign-out from there.

import { devices as descriptors } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { browser, openBrowser } from "../e2e/opened.ts";
import { type Product, startProduct, Visitor } from "../e2e/product.ts";

openBrowser();

let product: Product;
beforeAll(async () => {
	product = await startProduct();
});
afterAll(() => product?.stop());

const openDevices = async ({ page }: Visitor) => {
	await page.getByRole("button", { name: "Settings" }).first().click();
	await page.getByText("Devices", { exact: true }).click();
};

it("a phone is added by a link, finds the conversations, and is signed out from the first device", async () => {
	const laptop = await Visitor.arrive(browser);
	await laptop.signIn(product.url, "Gus");
	await laptop.begin("Hello from the laptop");
	await openDevices(laptop);
	await laptop.page.getByRole("button", { name: "Add a device…" }).click();
	await laptop.page.getByRole("img", { name: "QR code with the link" }).waitFor();
	const link = await laptop.page.getByRole("textbox", { name: "Link for the other device" }).inputValue();

	const phone = await Visitor.arrive(browser, { ...descriptors["Pixel 7"] });
	await phone.page.goto(link);
	await phone.page.getByRole("button", { name: "Continue" }).click();
	const shown = phone.page.getByText("You will be Gus here.");
	await shown.waitFor();
	const code = /code (\d{4})/.exec((await shown.textContent()) ?? "")?.[1];
	await laptop.page.getByText("Chrome on Android wants to sign in as you.").waitFor();
	await laptop.page.getByText(`Does it show the code ${code}?`).waitFor();
	await laptop.page.getByRole("button", { name: "Yes, let it in" }).click();
	await phone.listed("Hello from the laptop").click();
	await phone.sees("Hello from the laptop");
	expect(new URL(phone.page.url()).hash).toBe("");

	await laptop.page.getByRole("button", { name: "Sign out on Chrome on Android" }).click();
	await phone.page.getByRole("textbox", { name: "Your name" }).waitFor();
	await laptop.page.getByRole("button", { name: "Sign out on Chrome on Android" }).waitFor({ state: "detached" });
	expect(laptop.complaints).toEqual([]);
});

it("a device on which somebody is signed in keeps them, and a link that was refused signs nobody in", async () => {
	const laptop = await Visitor.arrive(browser);
	await laptop.signIn(product.url, "Rita");
	await openDevices(laptop);
	const makeLink = async () => {
		await laptop.page.getByRole("button", { name: "Add a device…" }).click();
		return laptop.page.getByRole("textbox", { name: "Link for the other device" }).inputValue();
	};
	const link = await makeLink();
	const other = await Visitor.arrive(browser);
	await other.signIn(product.url, "Otto");
	await other.list.waitFor();
	await other.page.goto(link);
	await other.page.getByText("This device is already signed in as Otto.").waitFor();

	const stranger = await Visitor.arrive(browser);
	await stranger.page.goto(link);
	await stranger.page.getByRole("button", { name: "Continue" }).click();
	await laptop.page.getByRole("button", { name: "No", exact: true }).click();
	await stranger.page.getByText("This link was used, has expired or was cancelled.").waitFor();
	await laptop.page.getByText("Nothing was added.").waitFor();
});

// Passkeys in a real browser, with an authenticator of the browser's own: a guest keeps their account, loses their cookies and comes back.

import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { browser, openBrowser } from "../e2e/opened.ts";
import { type Product, startProduct, Visitor } from "../e2e/product.ts";

openBrowser();

let product: Product;
/** The product's own address is a number, at which browsers have no passkeys. */
let url: string;

beforeAll(async () => {
	product = await startProduct();
	url = product.url.replace("127.0.0.1", "localhost");
});
afterAll(() => product?.stop());

async function giveAuthenticator(page: Page): Promise<void> {
	const session = await page.context().newCDPSession(page);
	await session.send("WebAuthn.enable");
	await session.send("WebAuthn.addVirtualAuthenticator", {
		options: {
			protocol: "ctap2",
			transport: "internal",
			hasResidentKey: true,
			hasUserVerification: true,
			isUserVerified: true,
			automaticPresenceSimulation: true,
		},
	});
}

const openSettings = (page: Page) => page.getByRole("button", { name: "Settings" }).first().click();

/** A guest with a message in a conversation, who has just added a passkey. */
async function keptGuest(name: string) {
	const guest = await Visitor.arrive(browser);
	const { page } = guest;
	await giveAuthenticator(page);
	await guest.signIn(url, name);
	await guest.begin(`Hello from ${name}`);
	// It has arrived, and everything can be lost.
	await guest.answered();
	await openSettings(page);
	await page.getByRole("button", { name: "Add a passkey" }).click();
	const codes = page.getByRole("list", { name: "Recovery codes" }).getByRole("listitem");
	await expect.poll(() => codes.count()).toBe(8);
	return { guest, page, codes: await codes.allInnerTexts() };
}

/** As a browser does whose cookies were deleted. */
async function loseEverything(page: Page): Promise<void> {
	// A renewal that is under way would bring the cookie back.
	await page.goto("about:blank");
	await page.context().clearCookies();
	await page.goto(url);
}

it("a guest keeps their account with one press, and comes back after their cookies are gone", async () => {
	const { guest, page } = await keptGuest("Gus");
	await page.getByRole("button", { name: "I have kept them" }).click();
	await page.getByText("8 left.").waitFor();
	await loseEverything(page);
	await page.getByRole("button", { name: "Sign in with a passkey" }).click();
	await guest.listed("Hello from Gus").click();
	await guest.sees("Hello from Gus");

	// Signing out is not for good any more.
	await openSettings(page);
	await page.getByRole("button", { name: "Sign out…" }).click();
	await page.getByText("You can come back with a passkey.").waitFor();
	await page.getByRole("button", { name: "Sign out", exact: true }).click();
	await page.getByRole("button", { name: "Sign in with a passkey" }).click();
	await guest.listed("Hello from Gus").waitFor();
	expect(guest.complaints).toEqual([]);
});

it("a recovery code signs in once, and the list of changes says so", async () => {
	const { guest, page, codes } = await keptGuest("Rita");
	const code = (codes[2] ?? "").trim();
	await page.getByRole("button", { name: "I have kept them" }).click();
	await page.getByText("8 left.").waitFor();
	await loseEverything(page);
	await page.getByRole("button", { name: "Use a recovery code" }).click();
	const field = page.getByRole("textbox", { name: "Recovery code" });
	await field.fill(code.toLowerCase());
	await field.press("Enter");
	await guest.listed("Hello from Rita").waitFor();
	await openSettings(page);
	await page.getByText("7 left.").waitFor();
	await page.getByText("Changes to this account").click();
	await page.getByText("Signed in with a recovery code").waitFor();

	await loseEverything(page);
	await page.getByRole("button", { name: "Use a recovery code" }).click();
	await field.fill(code);
	await field.press("Enter");
	await page.getByRole("alert").getByText("That code is not valid. Each code works once.").waitFor();
});

it("a passkey is renamed and removed, and then signs nobody in", async () => {
	const { guest, page } = await keptGuest("Uma");
	await page.getByRole("button", { name: "I have kept them" }).click();
	await page.getByRole("button", { name: /^Rename Chrome/ }).click();
	await page.getByRole("textbox", { name: "Name", exact: true }).fill("Laptop");
	await page.getByRole("button", { name: "Save" }).click();
	await page.getByRole("button", { name: "Remove Laptop…" }).click();
	await page.getByText("It is your only passkey.").waitFor();
	await page.getByRole("button", { name: "Remove", exact: true }).click();
	await page.getByText("So far only this browser knows you.").waitFor();
	await loseEverything(page);
	await page.getByRole("button", { name: "Sign in with a passkey" }).click();
	await page.getByRole("alert").getByText("This passkey is not known here").waitFor();
	await guest.leave();
});

it("at an address by number, the page says in words where passkeys work", async () => {
	const guest = await Visitor.arrive(browser);
	await guest.signIn(product.url, "Nora");
	await openSettings(guest.page);
	await guest.page.getByText("Passkeys do not work at the address 127.0.0.1.").waitFor();
	expect(await guest.page.getByRole("link", { name: `Open ${url}` }).getAttribute("href")).toContain(url);
	expect(guest.complaints).toEqual([]);
});

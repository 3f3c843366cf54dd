// A guest joins a sign-in with a real OpenID provider, in a real browser: what they keep, how they come back, and what they are told
// before they sign out.

import type { Server } from "node:http";
import { afterAll, beforeAll, expect, it } from "vitest";
import { violations } from "../e2e/accessibility.ts";
import { look } from "../e2e/look.ts";
import { browser, openBrowser } from "../e2e/opened.ts";
import { type Product, startProduct, Visitor } from "../e2e/product.ts";
import { fillIn, providerSettings, startProvider } from "../support/oidc-provider.ts";
import { freePort } from "../support/server.ts";

openBrowser();

let product: Product;
let provider: Server | undefined;
beforeAll(async () => {
	const port = await freePort();
	product = await startProduct({ GUEST_SIGN_IN: "on", ...providerSettings(port) });
	provider = startProvider(port, product.url);
});
afterAll(async () => {
	provider?.close();
	await product?.stop();
});

const openSettings = ({ page }: Visitor) => page.getByRole("button", { name: "Settings" }).first().click();
const complaintsOf = ({ complaints }: Visitor) => complaints.filter((complaint) => !complaint.includes("ERR_NAME_NOT_RESOLVED"));

let gus: Visitor;
let conversation: string;

it("a guest joins a sign-in from the settings, and is told before what ends by it", async () => {
	gus = await Visitor.arrive(browser);
	await gus.signIn(product.url, "Gus");
	await gus.begin("Hello from Gus");
	conversation = gus.page.url();
	await openSettings(gus);
	// A guest reads what they would lose.
	await gus.page.getByRole("button", { name: "Sign out…" }).click();
	await gus.page.getByText("You cannot come back").waitFor();
	await look(gus, "sign-out-final");
	await gus.page.keyboard.press("Escape");

	await gus.page.getByRole("button", { name: "Sign in with Example…" }).click();
	await gus.page.getByText("Your other devices are signed out").waitFor();
	await look(gus, "join");
	expect(await violations(gus.page)).toEqual([]);
	await gus.page.keyboard.press("Tab");
	await gus.page.getByRole("button", { name: "Continue to Example" }).press("Enter");
	await fillIn(gus.page, "Ada");
	// Back in the settings.
	await gus.page.getByText("Signed in as Ada Lovelace.").waitFor();
	expect(gus.page.url()).toBe(`${product.url}/`);
	await gus.page.getByText("Example: Ada Lovelace").scrollIntoViewIfNeeded();
	await gus.page.getByText("It is your only way in.").waitFor();
	await look(gus, "joined");
	expect(await violations(gus.page)).toEqual([]);
	expect(await gus.page.getByRole("button", { name: "Change name…" }).count()).toBe(0);
});

it("they sign out at both ends, and come back with the sign-in to their conversation", async () => {
	await gus.page.getByRole("button", { name: "Sign out…" }).click();
	await gus.page.getByText("You can come back with Example.").waitFor();
	await look(gus, "sign-out-joined");
	await gus.page.getByRole("button", { name: "Sign out", exact: true }).click();
	await gus.page.waitForURL(/localhost.*\/session\/end/);
	await gus.page.getByRole("button", { name: "Yes, sign me out" }).click();
	await gus.page.waitForURL(`${product.url}/`);

	await gus.page.goto(conversation);
	await gus.page.getByRole("link", { name: "Sign in with Example" }).click();
	await fillIn(gus.page, "Ada");
	await gus.page.waitForURL(conversation);
	await gus.page.getByText("Hello from Gus").first().waitFor();
	expect(complaintsOf(gus)).toEqual([]);
});

it("a sign-in with an account of its own is refused with a sentence, and the guest goes on as before", async () => {
	const bob = await Visitor.arrive(browser);
	await bob.page.goto(product.url);
	await bob.page.getByRole("link", { name: "Sign in with Example" }).click();
	await fillIn(bob.page, "Bob");
	await bob.begin("Bob's own");

	const eve = await Visitor.arrive(browser);
	await eve.signIn(product.url, "Gus");
	await openSettings(eve);
	await eve.page.getByRole("button", { name: "Sign in with Example…" }).click();
	await eve.page.getByRole("button", { name: "Continue to Example" }).click();
	await fillIn(eve.page, "Bob");
	await eve.page.getByText("already has an account of its own here").waitFor();
	await look(eve, "join-refused");
	await eve.page.getByRole("link", { name: "Back" }).click();
	await openSettings(eve);
	await eve.page.getByText("Signed in as Gus (guest).").waitFor();
});

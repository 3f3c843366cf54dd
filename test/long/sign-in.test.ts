// Sign-in with a real OpenID provider, in a real browser: through its own login page, out at both ends, and back. And at a
// sign-in page of the deployer's own.

import { createHmac } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { browser, openBrowser } from "../e2e/opened.ts";
import { type Product, startProduct, Visitor } from "../e2e/product.ts";
import { fillIn, providerSettings, startProvider } from "../support/oidc-provider.ts";
import { freePort } from "../support/server.ts";

openBrowser();

const secret = "a secret for tests, at least 32 bytes long";
let product: Product;
let servers: Server[] = [];

beforeAll(async () => {
	const [port, ownPort] = [await freePort(), await freePort()];
	product = await startProduct({
		JWT_SECRET: secret,
		GUEST_SIGN_IN: "off",
		...providerSettings(port),
		OIDC_ALLOWED_DOMAINS: "example.com",
		SIGN_IN_URL: `http://localhost:${ownPort}/sign-in`,
	});
	servers = [startProvider(port, product.url), createServer(ownSignIn).listen(ownPort)];
});
afterAll(async () => {
	for (const server of servers) server.close();
	await product?.stop();
});

/** A deployer's page, which signs in everybody as Olga. */
function ownSignIn({ url = "" }: IncomingMessage, response: ServerResponse): void {
	const returnTo = new URL(url, "http://localhost").searchParams.get("returnTo") ?? "";
	response.writeHead(302, { location: `${returnTo}#token=${tokenOf("olga", "Olga")}` }).end();
}

function tokenOf(sub: string, name: string): string {
	const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
	const text = `${part({ alg: "HS256" })}.${part({ sub, name, exp: Math.floor(Date.now() / 1000) + 3600 })}`;
	return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
}

async function logIn(page: Page, login: string): Promise<void> {
	await page.getByRole("link", { name: "Sign in with Example" }).click();
	await fillIn(page, login);
}

async function signOut(page: Page): Promise<void> {
	await page.getByRole("button", { name: "Settings" }).first().click();
	await page.getByRole("button", { name: "Sign out…" }).click();
	await page.getByRole("button", { name: "Sign out", exact: true }).click();
}

it("somebody signs in through the provider's page, signs out at both ends, and comes back as the same person", async () => {
	const ada = await Visitor.arrive(browser);
	await ada.page.goto(product.url);
	await expect.poll(() => ada.page.evaluate(() => document.activeElement?.textContent)).toBe("Sign in with Example");
	expect(await ada.page.getByRole("button", { name: "Continue as guest" }).count()).toBe(0);
	await logIn(ada.page, "Ada");
	await ada.begin("Hello from Ada");
	await ada.answered();
	const conversation = ada.page.url();
	await ada.page.reload();
	await ada.page.getByText("Hello from Ada").first().waitFor();

	await signOut(ada.page);
	await ada.page.waitForURL(/localhost.*\/session\/end/);
	await ada.page.getByRole("button", { name: "Yes, sign me out" }).click();
	await ada.page.waitForURL(`${product.url}/`);
	await ada.page.getByRole("link", { name: "Sign in with Example" }).waitFor();

	// The provider asks for the login again, and a link leads to its conversation.
	await ada.page.goto(conversation);
	await logIn(ada.page, "Ada");
	await ada.page.waitForURL(conversation);
	await ada.page.getByText("Hello from Ada").first().waitFor();
	// The provider's own pages ask for a font from elsewhere.
	expect(ada.complaints.filter((complaint) => !complaint.includes("ERR_NAME_NOT_RESOLVED"))).toEqual([]);
});

it("somebody whose address is not verified reads why they cannot sign in, and finds back", async () => {
	const { page } = await Visitor.arrive(browser);
	await page.goto(product.url);
	await logIn(page, "Eve");
	await page.getByText("yours is not confirmed").waitFor();
	await page.getByRole("link", { name: "Back to sign-in" }).click();
	await page.getByRole("link", { name: "Sign in with Example" }).waitFor();
});

it("the deployer's own page signs people in by a token, which leaves the address at once", async () => {
	const olga = await Visitor.arrive(browser);
	await olga.page.goto(`${product.url}/?x=1`);
	await olga.page.getByRole("link", { name: "Sign in", exact: true }).click();
	await olga.begin("Hello from Olga");
	expect(await olga.page.evaluate(() => location.hash)).toBe("");
	await olga.answered();
	await olga.page.reload();
	await olga.page.getByText("Hello from Olga").first().waitFor();
	await signOut(olga.page);
	await olga.page.getByRole("link", { name: "Sign in", exact: true }).waitFor();
});

it("a token that nobody asked for signs nobody in before they have agreed", async () => {
	const { page } = await Visitor.arrive(browser);
	await page.goto(`${product.url}/#token=${tokenOf("mallory", "Mallory")}`);
	const agree = page.getByRole("button", { name: "Continue as Mallory" });
	await agree.waitFor();
	expect(await page.evaluate(() => location.href)).toBe(`${product.url}/`);
	await agree.click();
	await page.getByRole("button", { name: "New conversation" }).waitFor();
});

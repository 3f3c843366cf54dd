// A real OpenID provider, npm's oidc-provider, with its own pages for login and consent. For tests, and for trying sign-in:
//   npm run provider
// serves the settings that docs/sign-in.md shows, for a product at http://localhost:8787.

import type { Server } from "node:http";
// @ts-expect-error: the package has no types.
import Provider from "oidc-provider";
import type { Page } from "playwright-core";

/** The settings of a product that signs people in at this provider. It is on another site than the product's 127.0.0.1, as providers are. */
export const providerSettings = (port: number) => ({
	OIDC_ISSUER: `http://localhost:${port}`,
	OIDC_CLIENT_ID: "parley",
	OIDC_CLIENT_SECRET: "s3cret",
	OIDC_NAME: "Example",
});

/** Everybody may log in under any name; Eve's address is not verified. The client must send its secret in the form. */
export function startProvider(port: number, productUrl: string): Server {
	const provider = new Provider(`http://localhost:${port}`, {
		clients: [
			{
				client_id: "parley",
				client_secret: "s3cret",
				token_endpoint_auth_method: "client_secret_post",
				redirect_uris: [`${productUrl}/api/auth/oidc/default/callback`],
				post_logout_redirect_uris: [`${productUrl}/`],
			},
		],
		claims: { openid: ["sub"], profile: ["name"], email: ["email", "email_verified"] },
		findAccount: (_: unknown, id: string) => ({
			accountId: id,
			claims: () => ({ sub: id, name: `${id} Lovelace`, email: `${id}@example.com`, email_verified: id !== "Eve" }),
		}),
		cookies: { keys: ["a key for tests"] },
	});
	return provider.listen(port);
}

/** Fills in the provider's login page, and its page of consent. */
export async function fillIn(page: Page, login: string): Promise<void> {
	await page.locator("[name=login]").fill(login);
	await page.locator("[name=password]").fill("anything");
	await page.getByRole("button", { name: "Sign-in" }).click();
	await page.getByRole("button", { name: "Continue" }).click();
}

if (import.meta.main) {
	startProvider(9300, "http://localhost:8787");
	console.log("The OpenID provider for trying listens on http://localhost:9300. Everybody may log in, with any name and any password.");
}

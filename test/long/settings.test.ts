// Servers that start with settings of their own.

import { afterEach, describe, expect, it } from "vitest";
import { type Product, startProduct } from "../e2e/product.ts";

let own: Product | undefined;

afterEach(async () => {
	await own?.stop();
});

describe("settings", () => {
	it("that are invalid are reported in one sentence", async () => {
		own = await startProduct({ JWT_SECRET: "hunter2" });
		const response = await fetch(`${own.url}/api/health`);
		expect(response.status).toBe(500);
		const { error } = (await response.json()) as { error: { code: string; message: string } };
		expect(error.code).toBe("misconfigured");
		expect(error.message).toMatch(/JWT_SECRET.*32/);
		expect(error.message).not.toContain("hunter2");
	});

	it("can be given at the start: guests turned off", async () => {
		own = await startProduct({ GUEST_SIGN_IN: "off" });
		const response = await fetch(`${own.url}/api/auth/guest`, { method: "POST", body: JSON.stringify({ name: "Ann" }) });
		expect([response.status, await response.json()]).toMatchObject([403, { error: { code: "guest_sign_in_disabled" } }]);
	});
});

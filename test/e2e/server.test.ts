import { once } from "node:events";
import { request } from "node:http";
import { SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { product } from "./opened.ts";

describe("a name that leads to this machine", () => {
	const ask = (path: string, headers: Record<string, string>) =>
		new Promise<number | undefined>((resolve, reject) => {
			request(product.url + path, { headers }, (answer) => {
				answer.resume();
				resolve(answer.statusCode);
			})
				.on("error", reject)
				.end();
		});
	const { port } = new URL(product.url);

	it.each([`evil.example:${port}`, "evil.example", `127.0.0.1.evil.example:${port}`])(
		"reaches nothing in wrangler dev: %s",
		async (host) => {
			for (const path of ["/api/health", "/socket.io/?EIO=4&transport=polling"]) {
				expect(await ask(path, { host })).toBe(403);
				expect(await ask(path, { host, origin: `http://${host}` })).toBe(403);
			}
		},
	);

	it.each([`localhost:${port}`, `127.0.0.1:${port}`, `parley.localhost:${port}`])("is answered if it is %s", async (host) => {
		expect(await ask("/api/health", { host, origin: `ws://${host}` })).toBe(200);
	});
});

describe("a token of 16 KiB", () => {
	it.each([
		["Authorization", (token: string) => ({ headers: { authorization: `Bearer ${token}` } })],
		["Sec-WebSocket-Protocol", (token: string) => ({ protocols: ["chat.v1", `bearer.${token}`] })],
	])("passes every server on its way, in %s", async (_where, options) => {
		const secret = new TextEncoder().encode(product.secret);
		const claims = { sub: "ann", conversations: ["large"], pad: "x".repeat(11_500) };
		const token = await new SignJWT(claims).setProtectedHeader({ alg: "HS256" }).setExpirationTime("5m").sign(secret);
		expect(token.length).toBeGreaterThan(15_000);
		const { protocols, headers } = { protocols: [] as string[], headers: {}, ...options(token) };
		const socket = new WebSocket(`${product.url.replace("http", "ws")}/api/conversations/large/socket`, protocols, { headers });
		const [first] = await once(socket, "message");
		expect(String(first)).toContain('"type":"chat:joined"');
		socket.close();
	});
});

describe("the page", () => {
	it("has a strict content security policy at every path, and the API its own", async () => {
		for (const path of ["/", "/c/some-conversation", "/invite/some.token"]) {
			const response = await fetch(product.url + path);
			expect([path, response.status]).toEqual([path, 200]);
			expect(await response.text()).toContain("<title>");
			const policy = response.headers.get("content-security-policy") ?? "";
			expect(policy).toContain("default-src 'none'");
			expect(policy).not.toMatch(/unsafe|\*/);
			expect(response.headers.get("x-content-type-options")).toBe("nosniff");
		}
		const api = await fetch(`${product.url}/api/health`);
		expect(api.headers.get("content-security-policy")).toContain("default-src 'none'");
	});
});

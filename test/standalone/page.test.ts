import { describe, expect, it } from "vitest";
import page, { headersFor } from "../../src/standalone/page.ts";

const headers = "/*\n  X-All: everywhere\n  X-Kind: any\n\n/c/*\n  X-Kind: conversation: yes\n\n/sw.js\n  Cache-Control: no-cache\n";
const contents: Record<string, string> = { "/index.html": "<title>Parley</title>", "/sw.js": "// worker", "/icon.png": "png" };

describe("a static file", () => {
	const STANDALONE = { workerFirst: [], files: { "/index.html": "1", "/sw.js": "2", "/icon.png": "3" }, isBehindProxy: false };
	const FILES = {
		fetch: async (address: string) => {
			const content = contents[new URL(address).pathname];
			return new Response(content, { status: content === undefined ? 404 : 200 });
		},
	} as unknown as Fetcher;
	const get = (path: string, init?: RequestInit<IncomingRequestCfProperties>) =>
		page.fetch(new Request<unknown, IncomingRequestCfProperties>(`https://chat.example${path}`, init), {
			STANDALONE,
			FILES,
			HEADERS: headers,
		});

	it("has its type, a hash and the headers of its path", async () => {
		const response = await get("/sw.js");
		expect([response.status, await response.text()]).toEqual([200, "// worker"]);
		expect(Object.fromEntries(response.headers)).toEqual({
			"cache-control": "no-cache",
			"content-type": "text/javascript; charset=utf-8",
			etag: 'W/"2"',
			vary: "Accept-Encoding",
			"x-all": "everywhere",
			"x-kind": "any",
		});
		expect((await get("/icon.png")).headers.get("cache-control")).toBe("public, max-age=0, must-revalidate");
	});

	it("is compressed for clients that accept gzip, unless it is a picture or the document", async () => {
		const encodings = ["/sw.js", "/icon.png", "/"].map(async (path) =>
			(await get(path, { headers: { "accept-encoding": "br, gzip" } })).headers.get("content-encoding"),
		);
		expect(await Promise.all(encodings)).toEqual(["gzip", null, null]);
	});

	it("is not sent again to a client that has it", async () => {
		const response = await get("/sw.js", { headers: { "if-none-match": '"x", W/"2"' } });
		expect([response.status, response.body, response.headers.get("cache-control")]).toEqual([304, null, "no-cache"]);
	});

	it("is the document for paths without a file, and /index.html redirects to /", async () => {
		const response = await get("/c/some-id");
		expect([response.headers.get("content-type"), await response.text()]).toEqual(["text/html; charset=utf-8", contents["/index.html"]]);
		expect(response.headers.get("x-kind")).toBe("conversation: yes");
		expect((await get("/toString")).headers.get("etag")).toBe('W/"1"');
		expect((await get("/index.html")).status).toBe(307);
	});

	it("cannot be written", async () => {
		expect((await get("/sw.js", { method: "PUT", body: "x" })).status).toBe(405);
	});
});

it("takes away a header before a path has another value for it", () => {
	const text = "/*\n  X-Kind: any\n  X-All: 1\n\n/a\n  ! X-Kind\n  X-Kind: own\n\n/b\n  ! X-Kind\n";
	expect([...headersFor(text, "/a")]).toEqual([
		["x-all", "1"],
		["x-kind", "own"],
	]);
	expect([...headersFor(text, "/b")]).toEqual([["x-all", "1"]]);
	expect([...headersFor(text, "/c")]).toEqual([
		["x-all", "1"],
		["x-kind", "any"],
	]);
});

it("ignores headers without a pattern above them", () => {
	expect([...headersFor("  X-Stray: 1\n/a.b\n  X-One: 1", "/aXb")]).toEqual([]);
	expect([...headersFor("  X-Stray: 1\n/a.b\n  X-One: 1", "/a.b")]).toEqual([["x-one", "1"]]);
});

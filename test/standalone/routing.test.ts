import { describe, expect, it } from "vitest";
import { atEdge, isForWorker, withoutPort } from "../../src/standalone/routing.ts";

const standalone = {
	workerFirst: ["/api/*", "/", "/c/*", "/socket.io", "!/api/files/*"],
	files: { "/index.html": "a", "/assets/first.js": "b" },
	isBehindProxy: false,
};

describe("a request is for", () => {
	const isFor = (path: string, headers: Record<string, string> = {}) =>
		isForWorker(new Request(`https://chat.example${path}`, { headers }), standalone) ? "the Worker" : "the page";

	it.each([
		["/", "the Worker"],
		["/c/some-id?at=3", "the Worker"],
		["/api/health", "the Worker"],
		["/socket.io", "the Worker"],
		["/api/files/x", "the page"],
		["/assets/first.js", "the page"],
		["/index.html", "the page"],
		["/assets/missing.js", "the Worker"],
		["/toString", "the Worker"],
		["/socketXio", "the Worker"],
	])("%s: %s", (path, destination) => {
		expect(isFor(path)).toBe(destination);
	});

	it("the page if somebody opens an unknown path", () => {
		expect(isFor("/settings", { "sec-fetch-mode": "navigate" })).toBe("the page");
		expect(isFor("/api/x", { "sec-fetch-mode": "navigate" })).toBe("the Worker");
	});
});

describe("the Worker is told", () => {
	const ask = (headers: Record<string, string>, clientIp?: string, isBehindProxy = false) => {
		const request = new Request("http://chat.example/api/health?x=1", {
			headers,
			...(clientIp && { cf: { clientIp } as RequestInitCfProperties }),
		});
		const asked = atEdge(request, { ...standalone, isBehindProxy });
		return [asked.url.slice(0, 5), asked.headers.get("cf-connecting-ip")];
	};
	const forged = { "cf-connecting-ip": "192.0.2.66", "x-forwarded-for": "192.0.2.67", "x-forwarded-proto": "https", "cf-ray": "x" };

	it("the address of the connection, whatever the client says", () => {
		expect(ask(forged, "198.51.100.7:4711")).toEqual(["http:", "198.51.100.7"]);
		expect(ask(forged)).toEqual(["http:", null]);
		expect(atEdge(new Request("http://chat.example/", { headers: forged }), standalone).headers.has("cf-ray")).toBe(false);
	});

	it("the last address that a trusted proxy names, and its scheme", () => {
		expect(ask({ ...forged, "x-forwarded-for": "192.0.2.67, 203.0.113.9" }, "127.0.0.1:4711", true)).toEqual(["https", "203.0.113.9"]);
		expect(ask({ "x-forwarded-proto": "http" }, "[2001:db8::1]:4711", true)).toEqual(["http:", "2001:db8::1"]);
	});

	it.each([
		["192.0.2.7:4711", "192.0.2.7"],
		["[2001:db8::1]:4711", "2001:db8::1"],
		["2001:db8::1", "2001:db8::1"],
	])("no port of the connection: a proxy that names %s means %s", (named, address) => {
		expect(ask({ "x-forwarded-for": `192.0.2.67, ${named}` }, "127.0.0.1:4711", true)[1]).toBe(address);
	});

	it("everything else that the client sent", async () => {
		const request = new Request("http://chat.example/api/x?y=1", { method: "POST", body: "text", headers: { "x-other": "kept" } });
		const asked = atEdge(request, standalone);
		expect([asked.method, asked.url, asked.headers.get("x-other"), await asked.text()]).toEqual(["POST", request.url, "kept", "text"]);
	});
});

it.each([
	["192.0.2.7:80", "192.0.2.7"],
	["[2001:db8::1]:80", "2001:db8::1"],
	["2001:db8::1", "2001:db8::1"],
	["unix:/tmp/x", "unix:/tmp/x"],
])("the address in %s is %s", (peer, address) => {
	expect(withoutPort(peer)).toBe(address);
});

import { describe, expect, it } from "vitest";
import { isAllowedHost, isAllowedOrigin, originForLinks } from "../../src/auth/origins.ts";
import { secret, settingsWith } from "./forge.ts";

const settings = settingsWith({
	JWT_SECRET: secret,
	FRONTEND_URL: "https://Pages.Example:443/app/, http://localhost:5173, capacitor://localhost",
});

describe("isAllowedOrigin", () => {
	it.each<[string | null, string, boolean]>([
		[null, "https://parley.example", true],
		["https://parley.example", "https://parley.example", true],
		["https://parley.example", "https://parley.example:443", true],
		["http://127.0.0.1:8787", "http://127.0.0.1:8787", true],
		["http://localhost:8787", "http://localhost:8787", true],
		["https://pages.example", "https://parley.example", true],
		["http://localhost:5173", "https://parley.example", true],
		["wss://parley.example", "https://parley.example", true],
		["wss://parley.example:443", "https://parley.example", true],
		["ws://127.0.0.1:8787", "http://127.0.0.1:8787", true],
		["wss://pages.example", "https://parley.example", true],
		["capacitor://localhost", "https://parley.example", true],
		["ws://parley.example", "https://parley.example", false],
		["wss://evil.example", "https://parley.example", false],
		["wss://parley.example@evil.example", "https://parley.example", false],
		["wss:parley.example.evil.example", "https://parley.example", false],
		["ws", "https://parley.example", false],
		["ionic://localhost", "https://parley.example", false],
		["file://", "https://parley.example", false],
		["null", "https://parley.example", false],
		["", "https://parley.example", false],
		["https://evil.example", "https://parley.example", false],
		["http://parley.example", "https://parley.example", false],
		["https://parley.example:8443", "https://parley.example", false],
		["https://parley.example.evil.example", "https://parley.example", false],
		["https://evil-parley.example", "https://parley.example", false],
		["https://sub.pages.example", "https://parley.example", false],
		["http://pages.example", "https://parley.example", false],
		["https://pages.example:444", "https://parley.example", false],
		["https://pages.example/app", "https://parley.example", false],
		["https://pages.example@evil.example", "https://parley.example", false],
		["https://pages.example, https://evil.example", "https://parley.example", false],
		["blob:https://pages.example/1", "https://parley.example", false],
		["http://localhost:8787", "http://127.0.0.1:8787", false],
		["http://localhost:5174", "https://parley.example", false],
	])("of %j at %s is %s", (origin, url, allowed) => {
		expect(isAllowedOrigin(origin, new URL("/api/me?x=1", url), settings)).toBe(allowed);
	});
});

describe("originForLinks", () => {
	const own = "https://parley.example";
	it.each<[origin: string | null, frontend: string, url: string, expected: string]>([
		["https://pages.example", "null, https://pages.example", own, "https://pages.example"],
		[own, "https://pages.example", own, own],
		[null, "", own, own],
		[null, "capacitor://localhost, https://pages.example, https://other.example", own, "https://pages.example"],
		["null", "null", own, own],
		["null", "null, https://pages.example", own, "https://pages.example"],
		["file://", "file://", own, own],
		["capacitor://localhost", "capacitor://localhost, https://pages.example", own, "https://pages.example"],
		["http://localhost", "http://localhost, https://pages.example", own, "https://pages.example"],
		["https://localhost", "https://localhost", own, own],
		["wss://parley.example", "https://pages.example", own, own],
		["wss://pages.example", "https://pages.example", own, "https://pages.example"],
		["http://localhost:5173", "http://localhost:5173", "http://localhost:8787", "http://localhost:5173"],
		["ws://localhost:8787", "", "http://localhost:8787", "http://localhost:8787"],
		["null", "null", "http://localhost:8787", "http://localhost:8787"],
	])("of %j with FRONTEND_URL %j at %s is %s", (origin, frontend, url, expected) => {
		const deployment = settingsWith({ JWT_SECRET: secret, FRONTEND_URL: frontend });
		expect(originForLinks(origin, new URL("/api/x", url), deployment)).toBe(expected);
	});
});

describe("isAllowedHost", () => {
	it.each<[string, string, boolean]>([
		["", "https://anything.example", true],
		["chat.example", "https://chat.example:8443", true],
		["Chat.Example, other.example", "https://chat.example", true],
		["chat.example", "http://localhost:8787", true],
		["chat.example", "http://parley.localhost:8787", true],
		["chat.example", "http://127.0.0.1:8787", true],
		["chat.example", "http://192.168.1.5:8787", true],
		["chat.example", "http://[::1]:8787", true],
		["chat.example", "https://evil.example", false],
		["chat.example", "https://evil.chat.example", false],
		["chat.example", "https://localhost.evil.example", false],
		["chat.example", "https://notlocalhost", false],
		["chat.example", "https://127.0.0.1.evil.example", false],
	])("with ALLOWED_HOSTS %j is right about %s: %s", (hosts, url, allowed) => {
		const limited = settingsWith({ JWT_SECRET: secret, ALLOWED_HOSTS: hosts });
		expect(isAllowedHost(new URL(url), limited)).toBe(allowed);
		expect(isAllowedOrigin(null, new URL(url), limited)).toBe(allowed);
		expect(isAllowedOrigin(new URL(url).origin, new URL(url), limited)).toBe(allowed);
	});
});

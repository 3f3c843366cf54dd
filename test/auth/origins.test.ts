import { describe, expect, it } from "vitest";
import { isAllowedOrigin } from "../../src/auth/origins.ts";
import { secret, settingsWith } from "./forge.ts";

const settings = settingsWith({ JWT_SECRET: secret, FRONTEND_URL: "https://Pages.Example:443/app/, http://localhost:5173" });

describe("isAllowedOrigin", () => {
	it.each<[string | null, string, boolean]>([
		[null, "https://parley.example", true],
		["https://parley.example", "https://parley.example", true],
		["https://parley.example", "https://parley.example:443", true],
		["http://127.0.0.1:8787", "http://127.0.0.1:8787", true],
		["http://localhost:8787", "http://localhost:8787", true],
		["https://pages.example", "https://parley.example", true],
		["http://localhost:5173", "https://parley.example", true],
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

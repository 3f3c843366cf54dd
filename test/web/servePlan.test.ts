// What `npm run serve` takes from wrangler.toml, and writes for workerd.

import { expect, it } from "vitest";
import { configOf } from "../../scripts/serve/config.ts";
import { planOf, type WranglerConfig } from "../../scripts/serve/plan.ts";

const config: WranglerConfig = {
	compatibility_date: "2026-11-01",
	compatibility_flags: [],
	assets: { directory: "web/dist", binding: "ASSETS", not_found_handling: "single-page-application", run_worker_first: ["/api/*"] },
	vars: { GUEST_SIGN_IN: "on", FILE_MAX_MB: 25 },
	durable_objects: { bindings: [{ name: "USERS", class_name: "UserObject" }] },
	exports: { UserObject: { type: "durable-object", storage: "sqlite" } },
	ratelimits: [{ name: "GUESTS", simple: { limit: 300, period: 60 } }],
};

const plan = {
	compatibilityDate: "2026-11-01",
	compatibilityFlags: [],
	page: { folder: "web/dist", binding: "ASSETS", workerFirst: ["/api/*"] },
	vars: { GUEST_SIGN_IN: "on", FILE_MAX_MB: "25" },
	objects: [{ binding: "USERS", className: "UserObject" }],
	limits: [{ binding: "GUESTS", limit: 300, period: 60 }],
};

it("is the date, the objects, the limits and the page", () => {
	expect(planOf(config, { name: "parley", vars: {} })).toEqual({ plan, notes: [] });
});

it("says what is missing without Cloudflare", () => {
	const { notes } = planOf(config, { r2_buckets: [] }) as { notes: string[] };
	expect(notes).toEqual([expect.stringContaining("files are stored in their objects")]);
});

it.each<[what: string, raw: object, changed: Partial<WranglerConfig>]>([
	["another service", { d1_databases: [] }, {}],
	["a schedule", { triggers: {} }, {}],
	["an object without SQLite", {}, { exports: {} }],
	["no single page", {}, { assets: { ...config.assets, not_found_handling: "404-page" } }],
	["no date", {}, { compatibility_date: undefined }],
])("refuses %s", (_what, raw, changed) => {
	expect(planOf({ ...config, ...changed }, raw)).toHaveProperty("problem");
});

it("names settings and no values in workerd's configuration", () => {
	const standalone = { workerFirst: ["/api/*"], files: { '/a"b.js': "hash" }, isBehindProxy: false };
	const places = { code: "/parley/dist/serve", page: "/parley/web/dist", objects: "/data/objects", room: "/data/room" };
	const text = configOf({ plan, standalone, headers: "/*\n  X: y", settings: ["JWT_SECRET"], networks: ["public"], ...places });
	expect(text).toContain('(name = "JWT_SECRET", fromEnvironment = "JWT_SECRET")');
	expect(text).toContain('(className = "UserObject", uniqueKey = "UserObject", enableSql = true)');
	expect(text).toContain('(name = "GUESTS", wrapped = (moduleName = "parley:rate-limit", innerBindings = [(name = "limit", json = "300")');
	expect(text).toContain('text = "/*\\n  X: y"');
	expect(text).toContain('\\"/a\\\\\\"b.js\\"');
	expect(text).toContain('allow = ["public"]');
});

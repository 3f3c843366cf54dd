// Sockets, routes and objects, inside the runtime that serves them. Every file has a runtime of its own: many
// of them use the same people.

import { cloudflareTest } from "@cloudflare/vitest-plugin";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** What `src/` imports, with paths into packages that it imports. */
const packages = [
	"@anthropic-ai/sdk",
	"@block65/webcrypto-web-push",
	"@valibot/to-json-schema",
	"engine.io-parser",
	"hono",
	"hono/cors",
	"hono/html",
	"hono/route",
	"hono/secure-headers",
	"hono/utils/cookie",
	"jose",
	"oauth4webapi",
	"socket.io-parser",
	"valibot",
];

/** The runtime receives them as comments that nothing reads, and they would be most of what it is sent. */
const withoutSourceMaps: Plugin = {
	name: "without source maps",
	enforce: "post",
	transform: (code) => ({ code, map: { mappings: "" } }),
};

export default defineConfig({
	plugins: [
		withoutSourceMaps,
		cloudflareTest({
			wrangler: { configPath: "../wrangler.toml" },
			miniflare: {
				bindings: {
					JWT_SECRET: "a secret for tests, at least 32 bytes long",
					FRONTEND_URL: "capacitor://localhost, https://pages.example",
				},
				// For the rules of files. The Worker's own bucket is not bound: by default, files are in their object.
				r2Buckets: ["TEST_BUCKET"],
				// Low enough to be reached. They count only requests with an address, which few tests give.
				ratelimits: {
					NETWORKS: { namespace_id: "1006", simple: { limit: 400, period: 10 } },
					NETWORK_CREATIONS: { namespace_id: "1009", simple: { limit: 100, period: 60 } },
				},
			},
		}),
	],
	test: {
		name: "worker",
		maxWorkers: 4,
		// Each file sends all modules to its runtime anew. Bundled packages are 500 modules and half of the bytes fewer.
		deps: {
			optimizer: {
				ssr: {
					enabled: true,
					include: packages,
					rolldownOptions: { output: { minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } } } },
				},
			},
		},
		// The demo model writes at the pace of a model, and machines are shared.
		testTimeout: 120_000,
		hookTimeout: 120_000,
		expect: { poll: { timeout: 30_000 } },
		globalSetup: ["support/messages-api.setup.ts", "support/runtime-log.setup.ts"],
		setupFiles: "support/log.setup.ts",
		include: ["worker/**/*.test.ts"],
	},
});

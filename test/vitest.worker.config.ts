// Rules, storage and sockets, inside the runtime that serves them.
import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

export default defineConfig({
	plugins: [
		cloudflareTest({
			wrangler: { configPath: "../wrangler.toml" },
			miniflare: {
				bindings: {
					JWT_SECRET: "a secret for tests, at least 32 bytes long",
					FRONTEND_URL: "https://pages.example",
				},
			},
		}),
	],
	test: {
		name: "worker",
		// The demo model writes at the pace of a model, and machines are shared.
		testTimeout: 30_000,
		expect: { poll: { timeout: 10_000 } },
		globalSetup: ["support/messages-api.setup.ts", "support/runtime-log.setup.ts"],
		setupFiles: "support/log.setup.ts",
		include: ["{protocol,auth,conversation,claude,platform,user,worker,gateway}/**/*.test.ts", "settings.test.ts"],
	},
});

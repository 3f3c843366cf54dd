import { defineConfig } from "vitest/config";

export default defineConfig({
	test: {
		projects: ["test/vitest.rules.config.ts", "test/vitest.worker.config.ts", "test/vitest.web.config.ts", "test/vitest.e2e.config.ts"],
	},
});

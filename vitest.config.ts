import { defineConfig } from "vitest/config";

export default defineConfig({
	test: {
		projects: ["test/worker.config.ts", "test/web.config.ts", "test/e2e.config.ts"],
	},
});

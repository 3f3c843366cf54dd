import { defineConfig } from "vitest/config";

export default defineConfig({
	test: {
		// Most of what a test takes is waiting, for a model's speed or for time to pass: more of them than cores may wait at once.
		maxWorkers: 4,
		projects: ["test/vitest.rules.config.ts", "test/vitest.worker.config.ts", "test/vitest.web.config.ts", "test/vitest.e2e.config.ts"],
	},
});

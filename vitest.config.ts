import { defineConfig } from "vitest/config";

export default defineConfig({
	test: {
		// More than the two cores that the suite is made for: many tests wait, for a model's pace or for time to pass.
		maxWorkers: 3,
		projects: ["test/vitest.rules.config.ts", "test/vitest.worker.config.ts", "test/vitest.web.config.ts", "test/vitest.e2e.config.ts"],
	},
});

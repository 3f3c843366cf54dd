// The whole product: a real server, a real browser.
import { defineConfig } from "vitest/config";

export default defineConfig({
	test: {
		name: "e2e",
		// More than the two cores that the suite is made for: many tests wait, for a model's pace or for time to pass.
		maxWorkers: 4,
		include: ["e2e/**/*.test.ts"],
		globalSetup: "e2e/product.setup.ts",
		// Only a failure takes so long: a busy machine may stand still for seconds, many times.
		testTimeout: 120_000,
		expect: { poll: { timeout: 60_000 } },
		hookTimeout: 120_000,
	},
});

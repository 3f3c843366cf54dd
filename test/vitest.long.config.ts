// What takes long: `npm run test:long`. Runs the folder `long` against the whole product, and many
// more schedules than `npm test` does inside the runtime.

import { defineConfig, mergeConfig } from "vitest/config";
import e2e from "./vitest.e2e.config.ts";
import worker from "./vitest.worker.config.ts";

process.env.SCHEDULES ??= "9-20";

export default defineConfig({
	test: {
		projects: [
			mergeConfig(e2e, { test: { name: "long", include: ["long/**/*.test.ts"] } }),
			mergeConfig(worker, { test: { name: "schedules", include: ["worker/schedules.test.ts"] } }),
		],
	},
});

// The long tests: `npm run test:long`. Runs the folder `long` against the whole product, and more
// schedules and all fault points inside the runtime, and every beginning of an answer, where `npm test` runs some.

import { defineConfig } from "vitest/config";
import e2e from "./vitest.e2e.config.ts";
import web from "./vitest.web.config.ts";
import worker from "./vitest.worker.config.ts";

process.env.SCHEDULES ??= "9-20";
process.env.FAULTS ??= "all";
process.env.STREAMING_STEP ??= "1";
const root = import.meta.dirname;

export default defineConfig({
	root,
	test: {
		maxWorkers: 2,
		projects: [
			// A slow machine takes more than a minute for the largest of them.
			{ ...e2e, root, test: { ...e2e.test, name: "long", include: ["long/**/*.test.ts"], testTimeout: 480_000 } },
			{ ...web, root, test: { ...web.test, name: "streaming", include: ["web/streaming.test.ts"] } },
			{ ...worker, root, test: { ...worker.test, name: "schedules", include: ["worker/schedules.test.ts"] } },
			{ ...worker, root, test: { ...worker.test, name: "faults", include: ["worker/faults.test.ts"] } },
		],
	},
});

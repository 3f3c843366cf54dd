// Rules and storage, inside the runtime that serves them. Their files share one runtime each worker: every
// test makes its own conversations and people, and a fresh runtime for every file takes most of the time.

import { defineConfig } from "vitest/config";
import worker from "./vitest.worker.config.ts";

export default defineConfig({
	...worker,
	test: {
		...worker.test,
		name: "rules",
		isolate: false,
		include: [
			"{protocol,auth,conversation,claude,money,platform,push,files,user,gateway,relay,standalone}/**/*.test.ts",
			"model/conformance.test.ts",
			"release/additive.test.ts",
			"settings.test.ts",
		],
	},
});

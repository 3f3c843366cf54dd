// Tests that run in plain Node: the rules of the web client, and the structure of the source.
import { defineConfig } from "vitest/config";
import { renderer } from "../web/renderer.ts";

export default defineConfig({
	resolve: { alias: renderer },
	test: {
		name: "web",
		maxWorkers: 4,
		testTimeout: 60_000,
		expect: { poll: { timeout: 20_000 } },
		include: ["web/**/*.test.{ts,tsx}", "model/model.test.ts", "release/migrations.test.ts", "structure.test.ts"],
	},
});

// Tests that run in plain Node: the rules of the web client, and the structure of the source.
import { defineConfig } from "vitest/config";

export default defineConfig({
	test: { name: "web", maxWorkers: 4, testTimeout: 30_000, include: ["web/**/*.test.{ts,tsx}", "structure.test.ts"] },
});

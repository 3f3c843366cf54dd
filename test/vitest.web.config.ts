// What needs no runtime of Workers: the rules of the web client, and the shape of the source.
import { defineConfig } from "vitest/config";

export default defineConfig({ test: { name: "web", include: ["web/**/*.test.{ts,tsx}", "structure.test.ts"] } });

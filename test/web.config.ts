// The web client's own rules, in plain Node.
import { defineConfig } from "vitest/config";

export default defineConfig({ test: { name: "web", include: ["web/**/*.test.{ts,tsx}"] } });

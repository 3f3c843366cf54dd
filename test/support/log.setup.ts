// Fails every test inside the runtime that logs something unexpected.

import { afterAll, afterEach } from "vitest";
import { checkLog, record, resetLog } from "./log.ts";

resetLog();
for (const method of ["error", "warn"] as const) console[method] = (...values: unknown[]) => record(values);
console.info = (...values: unknown[]) => record(values, true);

async function check(): Promise<void> {
	const complaints = await checkLog();
	if (complaints.length > 0) throw new Error(complaints.join("\n"));
}
afterEach(check);
afterAll(check);

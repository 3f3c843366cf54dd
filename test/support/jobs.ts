// Controls the retry queues of objects, so that no test waits for the pause before a retry.

import { runInDurableObject } from "cloudflare:test";
import { evict } from "./evict.ts";

/** Makes all failed jobs of an object due at once, and restarts the object. */
export async function makeJobsDue(stub: DurableObjectStub<undefined>): Promise<void> {
	await runInDurableObject(stub, (_object, { storage }) => void storage.sql.exec("UPDATE jobs SET due_at = 0"));
	await evict(stub, { webSockets: "hibernate" });
}

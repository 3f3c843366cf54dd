// Controls the retry queues of objects, so that no test waits for the pause before a retry.

import { evictDurableObject, runInDurableObject } from "cloudflare:test";

/** Makes all failed jobs of an object due at once, and restarts the object. */
export async function makeJobsDue(stub: DurableObjectStub<undefined>): Promise<void> {
	await runInDurableObject(stub, (_object, { storage }) => void storage.sql.exec("UPDATE jobs SET due_at = 0"));
	await evictDurableObject(stub, { webSockets: "hibernate" });
}

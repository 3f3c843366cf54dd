// What waits in an object's retry queues.

import { evictDurableObject, runInDurableObject } from "cloudflare:test";

/** Lets the pauses of all failed jobs be over: they are due, and the object has started anew. */
export async function endPauses(stub: DurableObjectStub<undefined>): Promise<void> {
	await runInDurableObject(stub, (_object, { storage }) => void storage.sql.exec("UPDATE jobs SET due_at = 0"));
	await evictDurableObject(stub, { webSockets: "hibernate" });
}

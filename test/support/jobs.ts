// Controls the retry queues of objects, so that no test waits for the pause before a retry.

import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { expect } from "vitest";
import { evict } from "./evict.ts";

/** Makes all failed jobs of an object due at once, and restarts the object. */
export async function makeJobsDue(stub: DurableObjectStub<undefined>): Promise<void> {
	await runInDurableObject(stub, (_object, { storage }) => void storage.sql.exec("UPDATE jobs SET due_at = 0"));
	await evict(stub, { webSockets: "hibernate" });
}

/** Retries all failed jobs of an object by its alarm, which may ring by itself meanwhile. Resolves once none is left. */
export async function retryJobs(stub: DurableObjectStub<undefined>): Promise<void> {
	await makeJobsDue(stub);
	await runDurableObjectAlarm(stub);
	const left = () =>
		runInDurableObject(stub, (_object, { storage: { sql } }) => {
			const hasJobs = sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'jobs'").toArray().length > 0;
			return hasJobs ? sql.exec("SELECT queue, key FROM jobs WHERE due_at IS NOT NULL").toArray() : [];
		});
	await expect.poll(left).toEqual([]);
}

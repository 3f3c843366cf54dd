// Lets everything happen that objects have left to do, and says what is still left.

import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { expect } from "vitest";
import { passTime } from "../support/clock.ts";
import type { Stub } from "./fault.ts";

/** What an object would still have to do. `table`: only objects that have it are asked. */
const unfinished: readonly [what: string, table: string, query: string][] = [
	["a job", "jobs", "SELECT 1 FROM jobs WHERE due_at IS NOT NULL"],
	["a reply", "messages", "SELECT 1 FROM messages WHERE status = 'streaming'"],
	["a payment", "payments", "SELECT 1 FROM payments"],
	["a reservation", "uploaded", "SELECT 1 FROM spending WHERE open IS NOT NULL"],
	["a deletion", "conversation", "SELECT 1 FROM conversation WHERE deleted_at IS NOT NULL"],
	// Whoever forks has read everything, and no round notes that.
	[
		"a list",
		"lists",
		"SELECT 1 FROM messages, conversation WHERE forked_from IS NULL AND revision > ifnull((SELECT revision FROM lists), 0)",
	],
	["an erasure", "erased", "SELECT 1 FROM erased"],
	["a private answer", "asides", "SELECT 1 FROM asides WHERE status = 'streaming'"],
	[
		"a webhook",
		"webhooks",
		"SELECT 1 FROM webhooks WHERE broken_at IS NULL AND place ->> '$.revision' < (SELECT max(revision) FROM messages)",
	],
	["news for relays", "relays_behind", "SELECT 1 FROM relays_behind"],
	["sockets to close", "relay_closings", "SELECT 1 FROM relay_closings"],
	["an import", "restoring", "SELECT 1 FROM restoring"],
	["a file", "parts", "SELECT 1 FROM files WHERE file IS NULL"],
];

export function leftIn(stub: Stub): Promise<string[]> {
	return runInDurableObject(stub, (_object, { storage: { sql } }) => {
		const tables = new Set(
			sql
				.exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'")
				.toArray()
				.map(({ name }) => name),
		);
		return unfinished.filter(([, table, query]) => tables.has(table) && sql.exec(query).toArray().length > 0).map(([what]) => what);
	});
}

/** The objects that an action reaches, by names. A stub is of no use once its object has died. */
export type Objects = { readonly [name: string]: () => Stub };

/** Lets time pass and fires the alarms. Returns what is left after that. */
export async function goOn(objects: Objects, ms = 60_000): Promise<string[]> {
	passTime(ms);
	const left: string[] = [];
	for (const stub of Object.values(objects)) await runDurableObjectAlarm(stub());
	for (const stub of Object.values(objects)) left.push(...(await leftIn(stub())));
	return left;
}

/** Fires alarms until nothing is left to do. Replies and deliveries need a moment in between. */
export async function rest(objects: Objects): Promise<void> {
	await expect.poll(() => goOn(objects)).toEqual([]);
}

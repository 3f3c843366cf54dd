// Refuses requests from networks that an administrator has banned for a time. The list is read again every few seconds, in the background.
// If it cannot be read, nobody is refused for it.

import { directoryName } from "../protocol/admin/records.ts";
import type { Refusal } from "../protocol/refusal.ts";
import { coversAddress } from "./prefix.ts";

type Directories = Pick<Cloudflare.Env, "DIRECTORY">;
type Ban = { prefix: string; until: number };

/** In ms. */
const readEvery = 10_000;

let bans: readonly Ban[] = [];
let readAt = Number.NEGATIVE_INFINITY;

/** Only the first request of an isolate waits for the list. `waitUntil`: the request may end before the list is read. */
export async function refuseBanned(
	env: Directories,
	address: string | null,
	now: number,
	waitUntil: (work: Promise<unknown>) => void,
): Promise<(Refusal & { code: "forbidden" }) | undefined> {
	if (address === null) return undefined;
	if (now - readAt >= readEvery) {
		const isFirst = readAt === Number.NEGATIVE_INFINITY;
		readAt = now;
		const reading = read(env);
		if (isFirst) await reading;
		else waitUntil(reading);
	}
	const ban = bans.find(({ prefix, until }) => until > now && coversAddress(prefix, address));
	return ban && { code: "forbidden", retryAfterMs: ban.until - now };
}

/** The list has changed by a request of this isolate. */
export async function readBansAgain(env: Directories): Promise<void> {
	await read(env);
}

async function read(env: Directories): Promise<void> {
	try {
		const listed = await env.DIRECTORY.getByName(directoryName).networks();
		bans = listed.map(({ prefix, until }) => ({ prefix, until: Date.parse(until) }));
	} catch (error) {
		console.warn("The banned networks could not be read", error);
	}
}

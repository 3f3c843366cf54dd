// The quotas of what one person, and the guests of one network together, may make the deployment store in a day: rows, which forks and
// new conversations store many of, and bytes of files.

import { siteOf } from "../auth/network.ts";
import { uploadsUsedUp } from "../protocol/errors.ts";
import { perDay } from "../protocol/files/limits.ts";
import { limits } from "../protocol/limits.ts";
import type { Refusal } from "../protocol/refusal.ts";
import { purseName } from "./object.ts";

/** `network`: where a guest comes from, and nobody else. */
export type Writer = { userId: string; isGuest: boolean; network?: string | undefined };

const { perPerson, perGuest, networkOfGuests, siteOfGuests } = limits.written;

/**
 * Counts rows that are about to be stored for a person. The person comes first, so that nobody who is refused anyway uses up what
 * their network may still store.
 */
export async function passQuota(ledgers: Cloudflare.Env["LEDGER"], writer: Writer, rows: number): Promise<Refusal | undefined> {
	const own = writer.isGuest ? perGuest : perPerson;
	if (rows > own) return { code: "too_large" };
	const full = await count(writer, own, perGuest, (name, most) => ledgers.getByName(name).addWritten(rows, most));
	return full && { code: "rate_limited", ...full };
}

type DayBytes = { personBytes: number; guestBytes: number };

/** Counts a file that is about to be stored for a person. A small one counts as its share of a day's bytes, so that the number is limited too. */
export async function passUploadQuota(
	ledgers: Cloudflare.Env["LEDGER"],
	writer: Writer,
	bytes: number,
	day: DayBytes,
): Promise<Refusal | undefined> {
	const least = writer.isGuest ? day.guestBytes / perDay.guest : day.personBytes / perDay.person;
	return passBytesQuota(ledgers, writer, Math.max(bytes, Math.ceil(least)), day);
}

/** Counts bytes that belong to no file of their own: thumbnails, and files that are copied. */
export async function passBytesQuota(
	ledgers: Cloudflare.Env["LEDGER"],
	writer: Writer,
	bytes: number,
	{ personBytes, guestBytes }: DayBytes,
): Promise<Refusal | undefined> {
	const own = writer.isGuest ? guestBytes : personBytes;
	const full = await count(writer, own, guestBytes, (name, most) => ledgers.getByName(name).addUploaded(bytes, most));
	return full && { code: "rate_limited", text: uploadsUsedUp, ...full };
}

/** Counts by person, network and site, until one of them is full. */
async function count(
	writer: Writer,
	own: number,
	guest: number,
	add: (name: string, most: number) => Promise<{ retryAfterMs: number } | undefined>,
): Promise<{ retryAfterMs: number } | undefined> {
	for (const { name, most } of pursesOf(writer, own, guest)) {
		const full = await add(name, most);
		if (full) return full;
	}
	return undefined;
}

/** The purses that count for a person: their own, and those of the network and the site of a guest. `own` and `guest`: for one of them. */
export function pursesOf({ userId, network }: Omit<Writer, "isGuest">, own: number, guest: number): { name: string; most: number }[] {
	const site = network === undefined ? undefined : siteOf(network);
	return [
		{ name: purseName({ userId }), most: own },
		...(network === undefined ? [] : [{ name: purseName({ network }), most: guest * networkOfGuests }]),
		...(site === undefined ? [] : [{ name: purseName({ network: site }), most: guest * siteOfGuests }]),
	];
}

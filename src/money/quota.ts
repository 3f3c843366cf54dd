// The quotas of what one person, and the guests of one network together, may make the deployment store in a day: rows, which forks and
// new conversations store many of, and bytes of files.

import { siteOf } from "../auth/network.ts";
import { uploadsUsedUp } from "../protocol/errors.ts";
import { perDay } from "../protocol/files/limits.ts";
import { limits } from "../protocol/limits.ts";
import type { Refusal } from "../protocol/refusal.ts";
import { purseName } from "./object.ts";

/** `network`: where a guest comes from, and nobody else. */
type Writer = { userId: string; isGuest: boolean; network?: string | undefined };

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

/**
 * Counts speech that is about to be written down, by person, by network and site of guests, and in the whole deployment. Returns false if
 * that is too much for today. The guests of one site leave half of the deployment's day to others.
 */
export async function passSpeechQuota(
	ledgers: Cloudflare.Env["LEDGER"],
	writer: Writer,
	seconds: number,
	{ person, guest, deployment }: { person: number; guest: number; deployment: number },
): Promise<boolean> {
	const everybody = ledgers.getByName(purseName("deployment"));
	// Nobody pays with their own day for what the deployment has no room for.
	if (await everybody.addTranscribed(0, deployment - seconds)) return false;
	const most = writer.isGuest ? deployment / 2 : deployment;
	const own = writer.isGuest ? guest : person;
	const full = await count(writer, own, guest, (name, its) => ledgers.getByName(name).addTranscribed(seconds, Math.min(its, most)));
	return !full && !(await everybody.addTranscribed(seconds, deployment));
}

/** Counts by person, network and site, until one of them is full. */
async function count(
	{ userId, network }: Writer,
	own: number,
	guest: number,
	add: (name: string, most: number) => Promise<{ retryAfterMs: number } | undefined>,
): Promise<{ retryAfterMs: number } | undefined> {
	const site = network === undefined ? undefined : siteOf(network);
	const counted = [
		[purseName({ userId }), own],
		...(network === undefined ? [] : [[purseName({ network }), guest * networkOfGuests] as const]),
		...(site === undefined ? [] : [[purseName({ network: site }), guest * siteOfGuests] as const]),
	] as const;
	for (const [name, most] of counted) {
		const full = await add(name, most);
		if (full) return full;
	}
	return undefined;
}

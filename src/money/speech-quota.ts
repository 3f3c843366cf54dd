// What a service may be asked to write down in a day, in seconds of speech: by person, by network and site of guests, and in the whole
// deployment.

import { purseName } from "./object.ts";
import { pursesOf, type Writer } from "./quota.ts";
import type { SpeechAnswer } from "./speech.ts";

/** A file, and the seconds that it has at most as far as is known. */
type Attempt = { fileId: string; seconds: number };

/**
 * Attempts that may be under way at once: of a person, and of the guests of a network and of a site. What a sender says about the length of
 * a file proves nothing before the service has read it: so many files may lie before one is settled.
 */
const open = [1, 2, 4];

/**
 * Reserves an attempt, or nothing if it is too much somewhere. The person comes first, so that nobody who is refused anyway uses up what
 * others may have. The guests of one site leave half of the deployment's day to others.
 */
export async function reserveSpeech(
	ledgers: Cloudflare.Env["LEDGER"],
	writer: Writer,
	{ fileId, seconds }: Attempt,
	{ person, guest, deployment }: { person: number; guest: number; deployment: number },
): Promise<SpeechAnswer> {
	const share = writer.isGuest ? deployment / 2 : deployment;
	const purses = [
		...pursesOf(writer, writer.isGuest ? guest : person, guest).map(({ name, most }, n) => ({
			name,
			limits: { most: Math.min(most, share), open: open[n] as number },
		})),
		{ name: purseName("deployment"), limits: { most: deployment, open: Number.POSITIVE_INFINITY } },
	];
	const reserved: string[] = [];
	let answer: SpeechAnswer | undefined;
	try {
		for (const { name, limits } of purses) {
			answer = await ledgers.getByName(name).reserveSpeech(fileId, seconds, limits);
			if (answer !== "reserved") return answer;
			reserved.push(name);
		}
		return "reserved";
	} finally {
		// Nobody pays with their own day for what others have no room for.
		if (reserved.length < purses.length) await settle(ledgers, reserved, fileId, 0);
	}
}

/**
 * An attempt is over. `seconds`: as long as the file was; what was reserved stays counted if that is not known. A file that is longer than
 * it looked takes no more of the deployment's day than its sender had left of theirs. Safe to repeat.
 */
export async function settleSpeech(
	ledgers: Cloudflare.Env["LEDGER"],
	writer: Writer,
	fileId: string,
	seconds: number | undefined,
	{ person, guest }: { person: number; guest: number },
): Promise<void> {
	const most = writer.isGuest ? guest : person;
	const [own = "", ...networks] = pursesOf(writer, 0, 0).map(({ name }) => name);
	const counted = await ledgers.getByName(own).settleSpeech(fileId, seconds, most);
	const share = seconds === undefined ? undefined : Math.min(counted ?? seconds, most);
	await Promise.all([settle(ledgers, networks, fileId, seconds), settle(ledgers, [purseName("deployment")], fileId, share)]);
}

async function settle(ledgers: Cloudflare.Env["LEDGER"], names: readonly string[], fileId: string, seconds: number | undefined) {
	await Promise.all(names.map((name) => ledgers.getByName(name).settleSpeech(fileId, seconds)));
}

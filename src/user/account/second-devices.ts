// The devices on which a person is signed in, and how a guest adds another one: a link that works once, for two minutes, and lets
// nobody in before the first device has confirmed.

import type { Device, SignedInDevice } from "../../protocol/account/account.ts";
import { accountLimits } from "../../protocol/account/limits.ts";
import { isoTime } from "../../protocol/iso-time.ts";
import type { Refusal } from "../../protocol/refusal.ts";
import type { SignIns } from "../sign-ins.ts";

/** The session that asks, and the device that it is used on. */
export type Asker = { session: string; device: Device };

export class SecondDevices {
	readonly #signIns: SignIns;
	readonly #refusalOf: (session: string) => Refusal | undefined;
	readonly #now: () => number;

	/** `refusalOf`: why a session may not change how the person signs in. */
	constructor(signIns: SignIns, refusalOf: (session: string) => Refusal | undefined, now: () => number) {
		this.#signIns = signIns;
		this.#refusalOf = refusalOf;
		this.#now = now;
	}

	/** The one that asks, then those that were used last. */
	list({ session, device }: Asker): SignedInDevice[] {
		const { sessions, account } = this.#signIns;
		const others = sessions.live(this.#now()).filter(({ id }) => id !== session);
		return [
			{ id: session, device, lastSeenAt: isoTime(this.#now()), isCurrent: true },
			...others.map(({ id, renewedAt }) => ({
				id,
				device: account.devices.deviceOf(id),
				lastSeenAt: isoTime(renewedAt),
				isCurrent: false,
			})),
		];
	}

	/** Ends another session of the person's, with its sockets. */
	async signOut(id: string, { session, device }: Asker): Promise<{ isDone: true } | Refusal> {
		const { sessions, account } = this.#signIns;
		if (id === session || !sessions.live(this.#now()).some((live) => live.id === id)) return { code: "not_found" };
		account.events.add("device_signed_out", nameOf(account.devices.deviceOf(id)), device, this.#now());
		await this.#signIns.endSession(id);
		return { isDone: true };
	}

	/** `id`: the hash of the link's token. Without a passkey to confirm with, it needs more than an access token: `isProven`. */
	makeLink(id: string, person: { username: string; isProven: boolean }, { session, device }: Asker): { expiresAt: number } | Refusal {
		const refusal = this.#refusalOf(session);
		if (refusal) return refusal;
		const { sessions, account } = this.#signIns;
		if (account.passkeys.count === 0 && !person.isProven) return { code: "forbidden" };
		const expiresAt = this.#now() + accountLimits.deviceLink;
		account.links.make(id, expiresAt);
		// From now on several sessions may be this person's, so that this one must be known.
		this.#signIns.adopt(session);
		account.devices.note(session, device);
		if (sessions.name === undefined) sessions.saveName(person.username);
		return { expiresAt };
	}

	/** What the first device shows. `undefined`: the link has ended. */
	showLink(id: string): { code: string; device: Device } | { isOpen: true } | undefined {
		const link = this.#signIns.account.links.find(id, this.#now());
		if (!link) return undefined;
		return link.code !== undefined && link.device ? { code: link.code, device: link.device } : { isOpen: true };
	}

	/** Another device has opened the link, which no second one can. `claim`: the hash of what it will prove itself with. */
	openLink(id: string, claim: string, code: string, device: Device): { username: string } | Refusal {
		const { account, sessions } = this.#signIns;
		const end = this.#signIns.endOf({});
		if (end === "suspended") return { code: end };
		const link = end === undefined ? account.links.find(id, this.#now()) : undefined;
		if (!link || link.claim !== undefined) return { code: "link_expired" };
		account.links.open(id, claim, code, device);
		return { username: sessions.name ?? "" };
	}

	/** The person says on the first device that the other one is theirs. */
	confirmLink(id: string, { session }: Asker): { isDone: true } | Refusal {
		const refusal = this.#refusalOf(session);
		if (refusal) return refusal;
		const link = this.#signIns.account.links.find(id, this.#now());
		if (link?.claim === undefined) return { code: "link_expired" };
		this.#signIns.account.links.confirm(id);
		return { isDone: true };
	}

	cancelLink(id: string): void {
		const { links } = this.#signIns.account;
		if (links.find(id, this.#now())) links.deleteAll();
	}

	/** Begins the session of the device that opened the link, once it is confirmed. */
	finishLink(id: string, claim: string, { session, device }: Asker): { username: string } | { isWaiting: true } | Refusal {
		const { account, sessions } = this.#signIns;
		const end = this.#signIns.endOf({});
		if (end === "suspended") return { code: end };
		const link = end === undefined ? account.links.find(id, this.#now()) : undefined;
		if (link?.claim === undefined || link.claim !== claim) return { code: "link_expired" };
		if (!link.isConfirmed) return { isWaiting: true };
		account.links.deleteAll();
		this.#signIns.register(session);
		account.devices.note(session, device);
		account.events.add("device_added", nameOf(device), device, this.#now());
		return { username: sessions.name ?? "" };
	}
}

/** For the log. A device that says nothing has no name. */
function nameOf({ browser, system }: Device): string | undefined {
	return [browser, system].filter((part) => part !== undefined).join(" · ") || undefined;
}

// How a guest keeps their account: by passkeys and recovery codes. Every change needs a session of theirs that holds, and leaves a
// line in the account's log. Must not know what a passkey signs.

import type { AccountEvent, Passkey } from "../../protocol/account/account.ts";
import { accountLimits } from "../../protocol/account/limits.ts";
import type { Refusal } from "../../protocol/refusal.ts";
import type { SignIns } from "../sign-ins.ts";
import type { IdentityObjects } from "./identities.ts";
import { Joining } from "./joining.ts";
import type { Challenge, Credential } from "./passkeys.ts";
import { type Asker, SecondDevices } from "./second-devices.ts";

export type Kept = { passkeys: Passkey[]; recoveryCodes: number };

export class Account {
	readonly devices: SecondDevices;
	readonly joining: Joining;
	readonly #signIns: SignIns;
	readonly #now: () => number;

	constructor(userId: string, signIns: SignIns, objects: IdentityObjects, now: () => number) {
		this.#signIns = signIns;
		this.#now = now;
		const refusalOf = (session: string) => this.refusalOf(session);
		this.devices = new SecondDevices(signIns, refusalOf, now);
		this.joining = new Joining({ userId, signIns, objects, refusalOf, now });
	}

	get #tables() {
		return this.#signIns.account;
	}

	get kept(): Kept {
		return { passkeys: this.#tables.passkeys.list(), recoveryCodes: this.#tables.codes.left };
	}

	get events(): AccountEvent[] {
		return this.#tables.events.list();
	}

	/** By what the person is an administrator, as `auth/administrators` reads it. A guest who has joined an identity is one only in a session of it. */
	administratorIn(session: string | undefined): string | undefined {
		const { isAccount, suspension } = this.#signIns;
		if (!isAccount) return suspension.administrator;
		return session === undefined ? undefined : this.#tables.identities.administratorIn(session);
	}

	get isAccount(): boolean {
		return this.#signIns.isAccount;
	}

	/** The session may add a passkey. The ids are those of the others. */
	mayAddPasskey(session: string): { ids: string[] } | Refusal {
		const refusal = this.refusalOf(session);
		if (refusal) return refusal;
		const ids = this.#tables.passkeys.list().map(({ id }) => id);
		return ids.length < accountLimits.passkeys ? { ids } : { code: "too_many" };
	}

	/** `codes`: hashes of recovery codes, which the first passkey brings. The first one needs more than an access token: `isProven`. */
	addPasskey(
		credential: Credential & { name: string },
		challenge: Challenge,
		person: { username: string; codes: readonly string[]; isProven: boolean },
		{ session, device }: Asker,
	): { passkey: Passkey; hasCodes: boolean } | Refusal {
		const { passkeys, codes, events } = this.#tables;
		const may = this.mayAddPasskey(session);
		if ("code" in may) return may;
		if (may.ids.length === 0 && !person.isProven) return { code: "forbidden" };
		if (passkeys.find(credential.id)) return { code: "conflict" };
		if (!passkeys.spendChallenge(challenge, this.#now())) return { code: "passkey_expired" };
		const isFirst = may.ids.length === 0;
		const { sessions } = this.#signIns;
		this.#signIns.adopt(session);
		if (sessions.name === undefined) sessions.saveName(person.username);
		const passkey = passkeys.add(credential, credential.name, this.#now());
		this.#tables.devices.prove(session, device, this.#now());
		if (isFirst) codes.replace(person.codes);
		events.add("passkey_added", passkey.name, device, this.#now());
		return { passkey, hasCodes: isFirst };
	}

	/** The passkey that somebody presents, and the person's name. `undefined` if it is not theirs, or no longer. */
	showPasskey(id: string): { credential: Credential; username: string } | undefined {
		const credential = this.#signIns.isSignedOut ? undefined : this.#tables.passkeys.find(id);
		return credential && { credential, username: this.#signIns.sessions.name ?? "" };
	}

	/** Its signature is verified. With `isConfirmation`, the session exists; otherwise it begins now. */
	acceptPasskey(
		{ id, counter }: { id: string; counter: number },
		challenge: Challenge,
		{ session, device }: Asker,
		isConfirmation: boolean,
	): Refusal | { isDone: true } {
		const { passkeys, devices, events } = this.#tables;
		const known = this.showPasskey(id)?.credential;
		if (!known) return { code: "passkey_unknown" };
		const refusal = this.#signIns.refusalOf({ session: isConfirmation ? session : undefined });
		if (refusal) return refusal;
		if (!passkeys.spendChallenge(challenge, this.#now())) return { code: "passkey_expired" };
		// Authenticators that do not count send 0. One that counted before and is behind now is a copy.
		if (counter <= known.counter && (counter > 0 || known.counter > 0)) {
			events.add("passkey_refused", passkeys.find(id)?.name, device, this.#now());
			return { code: "passkey_refused" };
		}
		passkeys.noteUse(id, counter, this.#now());
		if (!isConfirmation) this.#signIns.register(session);
		devices.prove(session, device, this.#now());
		return { isDone: true };
	}

	renamePasskey(id: string, name: string, asker: Asker): { passkey: Passkey } | Refusal {
		const refusal = this.refusalOf(asker.session);
		if (refusal) return refusal;
		const passkey = this.#tables.passkeys.rename(id, name);
		if (!passkey) return { code: "not_found" };
		this.#tables.events.add("passkey_renamed", name, asker.device, this.#now());
		return { passkey };
	}

	/** Without a passkey, recovery codes end too: the guest is like any other again. */
	removePasskey(id: string, { session, device }: Asker): { isDone: true } | Refusal {
		const { passkeys, codes, events } = this.#tables;
		const refusal = this.refusalOf(session);
		if (refusal) return refusal;
		const known = passkeys.find(id);
		if (!known) return { code: "not_found" };
		passkeys.remove(id);
		if (passkeys.count === 0) codes.deleteAll();
		events.add("passkey_removed", known.name, device, this.#now());
		return { isDone: true };
	}

	/** `hashes`: of the new codes. The former ones end. */
	replaceCodes(hashes: readonly string[], { session, device }: Asker): { isDone: true } | Refusal {
		const refusal = this.refusalOf(session);
		if (refusal) return refusal;
		if (this.#tables.passkeys.count === 0) return { code: "not_found" };
		this.#tables.codes.replace(hashes);
		this.#tables.events.add("recovery_codes_made", undefined, device, this.#now());
		return { isDone: true };
	}

	/** Begins a session by a recovery code, which is used up. */
	recover(hash: string, { session, device }: Asker): { username: string } | Refusal {
		const end = this.#signIns.endOf({});
		if (end === "suspended") return { code: end };
		if (end !== undefined || !this.#tables.codes.spend(hash)) return { code: "code_refused" };
		const { sessions } = this.#signIns;
		this.#signIns.register(session);
		this.#tables.devices.prove(session, device, this.#now());
		this.#tables.events.add("recovery_code_used", undefined, device, this.#now());
		return { username: sessions.name ?? "" };
	}

	/**
	 * Why a session may not change how the person signs in. Whoever has a passkey confirms with it first: a stolen access token must
	 * neither add the thief's passkey nor remove the owner's, and erase nothing.
	 */
	refusalOf(session: string): Refusal | undefined {
		const { passkeys, devices } = this.#tables;
		const refusal = this.#signIns.refusalOf({ session });
		if (refusal) return refusal;
		const isProved = (devices.provedAt(session) ?? Number.NEGATIVE_INFINITY) > this.#now() - accountLimits.proof;
		return passkeys.count === 0 || isProved ? undefined : { code: "confirm_first" };
	}
}

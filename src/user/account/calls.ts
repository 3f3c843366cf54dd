// What the Worker asks a person's object about their account, as RPC methods.

import { DurableObject } from "cloudflare:workers";
import type { Device } from "../../protocol/account/account.ts";
import type { Refusal } from "../../protocol/refusal.ts";
import type { Erased } from "../erasure.ts";
import type { Account } from "./account.ts";
import type { Vouched } from "./joining.ts";
import type { Challenge, Credential } from "./passkeys.ts";
import type { Asker } from "./second-devices.ts";

export abstract class AccountCalls extends DurableObject<Env> {
	protected abstract readonly account: Account;

	async kept() {
		return this.account.kept;
	}

	async accountEvents() {
		return this.account.events;
	}

	async mayAddPasskey(session: string) {
		return this.account.mayAddPasskey(session);
	}

	async addPasskey(
		credential: Credential & { name: string },
		challenge: Challenge,
		person: { username: string; codes: readonly string[]; isProven: boolean },
		asker: Asker,
	) {
		return this.account.addPasskey(credential, challenge, person, asker);
	}

	async showPasskey(id: string) {
		return this.account.showPasskey(id);
	}

	async acceptPasskey(used: { id: string; counter: number }, challenge: Challenge, asker: Asker, isConfirmation: boolean) {
		return this.account.acceptPasskey(used, challenge, asker, isConfirmation);
	}

	async renamePasskey(id: string, name: string, asker: Asker) {
		return this.account.renamePasskey(id, name, asker);
	}

	async removePasskey(id: string, asker: Asker) {
		return this.account.removePasskey(id, asker);
	}

	async replaceCodes(hashes: readonly string[], asker: Asker) {
		return this.account.replaceCodes(hashes, asker);
	}

	async devices(asker: Asker) {
		return this.account.devices.list(asker);
	}

	signOutThere(id: string, asker: Asker) {
		return this.account.devices.signOut(id, asker);
	}

	async makeDeviceLink(id: string, person: { username: string; isProven: boolean }, asker: Asker) {
		return this.account.devices.makeLink(id, person, asker);
	}

	async showDeviceLink(id: string) {
		return this.account.devices.showLink(id);
	}

	async openDeviceLink(id: string, claim: string, code: string, device: Device) {
		return this.account.devices.openLink(id, claim, code, device);
	}

	async confirmDeviceLink(id: string, asker: Asker) {
		return this.account.devices.confirmLink(id, asker);
	}

	async cancelDeviceLink(id: string) {
		return this.account.devices.cancelLink(id);
	}

	async finishDeviceLink(id: string, claim: string, asker: Asker) {
		return this.account.devices.finishLink(id, claim, asker);
	}

	async recover(hash: string, asker: Asker) {
		return this.account.recover(hash, asker);
	}

	async identities() {
		return this.account.joining.list();
	}

	async mayJoin(session: string, isProven: boolean) {
		return this.account.joining.mayJoin(session, isProven);
	}

	join(identity: Vouched, asker: Asker, next: string) {
		return this.account.joining.join(identity, asker, next);
	}

	beginJoined(identity: Vouched, asker: Asker) {
		return this.account.joining.begin(identity, asker);
	}

	removeIdentity(id: string, how: { hasPasskeys: boolean; isProven: boolean }, asker: Asker) {
		return this.account.joining.remove(id, how, asker);
	}

	/** This and the next two are for the object of an identity's own id. */
	claimIdentity(userId: string) {
		return this.account.joining.claim(userId);
	}

	async releaseIdentity(userId: string): Promise<void> {
		this.account.joining.release(userId);
	}

	async identityOwner(): Promise<string | undefined> {
		return this.account.joining.owner;
	}

	/** By what the person is an administrator. `session`: the one that asks. */
	async administrator(session?: string): Promise<string | undefined> {
		return this.account.administratorIn(session);
	}

	/** By which identities the person comes in, and by what they are an administrator in this session. */
	async vouchers(session?: string): Promise<{ identities: string[]; mark: string | undefined }> {
		const identities = this.account.joining.list().map(({ id }) => id);
		return { identities, mark: this.account.administratorIn(session) };
	}

	abstract erase(isGuest: boolean): Promise<Erased>;

	/** Erases the person for this session, which needs what a change of their passkeys needs. */
	async eraseFor(session: string, isGuest: boolean): Promise<Erased | Refusal> {
		return this.account.refusalOf(session) ?? this.erase(isGuest);
	}

	abstract signOut(keeps?: boolean): Promise<void>;

	/**
	 * Signs a guest out for good, for an administrator. No conversation is deleted by it: that takes two. Returns false for somebody who
	 * signs in with a provider since.
	 */
	async endGuest(): Promise<boolean> {
		if (this.account.isAccount) return false;
		await this.signOut(true);
		return true;
	}
}

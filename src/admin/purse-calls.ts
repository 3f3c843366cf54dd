// The calls about what people and the deployment may spend.

import type { PurseRecord } from "../protocol/admin/records.ts";
import { LegalCalls } from "./legal-calls.ts";
import { keyOf, type NewPurse, type PurseOwner } from "./purses.ts";

export abstract class PurseCalls extends LegalCalls {
	/** `isPending`: the purse could not be reached yet, and is tried again. */
	async setPurse(purse: NewPurse): Promise<{ purse: PurseRecord; isPending: boolean }> {
		this.open();
		const now = Date.now();
		this.knownPurses.set(purse, now);
		this.acts.add("limited", purse.by, purse.userId ?? purse.of, now);
		const isPending = await this.#passOn(purse);
		return { purse: this.knownPurses.find(purse, now) as PurseRecord, isPending };
	}

	/** False if nothing was set. */
	async deletePurse(owner: PurseOwner, by: string): Promise<boolean> {
		this.open();
		const isDeleted = this.knownPurses.delete(owner);
		if (isDeleted) this.acts.add("unlimited", by, owner.userId ?? owner.of, Date.now());
		await this.#passOn(owner);
		return isDeleted;
	}

	async #passOn(owner: PurseOwner): Promise<boolean> {
		const key = keyOf(owner);
		this.limiting.cancel(key);
		await this.limiting.enqueueAll([[key, undefined]]);
		await this.limiting.idle(key);
		return this.limiting.has(key);
	}

	async purse(owner: PurseOwner): Promise<PurseRecord | undefined> {
		return this.isOpen ? this.knownPurses.find(owner, Date.now()) : undefined;
	}

	async purses(limit: number): Promise<PurseRecord[]> {
		return this.isOpen ? this.knownPurses.list(Date.now(), limit) : [];
	}
}

// Tells the administration that the person is here, when they come to the deployment and their object is awake anyway. Nothing waits for
// it, and what is lost is told again with the next visit.

import { directoryName, type Report } from "../protocol/admin/records.ts";
import type { Store } from "./store.ts";

type Directory = {
	networks(): Promise<readonly object[]>;
	report(report: Report): Promise<void>;
	forget(userId: string): Promise<void>;
};

/** In ms. */
const tellsApart = 3600_000;
/** In ms: the store knows a full second. */
const precision = 999;

export class Presence {
	readonly #userId: string;
	readonly #store: Pick<Store, "knownSince">;
	/** One stub, so that calls arrive in their order. */
	readonly #directory: Directory;
	readonly #now: () => number;
	#told: { at: number; username: string; isAccount: boolean } | undefined;

	constructor(userId: string, store: Pick<Store, "knownSince">, directories: { getByName(name: string): Directory }, now: () => number) {
		this.#userId = userId;
		this.#store = store;
		this.#directory = directories.getByName(directoryName);
		this.#now = now;
	}

	/** The person has come under this name. `isAccount`: they came as a guest, and sign in with a provider since. */
	seen(username: string, isAccount = false): void {
		const now = this.#now();
		if (this.#told?.username === username && this.#told.isAccount === isAccount && now - this.#told.at < tellsApart) return;
		this.#told = { at: now, username, isAccount };
		const person = { userId: this.#userId, username, since: Math.min(now, (this.#store.knownSince ?? now) + precision), isAccount };
		void this.#directory.report({ people: [person] }).catch(() => {
			this.#told = undefined;
		});
	}

	/**
	 * True if an administrator may keep a guest from renewing their session by a banned network: then one alone would delete what only the
	 * guest is in. Which network they come from is not known here.
	 */
	async mayBeBanned(): Promise<boolean> {
		try {
			return (await this.#directory.networks()).length > 0;
		} catch (error) {
			console.warn("The banned networks could not be read: what only a guest is in is kept", error);
			return true;
		}
	}

	/** Rejects if the administration, or the purse that tells it of spending, cannot be reached. */
	async forget(): Promise<void> {
		this.#told = undefined;
		await this.#directory.forget(this.#userId);
	}
}

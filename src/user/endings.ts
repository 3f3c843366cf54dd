// Ends sign-ins, sessions and personal tokens in all of a person's conversations, and once more a moment later: a
// conversation may have admitted a socket just then.

import type { Alarm } from "../platform/alarm.ts";
import { recentlyEnded } from "./acts.ts";
import type { Act, Everywhere } from "./everywhere.ts";
import type { Sessions } from "./sessions.ts";
import type { Store } from "./store.ts";
import type { Tokens } from "./tokens.ts";

/** In ms. */
const againAfter = 2_000;

type Parts = {
	store: Pick<Store, "isSignedOut" | "conversationIds">;
	everywhere: Pick<Everywhere, "begin" | "isDone">;
	alarm: Pick<Alarm, "set">;
	tokens: () => Pick<Tokens, "revoked" | "delete">;
	sessions: () => Pick<Sessions, "endedSince">;
	isSuspended: () => boolean;
	now: () => number;
};

export class Endings {
	readonly #with: Parts;
	/** In ms. Not before that time is everything ended once more; at once if the object died meanwhile. */
	#againAt = 0;

	constructor(parts: Parts) {
		this.#with = parts;
	}

	/** What has ended is stored before this is called. */
	end(act: Exclude<Act, "rename">): Promise<void> {
		this.#againAt = this.#with.now() + againAfter;
		this.#with.alarm.set(this.#againAt);
		return this.#begin(act);
	}

	#begin(act: Act): Promise<void> {
		return this.#with.everywhere.begin(act, this.#with.store.conversationIds());
	}

	/** To be called by the alarm. */
	async endAgain(): Promise<void> {
		const { store, everywhere, tokens, sessions, isSuspended, now } = this.#with;
		if (now() < this.#againAt) return;
		if (isSuspended()) await this.#begin("suspend");
		if (store.isSignedOut) await this.#begin("sign-out");
		if (recentlyEnded(sessions(), now()).length > 0) await this.#begin("sessions");
		const revoked = tokens().revoked();
		if (revoked.length > 0) await this.#begin("tokens");
		// The jobs need them until then.
		if (everywhere.isDone("tokens")) tokens().delete(revoked);
	}
}

// The Durable Object of the deployment: keeps what a deployment makes for itself.

import { DurableObject } from "cloudflare:workers";
import { randomSecret } from "../protocol/random-id.ts";
import { makePushKeys } from "../push/keys.ts";
import type { PushKeys } from "../push-settings.ts";

/** The one object's name. */
export const deploymentName = "deployment";

/** Each is made when it is first asked for, and is the same ever after. */
export class DeploymentObject extends DurableObject<Env> {
	/** It leaves the object only when it is stored: one that was lost would sign everybody out. */
	async signingSecret(): Promise<string> {
		return this.#kept<string>("signing-secret") ?? this.#keep("signing-secret", randomSecret());
	}

	/** For web push. Other keys would end all subscriptions. */
	async pushKeys(): Promise<PushKeys> {
		const kept = this.#kept<PushKeys>("push-keys");
		if (kept) return kept;
		const made = await makePushKeys();
		// Somebody else may have asked meanwhile.
		return this.#kept<PushKeys>("push-keys") ?? this.#keep("push-keys", made);
	}

	#kept<T>(name: string): T | undefined {
		return this.ctx.storage.kv.get<T>(name);
	}

	#keep<T>(name: string, value: T): T {
		this.ctx.storage.kv.put(name, value);
		return value;
	}
}

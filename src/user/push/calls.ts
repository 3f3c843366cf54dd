// What the Worker and push endpoints ask a person's object about their devices, as RPC methods.

import { AccountCalls } from "../account/calls.ts";
import type { Push } from "./push.ts";
import type { PushDevice } from "./store.ts";

export abstract class PushCalls extends AccountCalls {
	protected abstract readonly push: Push;

	/** Adds or renews a device that was claimed for this person. Returns false if the sign-in has ended meanwhile. */
	async addDevice(device: PushDevice): Promise<boolean> {
		return this.push.add(device);
	}

	/** Without an id, all devices. */
	async removeDevice(id?: string): Promise<void> {
		this.push.remove(id);
	}
}

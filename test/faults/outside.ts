// The servers outside that objects ask: the push service, and receivers of webhooks.

import { vi } from "vitest";
import { FakeReceiver, fetchWith } from "../support/webhook-receiver.ts";
import { pushFetch } from "./push.ts";

const receivers: FakeReceiver[] = [];

/** From now on, requests to these servers reach them. */
export function openOutside(): void {
	const outside = globalThis.fetch;
	vi.spyOn(globalThis, "fetch").mockImplementation(fetchWith(receivers, pushFetch(outside)));
}

export function newReceiver(): FakeReceiver {
	const receiver = new FakeReceiver();
	receivers.push(receiver);
	return receiver;
}

// Requests what a client is missing while it is connected, until it has it.

import type { ServerEvent } from "../../../src/protocol/events.ts";
import type { Clock } from "./connection.ts";

type Options = {
	clock: Clock;
	isBehind(): boolean;
	/** Requests everything since the cursor again. */
	join(): void;
};

export class Resync {
	readonly #options: Options;

	constructor(options: Options) {
		this.#options = options;
	}

	request(): void {
		this.#options.join();
	}

	/** A request may have been refused as too fast. Such a refusal names no message. */
	receive(events: readonly ServerEvent[]): void {
		const { clock, isBehind } = this.#options;
		for (const event of events) {
			if (event.type !== "chat:error" || event.code !== "rate_limited" || event.retryAfterMs === undefined) continue;
			if (event.clientId !== undefined || event.messageId !== undefined || !isBehind()) continue;
			clock.after(event.retryAfterMs, () => isBehind() && this.request());
		}
	}
}

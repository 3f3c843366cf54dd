import { expect, it } from "vitest";
import { Resync } from "../../web/src/live/resync.ts";
import { conversationId, HandClock } from "./fakes.ts";

const tooFast = { type: "chat:error", conversationId, error: "", code: "rate_limited", retryAfterMs: 500 } as const;

it("what is missing is requested again once the server permits it, until it is there", () => {
	const clock = new HandClock();
	let requests = 0;
	let isBehind = true;
	const resync = new Resync({ clock, isBehind: () => isBehind, join: () => void requests++ });
	resync.request();
	resync.receive([tooFast]);
	clock.advance(499);
	expect(requests).toBe(1);
	clock.advance(1);
	expect(requests).toBe(2);
	// The refusal of a message is none of a request.
	resync.receive([{ ...tooFast, clientId: "k" }]);
	resync.receive([tooFast]);
	isBehind = false;
	clock.advance(1_000);
	expect(requests).toBe(2);
});

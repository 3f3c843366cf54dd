import { expect, it } from "vitest";
import { placeOfRelay, relayName, relayOf, relaysFor } from "../../src/relay/placement.ts";

it("needs one relay for few people, one more for each 5,000, and 30 at most", () => {
	expect([0, 1, 5_000, 5_001, 100_000, 10_000_000].map(relaysFor)).toEqual([1, 1, 1, 2, 20, 30]);
});

it("gives a person the same relay each time, and each relay about as many people", () => {
	const counts = new Array<number>(20).fill(0);
	for (let n = 0; n < 20_000; n++) {
		const relay = relayOf(`guest-${n}`, 20);
		expect(relayOf(`guest-${n}`, 20)).toBe(relay);
		counts[relay] = (counts[relay] as number) + 1;
	}
	expect(Math.min(...counts)).toBeGreaterThan(800);
	expect(Math.max(...counts)).toBeLessThan(1_200);
});

it("reads the conversation and the number back from a relay's name", () => {
	expect(placeOfRelay(relayName("a room: 7", 12))).toEqual({ conversationId: "a room: 7", relay: 12 });
});

import { expect, it } from "vitest";
import type { Delivery } from "../../src/conversation/relays/delivery.ts";
import { Sequence } from "../../src/relay/sequence.ts";

const item = { to: { userId: "ann" }, frame: "[]" };
const delivery = (number: number, { items = [item], feed = "one", before = "l.1.1", ...rest }: Partial<Delivery> = {}): Delivery => ({
	...{ feed, number, before, cursor: "l.2.2", items, closings: [] },
	...rest,
});

function at(number: number): Sequence {
	const sequence = new Sequence("l.1.1");
	sequence.moveTo({ feed: "one", number, cursor: "l.1.1" });
	return sequence;
}

it("takes the next delivery, passes over repeated ones, and notices what is missing", () => {
	expect(at(4).place(delivery(5))).toBe("next");
	expect(at(4).place(delivery(4))).toBe("repeat");
	expect(at(4).place(delivery(6))).toBe("behind");
});

it("notices by a delivery without items that the last one is missing", () => {
	expect(at(4).place(delivery(4, { items: [] }))).toBe("next");
	expect(at(4).place(delivery(3, { items: [] }))).toBe("repeat");
	expect(at(4).place(delivery(5, { items: [] }))).toBe("behind");
});

it("goes on with another feed, and after a sleep, where the cursor has stayed the same", () => {
	expect(at(4).place(delivery(1, { feed: "two" }))).toBe("next");
	expect(at(4).place(delivery(1, { feed: "two", before: "l.3.2" }))).toBe("behind");
	expect(new Sequence("l.1.1").place(delivery(9))).toBe("next");
	expect(new Sequence("l.1.1").place(delivery(9, { before: "other.1.1" }))).toBe("behind");
	expect(new Sequence(undefined).place(delivery(9))).toBe("behind");
});

it("trusts nothing after the conversation's death", () => {
	expect(at(4).place(delivery(5, { hasCrashed: true }))).toBe("behind");
});

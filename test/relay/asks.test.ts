import { expect, it } from "vitest";
import { Asks } from "../../src/relay/asks.ts";

const never = () => false;

it("asks for many at once, in the order in which they came", () => {
	const asks = new Asks<{ cursor?: string; n: number }>();
	for (let n = 0; n < 500; n++) asks.add({ n });
	const numbers = [1, 2, 3].flatMap(() => asks.take(0, never).map(({ newcomer }) => newcomer.n));
	expect(numbers).toEqual(Array.from({ length: 500 }, (_, n) => n));
	expect(asks.length).toBe(0);
});

it("asks no more than a few times a second", () => {
	const asks = new Asks<{ cursor?: string }>();
	expect(asks.dueAt(0)).toBe(Number.NEGATIVE_INFINITY);
	asks.take(1_000, never);
	expect(asks.dueAt(1_050)).toBe(1_100);
	// The clock was set back.
	expect(asks.dueAt(500)).toBe(600);
});

it("lets the conversation read for few cursors at once", () => {
	const asks = new Asks<{ cursor?: string }>();
	for (let n = 0; n < 100; n++) asks.add({ cursor: `l.${n % 50}.1` });
	const cursors = asks.take(0, () => true).map(({ newcomer }) => newcomer.cursor);
	expect(new Set(cursors).size).toBe(10);
	expect(asks.take(0, never)).toHaveLength(90);
});

it("refuses newcomers where too many wait, and takes those first that were put back", () => {
	const asks = new Asks<{ cursor?: string }>();
	while (asks.add({}));
	expect(asks.length).toBe(10_000);
	const [first] = asks.take(0, never);
	asks.putBack([(first as { newcomer: object }).newcomer]);
	expect(asks.take(0, never)[0]?.newcomer).toBe(first?.newcomer);
});

import { expect, it } from "vitest";
import { Inbox } from "../../../src/conversation/sockets/batch.ts";

function inboxWith(gap: number) {
	const clock = { now: 1_000 };
	const handled: string[][] = [];
	let heard = Promise.withResolvers<void>();
	const inbox = new Inbox<string>({
		handle: (items) => {
			handled.push(items);
			heard.resolve();
			heard = Promise.withResolvers();
		},
		gap: () => gap,
		now: () => clock.now,
	});
	return { inbox, clock, handled, next: () => heard.promise };
}

it("what comes while it is calm is handled at once", () => {
	const { inbox, handled, clock } = inboxWith(5);
	inbox.put("1");
	clock.now += 5;
	inbox.put("2");
	expect(handled).toEqual([["1"], ["2"]]);
});

it("what comes soon after is handled together, in order", async () => {
	const { inbox, handled, next } = inboxWith(5);
	inbox.put("1");
	const soon = next();
	inbox.put("2");
	inbox.put("3");
	expect(handled).toEqual([["1"]]);
	await soon;
	expect(handled).toEqual([["1"], ["2", "3"]]);
});

it("what waits can be had at once, and only once", async () => {
	const { inbox, handled, clock, next } = inboxWith(5);
	inbox.put("1");
	inbox.put("2");
	inbox.empty();
	inbox.empty();
	const soon = next();
	inbox.put("3");
	await soon;
	clock.now += 5;
	inbox.put("4");
	expect(handled).toEqual([["1"], ["2"], ["3"], ["4"]]);
});

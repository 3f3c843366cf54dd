import { describe, expect, it } from "vitest";
import { Fanout, type Wire } from "../../../src/conversation/sockets/fanout.ts";
import type { ServerEvent } from "../../../src/protocol/events.ts";
import { parseServerFrame } from "../../../src/protocol/frames.ts";
import type { Person } from "../../../src/protocol/person.ts";

const conversationId = "c";
const complete = (messageId: string): ServerEvent => ({ type: "chat:complete", conversationId, messageId });
const chunk = (text: string, offset: number): ServerEvent => ({
	type: "chat:streaming",
	conversationId,
	messageId: "m",
	chunk: text,
	offset,
	isComplete: false,
});

const thought = (text: string, offset: number): ServerEvent => ({
	type: "chat:thought",
	conversationId,
	messageId: "m",
	chunk: text,
	offset,
});

/** Keeps the frames it got; says when the next one comes. */
class TestWire implements Wire {
	readonly person: Person;
	readonly frames: string[] = [];
	open = true;
	expiresAt = Number.POSITIVE_INFINITY;
	#next: (() => void)[] = [];
	constructor(userId: string) {
		this.person = { userId, username: userId };
	}
	isOpen() {
		return this.open;
	}
	expire() {
		this.expired();
	}
	expired = () => {};
	send(frame: string) {
		this.frames.push(frame);
		for (const resolve of this.#next.splice(0)) resolve();
	}
	frame(): Promise<void> {
		return new Promise((resolve) => this.#next.push(resolve));
	}
	events() {
		return this.frames.map((frame) => parseServerFrame(frame));
	}
	renew() {}
	read() {}
	close() {}
}

function roomOf(count: number) {
	const clock = { now: 1_000_000 };
	const fanout = new Fanout<TestWire>(() => clock.now);
	const wires = Array.from({ length: count }, (_, n) => new TestWire(`u${n}`));
	for (const wire of wires) fanout.add(wire);
	return { clock, fanout, wires, wire: wires[0] as TestWire };
}

describe("frames", () => {
	it("in a calm room go at once", () => {
		const { fanout, wire } = roomOf(2);
		fanout.broadcast(complete("1"));
		fanout.broadcast(complete("2"));
		expect(wire.events()).toEqual([[complete("1")], [complete("2")]]);
	});

	it("in a busy one the first goes at once and the others together, in order, one encoding for all", async () => {
		const { fanout, wires, wire } = roomOf(100);
		const sent = wire.frame();
		fanout.broadcast(complete("1"));
		await sent;
		const next = wire.frame();
		fanout.broadcast(complete("2"));
		fanout.broadcast(complete("3"));
		expect(wire.frames).toHaveLength(1);
		await next;
		expect(wire.events()).toEqual([[complete("1")], [complete("2"), complete("3")]]);
		for (const other of wires) expect(other.frames).toEqual(wire.frames);
	});

	it("what waits goes before whoever comes next", () => {
		const { fanout, wire } = roomOf(100);
		fanout.broadcast(complete("1"));
		fanout.broadcast(complete("2"));
		fanout.flush();
		const late = new TestWire("late");
		fanout.add(late);
		expect(wire.frames).toHaveLength(2);
		fanout.flush();
		expect(late.frames).toEqual([]);
	});

	it("leave out whom an event is not for, whatever else goes with it", () => {
		const { fanout, wires } = roomOf(100);
		fanout.broadcast(complete("1"));
		fanout.broadcast(complete("2"), "u1");
		fanout.broadcast(complete("3"), "u2");
		fanout.flush();
		expect(wires.slice(0, 3).map((wire) => wire.events()[1])).toEqual([[complete("2"), complete("3")], [complete("3")], [complete("2")]]);
	});

	it("go to nobody who is closed, and to the others all the same", () => {
		const { fanout, wires } = roomOf(3);
		(wires[0] as TestWire).open = false;
		fanout.broadcast(complete("1"));
		expect(wires.map(({ frames }) => frames.length)).toEqual([0, 1, 1]);
	});

	it("who is found gone while sending is news for everybody after it, in the same order", () => {
		const { fanout, wires } = roomOf(3);
		const [, gone] = wires as [TestWire, TestWire, TestWire];
		gone.open = false;
		gone.expired = () => {
			fanout.delete(gone);
			fanout.broadcast(complete("gone"));
		};
		fanout.broadcast(complete("1"));
		expect(wires.map((wire) => wire.events().flat())).toEqual([[complete("1"), complete("gone")], [], [complete("1"), complete("gone")]]);
	});
});

describe("parts of a reply", () => {
	it("the first goes at once, those that follow within a moment become one", async () => {
		const { fanout, wire } = roomOf(1);
		fanout.broadcast(chunk("One", 0));
		const next = wire.frame();
		fanout.broadcast(chunk(" two", 3));
		fanout.broadcast(chunk(" three", 7));
		expect(wire.events()).toEqual([[chunk("One", 0)]]);
		await next;
		expect(wire.events()[1]).toEqual([chunk(" two three", 3)]);
	});

	it("come at most 20 times a second however fast they are", () => {
		const { fanout, wire, clock } = roomOf(1);
		for (let token = 0; token < 1000; token++) {
			fanout.broadcast(chunk("x", token));
			clock.now += 1;
		}
		fanout.flush();
		expect(wire.frames.length).toBeLessThanOrEqual(21);
		const chunks = wire
			.events()
			.flat()
			.map((event) => (event.type === "chat:streaming" ? event : undefined));
		expect(chunks.map((event) => event?.chunk).join("")).toBe("x".repeat(1000));
		expect(chunks.map((event) => event?.offset)).toEqual(
			chunks.map((_, n) => chunks.slice(0, n).reduce((sum, event) => sum + (event?.chunk.length ?? 0), 0)),
		);
	});

	it("do not run together with what is thought, which is gathered in the same way", () => {
		const { fanout, wire } = roomOf(1);
		fanout.broadcast(thought("Hm", 0));
		fanout.broadcast(thought(", well", 2));
		fanout.broadcast(thought(".", 8));
		fanout.broadcast(chunk("One", 0));
		fanout.broadcast(chunk(" two", 3));
		fanout.flush();
		expect(wire.events()).toEqual([[thought("Hm", 0)], [thought(", well.", 2), chunk("One two", 0)]]);
	});

	it("keep their place among what else is said", () => {
		const { fanout, wire } = roomOf(1);
		fanout.broadcast(chunk("One", 0));
		fanout.broadcast(chunk(" two", 3));
		fanout.broadcast(complete("other"));
		fanout.broadcast(chunk(" three", 7));
		fanout.flush();
		expect(wire.events().flat()).toEqual([chunk("One", 0), chunk(" two", 3), complete("other"), chunk(" three", 7)]);
	});
});

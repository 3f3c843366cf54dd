import { describe, expect, it } from "vitest";
import type { Requester } from "../../../src/conversation/ports.ts";
import { Batch } from "../../../src/conversation/sockets/batch.ts";
import { Fanout, type FanoutClient } from "../../../src/conversation/sockets/fanout.ts";
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

/** Keeps the frames it receives; `frame()` resolves with the next one. */
class TestClient implements FanoutClient {
	readonly person: Person;
	readonly requester: Requester;
	readonly frames: string[] = [];
	open = true;
	readsFrom = 1;
	expiresAt = Number.POSITIVE_INFINITY;
	#next: (() => void)[] = [];
	constructor(userId: string) {
		this.person = { userId, username: userId };
		this.requester = { userId };
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
	limitTo() {}
	renew() {}
	acknowledge() {}
	close() {}
}

function fanoutTo(count: number) {
	const clock = { now: 1_000_000 };
	const batch = new Batch();
	const fanout = new Fanout<TestClient>(batch, () => clock.now);
	const clients = Array.from({ length: count }, (_, n) => new TestClient(`u${n}`));
	for (const client of clients) fanout.add(client);
	return { clock, batch, fanout, clients, client: clients[0] as TestClient };
}

describe("frames", () => {
	it("go out at once in a calm conversation", () => {
		const { fanout, client } = fanoutTo(2);
		fanout.broadcast(complete("1"));
		fanout.broadcast(complete("2"));
		expect(client.events()).toEqual([[complete("1")], [complete("2")]]);
	});

	it("go out at once also if the clock was set back", () => {
		const { clock, fanout, client } = fanoutTo(2);
		fanout.broadcast(complete("1"));
		fanout.broadcast(chunk("a", 0));
		clock.now -= 3_600_000;
		fanout.broadcast(complete("2"));
		expect(client.events().flat()).toEqual([complete("1"), chunk("a", 0), complete("2")]);
	});

	it("with chunks wait no longer if the clock was set back", async () => {
		const { clock, fanout, client } = fanoutTo(2);
		fanout.broadcast(chunk("a", 0));
		clock.now -= 3_600_000;
		const next = client.frame();
		fanout.broadcast(chunk("b", 1));
		await next;
		expect(client.events()).toEqual([[chunk("a", 0)], [chunk("b", 1)]]);
	});

	it("are gathered after the first in a busy conversation, in order, with one encoding for all", async () => {
		const { fanout, clients, client } = fanoutTo(100);
		const sent = client.frame();
		fanout.broadcast(complete("1"));
		await sent;
		const next = client.frame();
		fanout.broadcast(complete("2"));
		fanout.broadcast(complete("3"));
		expect(client.frames).toHaveLength(1);
		await next;
		expect(client.events()).toEqual([[complete("1")], [complete("2"), complete("3")]]);
		for (const other of clients) expect(other.frames).toEqual(client.frames);
	});

	it("of one batch go out as one, once it is closed", () => {
		const { batch, fanout, client } = fanoutTo(2);
		batch.open();
		fanout.broadcast(complete("1"));
		fanout.broadcast(complete("2"));
		expect(client.frames).toEqual([]);
		batch.close(0);
		fanout.sendBatch();
		fanout.broadcast(complete("3"));
		expect(client.events()).toEqual([[complete("1"), complete("2")], [complete("3")]]);
	});

	it("that wait are not sent early by a batch without events", () => {
		const { batch, fanout, client } = fanoutTo(2);
		fanout.broadcast(chunk("a", 0));
		fanout.broadcast(chunk("b", 1));
		batch.open();
		batch.close(0);
		fanout.sendBatch();
		expect(client.events()).toEqual([[chunk("a", 0)]]);
	});

	it("that wait are not sent to a client that joins after them", () => {
		const { fanout, client } = fanoutTo(100);
		fanout.broadcast(complete("1"));
		fanout.broadcast(complete("2"));
		fanout.flush();
		const late = new TestClient("late");
		fanout.add(late);
		expect(client.frames).toHaveLength(2);
		fanout.flush();
		expect(late.frames).toEqual([]);
	});

	it("leave out the excepted user, whatever else they carry", () => {
		const { fanout, clients } = fanoutTo(100);
		fanout.broadcast(complete("1"));
		fanout.broadcast(complete("2"), "u1");
		fanout.broadcast(complete("3"), "u2");
		fanout.flush();
		expect(clients.slice(0, 3).map((client) => client.events()[1])).toEqual([
			[complete("2"), complete("3")],
			[complete("3")],
			[complete("2")],
		]);
	});

	it("skip closed clients and reach the others", () => {
		const { fanout, clients } = fanoutTo(3);
		(clients[0] as TestClient).open = false;
		fanout.broadcast(complete("1"));
		expect(clients.map(({ frames }) => frames.length)).toEqual([0, 1, 1]);
	});

	it("announce a client found gone while sending after the current events, in one order for all", () => {
		const { fanout, clients } = fanoutTo(3);
		const [, gone] = clients as [TestClient, TestClient, TestClient];
		gone.open = false;
		gone.expired = () => {
			fanout.delete(gone);
			fanout.broadcast(complete("gone"));
		};
		fanout.broadcast(complete("1"));
		expect(clients.map((client) => client.events().flat())).toEqual([
			[complete("1"), complete("gone")],
			[],
			[complete("1"), complete("gone")],
		]);
	});
});

describe("chunks of a reply", () => {
	it("merge into one after the first, which goes out at once", async () => {
		const { fanout, client } = fanoutTo(1);
		fanout.broadcast(chunk("One", 0));
		const next = client.frame();
		fanout.broadcast(chunk(" two", 3));
		fanout.broadcast(chunk(" three", 7));
		expect(client.events()).toEqual([[chunk("One", 0)]]);
		await next;
		expect(client.events()[1]).toEqual([chunk(" two three", 3)]);
	});

	it("go out at most 20 times a second at any speed", () => {
		const { fanout, client, clock } = fanoutTo(1);
		for (let token = 0; token < 1000; token++) {
			fanout.broadcast(chunk("x", token));
			clock.now += 1;
		}
		fanout.flush();
		expect(client.frames.length).toBeLessThanOrEqual(21);
		const chunks = client
			.events()
			.flat()
			.map((event) => (event.type === "chat:streaming" ? event : undefined));
		expect(chunks.map((event) => event?.chunk).join("")).toBe("x".repeat(1000));
		expect(chunks.map((event) => event?.offset)).toEqual(
			chunks.map((_, n) => chunks.slice(0, n).reduce((sum, event) => sum + (event?.chunk.length ?? 0), 0)),
		);
	});

	it("do not merge with thinking, which is gathered in the same way", () => {
		const { fanout, client } = fanoutTo(1);
		fanout.broadcast(thought("Hm", 0));
		fanout.broadcast(thought(", well", 2));
		fanout.broadcast(thought(".", 8));
		fanout.broadcast(chunk("One", 0));
		fanout.broadcast(chunk(" two", 3));
		fanout.flush();
		expect(client.events()).toEqual([[thought("Hm", 0)], [thought(", well.", 2), chunk("One two", 0)]]);
	});

	it("keep their place among other events", () => {
		const { fanout, client } = fanoutTo(1);
		fanout.broadcast(chunk("One", 0));
		fanout.broadcast(chunk(" two", 3));
		fanout.broadcast(complete("other"));
		fanout.broadcast(chunk(" three", 7));
		fanout.flush();
		expect(client.events().flat()).toEqual([chunk("One", 0), chunk(" two", 3), complete("other"), chunk(" three", 7)]);
	});
});

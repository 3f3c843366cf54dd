// Who is told of whom, around the number of people above which nobody is told by name any more.

import { describe, expect, it } from "vitest";
import type { ServerEvent } from "../../../src/protocol/events.ts";
import { limits } from "../../../src/protocol/limits.ts";
import { ann, inConversation, type TestClient, type TestConversation } from "../../support/conversation.ts";

const guest = (n: number) => ({ userId: `guest ${n}`, username: `Guest ${n}` });
const presence = ["chat:user-joined", "chat:user-left", "chat:presence"];

/** Ann and so many others are here. What they were told so far is forgotten. */
function crowd(conversation: TestConversation, people: number): { watching: TestClient; others: TestClient[] } {
	const watching = conversation.enter(ann);
	const others = Array.from({ length: people - 1 }, (_, n) => conversation.enter(guest(n)));
	watching.received.length = 0;
	return { watching, others };
}

const toldTo = ({ received }: TestClient) => received.splice(0).filter(({ type }) => presence.includes(type));

const nextPresence = ({ clients }: TestConversation) =>
	new Promise<void>((resolve) => {
		const { observe } = clients;
		clients.observe = (event: ServerEvent) => {
			observe(event);
			// It is broadcast after this.
			if (event.type === "chat:presence") queueMicrotask(resolve);
		};
	});

describe("a conversation of as many as are told by name", () => {
	it("names whoever comes and goes, and everybody to whoever joins", () =>
		inConversation((conversation) => {
			const { watching } = crowd(conversation, limits.participants - 1);
			const last = conversation.enter(guest(1000));
			const { participants, participantCount } = last.last("chat:joined");
			expect([participants.length, participantCount]).toEqual([limits.participants, undefined]);
			expect(toldTo(watching)).toMatchObject([{ type: "chat:user-joined", ...guest(1000) }]);
			conversation.rules.leave(last);
			expect(toldTo(watching)).toMatchObject([{ type: "chat:user-left", ...guest(1000) }]);
		}));
});

describe("a larger conversation", () => {
	it("says how many are here, and names the first ones and oneself to whoever joins", () =>
		inConversation((conversation) => {
			const { watching } = crowd(conversation, limits.participants);
			const last = conversation.enter(guest(1000));
			const { participants, participantCount } = last.last("chat:joined");
			expect([participants.length, participantCount]).toEqual([limits.participants, limits.participants + 1]);
			expect(participants.slice(0, 3)).toEqual([guest(1000), ann, guest(0)]);
			expect(toldTo(watching)).toEqual([
				{ type: "chat:presence", conversationId: conversation.store.info.id, participantCount: limits.participants + 1 },
			]);
			const second = conversation.enter(guest(1000));
			conversation.rules.leave(second);
			expect(toldTo(watching)).toEqual([]);
		}));

	it("tells many who come within a second as one number", () =>
		inConversation(async (conversation) => {
			const { watching } = crowd(conversation, limits.participants + 1);
			const told = nextPresence(conversation);
			for (let n = 0; n < 30; n++) conversation.enter(guest(1000 + n));
			expect(toldTo(watching)).toEqual([]);
			await told;
			expect(toldTo(watching)).toMatchObject([{ type: "chat:presence", participantCount: limits.participants + 31 }]);
		}));

	it("says the number soon also if the clock was set back", () =>
		inConversation(async (conversation) => {
			const { watching } = crowd(conversation, limits.participants + 1);
			const told = nextPresence(conversation);
			conversation.now -= 3_600_000;
			conversation.enter(guest(1000));
			await told;
			expect(toldTo(watching)).toMatchObject([{ type: "chat:presence", participantCount: limits.participants + 2 }]);
		}));

	it("names everybody again once they are few enough, and then whoever comes and goes", () =>
		inConversation(async (conversation) => {
			const { watching, others } = crowd(conversation, limits.participants + 2);
			// The last one who came.
			await nextPresence(conversation);
			toldTo(watching);
			conversation.now += limits.presenceInterval;
			conversation.rules.leave(others[0] as TestClient);
			conversation.now += limits.presenceInterval;
			conversation.rules.leave(others[1] as TestClient);
			conversation.rules.leave(others[2] as TestClient);
			const told = toldTo(watching);
			expect(told).toMatchObject([
				{ type: "chat:presence", participantCount: limits.participants + 1 },
				{ type: "chat:presence", participantCount: limits.participants },
				{ type: "chat:user-left", ...guest(2) },
			]);
			expect(told[0]).not.toHaveProperty("participants");
			const named = (told[1] as Extract<ServerEvent, { type: "chat:presence" }>).participants?.map(({ userId }) => userId);
			expect([named?.length, named?.includes(ann.userId), named?.includes(guest(1).userId)]).toEqual([limits.participants, true, false]);
		}));

	it("names everybody also where the last ones have left before the number was told", () =>
		inConversation(async (conversation) => {
			const { watching, others } = crowd(conversation, limits.participants + 1);
			const told = nextPresence(conversation);
			for (const one of others.slice(0, 11)) conversation.rules.leave(one);
			await told;
			const events = toldTo(watching);
			expect(events.slice(0, -1).map(({ type }) => type)).toEqual(Array(10).fill("chat:user-left"));
			const last = events.at(-1) as Extract<ServerEvent, { type: "chat:presence" }>;
			expect([last.participantCount, last.participants?.length]).toEqual([limits.participants - 10, limits.participants - 10]);
		}));
});

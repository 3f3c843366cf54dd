// What a Socket.IO client is told of who is connected, in a conversation that the test plays.

import { describe, expect, it } from "vitest";
import type { Outbound } from "../../../src/gateway/socketio/outbound.ts";
import { Room, type RoomState } from "../../../src/gateway/socketio/room.ts";
import { encodeFrame } from "../../../src/protocol/encode-frame.ts";
import type { ServerEvent } from "../../../src/protocol/events.ts";
import { at, joined } from "./fixtures.ts";

const [ann, bob, cay] = ["ann", "bob", "cay"].map((userId) => ({ userId, username: userId })) as [Person, Person, Person];
type Person = { userId: string; username: string };
type Here = { participants: Person[]; participantCount?: number };

/** Ann's room. Each socket that it opens brings one of these. */
function roomOf(opened: Here[], state?: Partial<RoomState>) {
	const told: ServerEvent[] = [];
	const sockets: WebSocket[] = [];
	const outbound = { emitEvent: (event: ServerEvent) => void told.push(event), acknowledge: () => {} } as unknown as Outbound;
	const left = [...opened];
	const all = Promise.withResolvers<void>();
	const owner = {
		person: ann,
		openSocket: async () => {
			const { 0: theirs, 1: ours } = new WebSocketPair();
			ours.accept();
			sockets.push(ours);
			ours.send(encodeFrame([{ ...joined([]), ...left.shift() }]));
			if (left.length === 0) all.resolve();
			return theirs;
		},
		roomEnded: () => {},
	};
	const room = new Room("here", owner, outbound, { pending: [], unsent: [], joins: [], ...state });
	room.start();
	return { room, told, sockets, all: all.promise };
}

const presenceIn = (told: ServerEvent[]) => told.filter(({ type }) => /presence|user-/.test(type));

describe("a client that returns", () => {
	it.each<[string, Here, object]>([
		["everybody who is here", { participants: [ann, bob] }, { participantCount: 2, participants: [ann, bob] }],
		["how many are here, if they are many", { participants: [ann, bob], participantCount: 250 }, { participantCount: 250 }],
	])("is told %s", async (_, here, expected) => {
		const { room, told } = roomOf([here], { progress: at("a.9.9") });
		expect(await room.recovered).toBe(true);
		expect(presenceIn(told)).toEqual([{ type: "chat:presence", conversationId: "here", ...expected }]);
		room.close();
	});
});

describe("a client that stays while the socket to its conversation breaks", () => {
	const toldOf = async (opened: Here[]) => {
		const { room, told, sockets, all } = roomOf(opened);
		await room.recovered;
		const before = told.length;
		sockets[0]?.close(1011);
		await all;
		await expect.poll(() => presenceIn(told.slice(before)).length).toBeGreaterThan(0);
		room.close();
		return presenceIn(told.slice(before));
	};

	it("is told who left and joined meanwhile", async () => {
		expect(await toldOf([{ participants: [ann, bob] }, { participants: [ann, cay] }])).toEqual([
			{ type: "chat:user-left", conversationId: "here", ...bob },
			{ type: "chat:user-joined", conversationId: "here", ...cay },
		]);
	});

	it("is told how many are here once they are many, and who they are once they are few", async () => {
		const many = { participants: [ann], participantCount: 250 };
		expect(await toldOf([{ participants: [ann, bob] }, many])).toEqual([
			{ type: "chat:presence", conversationId: "here", participantCount: 250 },
		]);
		expect(await toldOf([many, { participants: [ann, bob] }])).toEqual([
			{ type: "chat:presence", conversationId: "here", participantCount: 2, participants: [ann, bob] },
		]);
	});
});

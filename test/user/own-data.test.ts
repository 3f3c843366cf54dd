// The walk of an export through a person's conversations, and what a long conversation gives it, on real storage.

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { ownPiece } from "../../src/conversation/archive/own.ts";
import { OwnTraces } from "../../src/conversation/store/people/own.ts";
import { Store as ConversationStore } from "../../src/conversation/store/store.ts";
import type { Piece, PlaceInConversation, PlaceInExport } from "../../src/protocol/account/export.ts";
import { accountLimits } from "../../src/protocol/account/limits.ts";
import { isRefusal } from "../../src/protocol/refusal.ts";
import { OwnData } from "../../src/user/export/own-data.ts";
import { Store } from "../../src/user/store.ts";
import { ann, bob, inConversation } from "../support/conversation.ts";

type Line = { type: string; id?: string; records?: number };

const linesOf = (text: string): Line[] =>
	text
		.split("\n")
		.filter((line) => line !== "")
		.map((line) => JSON.parse(line) as Line);

it("reads each conversation once, a few at a time, and waits where one is busy", () =>
	runInDurableObject(env.USERS.getByName(crypto.randomUUID()), async (_object, { storage }) => {
		const store = new Store(storage);
		const ids = Array.from({ length: 2 * accountLimits.ownExport.calls + 5 }, (_, n) => `c${String(n).padStart(3, "0")}`);
		for (const id of ids) store.markEntered(id);
		const busy = new Set([ids[0], ids[60]]);
		const data = new OwnData({
			store,
			signIns: undefined as never,
			push: { devices: [] },
			erasure: { progress: undefined },
			read: async (id, place): Promise<Piece<PlaceInConversation> | { code: "rate_limited"; retryAfterMs: number }> => {
				if (busy.delete(id)) return { code: "rate_limited", retryAfterMs: 7 };
				const text = `${JSON.stringify({ type: place?.part ?? "conversation", id })}\n`;
				return { text, records: 1, ...(!place && { next: { part: "messages", after: 0 } }) };
			},
			now: () => 0,
		});
		let text = "";
		let refused = 0;
		let pieces = 0;
		for (let place: PlaceInExport | undefined = { after: "", records: 10, unreachable: 0 }; place; ) {
			const piece: Awaited<ReturnType<OwnData["conversations"]>> = await data.conversations(place, undefined);
			if (isRefusal(piece)) refused++;
			else {
				text += piece.text;
				pieces++;
				place = piece.next;
			}
		}
		const lines = linesOf(text);
		expect(lines.filter(({ type }) => type === "conversation").map(({ id }) => id)).toEqual(ids);
		expect(lines.filter(({ type }) => type === "messages").map(({ id }) => id)).toEqual(ids);
		expect(lines.at(-1)).toEqual({ type: "end", records: 10 + lines.length - 1, unreachable: 0 });
		// Of 50, 50, 20, 50 and 40 calls: one ends before the conversation that is busy.
		expect([refused, pieces]).toEqual([1, 5]);
	}));

it("finds in a long conversation what is theirs, in steps of bounded work, and hands out nothing twice", () =>
	inConversation((conversation, { storage }) => {
		const { now } = conversation;
		for (let n = 1; n <= 10; n++)
			conversation.store.log.addMessage(
				{ author: n % 2 === 0 ? bob : ann, content: `${n % 2 ? "Ann" : "Bob"} ${n}`, asksClaude: false },
				now,
			);
		for (let n = 0; n < 3; n++) {
			const { id } = conversation.store.asides.add(
				{ userId: "bob", clientId: `${n}`, after: 1, follows: undefined, question: `${n}` },
				now,
			);
			conversation.store.asides.finish(id, "x".repeat(accountLimits.ownPiece.length), { status: "complete" }, {});
		}
		// As if others had written a thousand between each two.
		storage.sql.exec("UPDATE messages SET seq = seq * 1000");
		const store = new ConversationStore(storage);
		const own = new OwnTraces(storage.sql, store.info.id, "bob");
		let [text, steps, most] = ["", 0, 0];
		let place: PlaceInConversation | undefined;
		do {
			const piece = ownPiece(store, own, "bob", place, now);
			text += piece.text;
			steps++;
			most = Math.max(most, piece.read);
			place = piece.next;
		} while (place);
		const lines = linesOf(text) as { type: string; seq?: number; question?: string; isMember?: boolean }[];
		expect(lines[0]).toEqual({ type: "conversation", id: store.info.id, isMember: false });
		expect(lines.filter(({ type }) => type === "message").map(({ seq }) => seq)).toEqual([2_000, 4_000, 6_000, 8_000, 10_000]);
		expect(lines.filter(({ type }) => type === "aside").map(({ question }) => question)).toEqual(["0", "1", "2"]);
		expect([steps, most, text.includes("Ann")]).toEqual([1 + 2 + 4 + 1, accountLimits.ownPiece.scanned, false]);
	}));

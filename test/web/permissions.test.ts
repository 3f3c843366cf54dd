import { describe, expect, it } from "vitest";
import { type Actor, allowedActions, canAskAgain, lastOwn } from "../../web/src/people/permissions.ts";
import { ann, bob, message, reply } from "./fakes.ts";

const actor = (given: Partial<Actor> = {}): Actor => ({
	userId: ann.userId,
	role: "member",
	isConnected: true,
	lastReplyId: "m9",
	...given,
});
const deletedAt = "2026-11-24T12:00:00.000Z";

describe("what a person may do with a message", () => {
	it.each<[what: string, message: ReturnType<typeof message>, actor: Actor, may: string]>([
		["own message", message(1), actor(), "delete edit pin react reply"],
		["message of another member", message(1, { author: bob }), actor(), "pin react reply"],
		["message of another member, for the owner", message(1, { author: bob }), actor({ role: "owner" }), "delete pin react reply"],
		["Claude's last reply", reply(9), actor(), "pin react regenerate reply"],
		["an earlier reply", reply(8), actor(), "pin react reply"],
		["own waiting question", message(10, { asksClaude: true }), actor({ runningSeq: 8 }), "delete edit pin react reply withdraw"],
		["own question that is being answered", message(7, { asksClaude: true }), actor({ runningSeq: 8 }), "delete edit pin react reply"],
		["waiting question of another", message(10, { asksClaude: true, author: bob }), actor({ runningSeq: 8 }), "pin react reply"],
		["own waiting question, for a reader", message(9, { asksClaude: true }), actor({ role: "reader", runningSeq: 8 }), "delete withdraw"],
		["streaming reply", reply(9, { status: "streaming" }), actor({ role: "owner" }), ""],
		["deleted message", message(1, { deletedAt }), actor({ role: "owner" }), ""],
		["without a connection", message(1), actor({ isConnected: false }), "reply"],
		["own message, for a reader", message(1), actor({ role: "reader" }), "delete"],
		["message of another member, for a reader", message(1, { author: bob }), actor({ role: "reader" }), ""],
		["before the role is known", message(1, { author: bob }), actor({ role: null }), ""],
	])("%s", (_what, message, actor, may) => expect([...allowedActions(message, actor)].sort().join(" ")).toBe(may));
});

describe("a question can be asked again", () => {
	const question = message(1);
	it.each([
		["once Claude has replied", [question, reply(2)], true],
		["not before", [question], false],
		["not while Claude is replying", [question, reply(2, { status: "streaming" })], false],
		["not after another question", [question, reply(2), message(3, { author: bob })], false],
		["not if the reply is deleted", [question, reply(2, { deletedAt })], false],
		["not if the last reply belongs to another question", [reply(0), question], false],
	])("%s", (_what, messages, can) => expect(canAskAgain(question, messages)).toBe(can));
});

describe("the person's last message", () => {
	it("is not a deleted one", () => {
		expect(lastOwn([message(1), message(2, { author: bob }), message(3, { deletedAt })], ann.userId)?.id).toBe("m1");
		expect(lastOwn([message(2, { author: bob })], ann.userId)).toBeUndefined();
	});
});

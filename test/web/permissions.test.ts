import { describe, expect, it } from "vitest";
import { canAskAgain, type Doer, lastOwn, mayDo } from "../../web/src/people/permissions.ts";
import { ann, bob, message, reply } from "./fakes.ts";

const doer = (given: Partial<Doer> = {}): Doer => ({ userId: ann.userId, role: "member", isConnected: true, lastReplyId: "m9", ...given });
const deletedAt = "2026-11-24T12:00:00.000Z";

describe("what a person may do with a message", () => {
	it.each<[what: string, message: ReturnType<typeof message>, doer: Doer, may: string]>([
		["own message", message(1), doer(), "delete edit react reply"],
		["message of another member", message(1, { author: bob }), doer(), "react reply"],
		["message of another member, for the owner", message(1, { author: bob }), doer({ role: "owner" }), "delete react reply"],
		["Claude's last reply", reply(9), doer(), "react regenerate reply"],
		["an earlier reply", reply(8), doer(), "react reply"],
		["streaming reply", reply(9, { status: "streaming" }), doer({ role: "owner" }), ""],
		["deleted message", message(1, { deletedAt }), doer({ role: "owner" }), ""],
		["without a connection", message(1), doer({ isConnected: false }), "reply"],
		["own message, for a reader", message(1), doer({ role: "reader" }), "delete"],
		["message of another member, for a reader", message(1, { author: bob }), doer({ role: "reader" }), ""],
		["before the role is known", message(1, { author: bob }), doer({ role: null }), ""],
	])("%s", (_what, message, doer, may) => expect([...mayDo(message, doer)].sort().join(" ")).toBe(may));
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

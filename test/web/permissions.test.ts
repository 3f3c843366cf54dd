import { describe, expect, it } from "vitest";
import { canAskAgain, type Doer, lastOwn, mayDo } from "../../web/src/people/permissions.ts";
import { ann, bob, message, reply } from "./fakes.ts";

const doer = (given: Partial<Doer> = {}): Doer => ({ userId: ann.userId, role: "member", isConnected: true, lastReplyId: "m9", ...given });
const deletedAt = "2026-11-24T12:00:00.000Z";

describe("what may be done with a message", () => {
	it.each<[what: string, message: ReturnType<typeof message>, doer: Doer, may: string]>([
		["one's own", message(1), doer(), "delete edit react reply"],
		["another's", message(1, { author: bob }), doer(), "react reply"],
		["another's, by the owner", message(1, { author: bob }), doer({ role: "owner" }), "delete react reply"],
		["Claude's last answer", reply(9), doer(), "react regenerate reply"],
		["an answer before that", reply(8), doer(), "react reply"],
		["one that is being written", reply(9, { status: "streaming" }), doer({ role: "owner" }), ""],
		["one that is deleted", message(1, { deletedAt }), doer({ role: "owner" }), ""],
		["without a connection", message(1), doer({ isConnected: false }), "reply"],
		["one's own, by a reader", message(1), doer({ role: "reader" }), "delete"],
		["another's, by a reader", message(1, { author: bob }), doer({ role: "reader" }), ""],
		["by whoever is not known yet", message(1, { author: bob }), doer({ role: null }), ""],
	])("%s", (_what, message, doer, may) => expect([...mayDo(message, doer)].sort().join(" ")).toBe(may));
});

describe("a question can be asked again", () => {
	const question = message(1);
	it.each([
		["once it is answered", [question, reply(2)], true],
		["though not before", [question], false],
		["nor while it is", [question, reply(2, { status: "streaming" })], false],
		["nor after another was asked", [question, reply(2), message(3, { author: bob })], false],
		["nor where the answer is deleted", [question, reply(2, { deletedAt })], false],
		["nor where the last answer was another's", [reply(0), question], false],
	])("%s", (_what, messages, can) => expect(canAskAgain(question, messages)).toBe(can));
});

describe("the last message of one's own", () => {
	it("is one that is still there", () => {
		expect(lastOwn([message(1), message(2, { author: bob }), message(3, { deletedAt })], ann.userId)?.id).toBe("m1");
		expect(lastOwn([message(2, { author: bob })], ann.userId)).toBeUndefined();
	});
});

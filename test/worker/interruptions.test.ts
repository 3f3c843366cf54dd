// Calls of objects that the platform could not finish: it replaced the object meanwhile, or the object has too much to do.

import { afterEach, expect, it, vi } from "vitest";
import { UserObject } from "../../src/user/object.ts";
import { expectLog } from "../support/log.ts";
import { call, tokenOf } from "../support/socket.ts";

afterEach(() => void vi.restoreAllMocks());

// The runtime marks its own errors so: it cannot be made to lose a connection between objects here.
it.each([
	["too much to do", { overloaded: true, retryable: true }, { status: 503, code: "unavailable", retryAfterMs: 10_000 }],
	["been replaced", { retryable: true }, { status: 503, code: "unavailable", retryAfterMs: 1_000 }],
	["failed by itself", {}, { status: 500, code: "internal", retryAfterMs: undefined }],
])("say when to ask again where the object has %s", async (_name, marks, expected) => {
	expectLog(/A request failed/);
	vi.spyOn(UserObject.prototype, "page").mockImplementation(async () => {
		throw Object.assign(new Error("broken on purpose"), marks);
	});
	const { status, body } = await call("GET", "/conversations", await tokenOf("ann"));
	const { code, retryAfterMs } = body.error;
	expect({ status, code, retryAfterMs }).toEqual(expected);
	expect(JSON.stringify(body)).not.toContain("broken");
});

// What an import makes of names that a file gives.

import { expect, it } from "vitest";
import { cleanRecord } from "../../../src/conversation/archive/cleaning.ts";
import type { RecordOf } from "../../../src/protocol/archive.ts";

it.each([
	["Plans 漢.pdf", "Plans 漢.pdf"],
	["../../etc/passwd", "passwd"],
	["C:\\Users\\ann\\Plans.pdf", "Plans.pdf"],
	["Plans\r\nX-Header: 1.pdf", "Plans X-Header: 1.pdf"],
	["..", "file"],
	["", "file"],
	["x".repeat(10_000), "file"],
])("gives a file a name that headers and paths may have: %j", (name, clean) => {
	const { files } = cleanRecord(messageWith(name), Date.now()) as RecordOf<"message">;
	expect(files).toEqual([{ id: "f1", name: clean, type: "text/plain", size: 1 }]);
});

it("takes halves of characters from the name of a file", () => {
	const { files } = cleanRecord(messageWith("Plans \ud800.pdf"), Date.now()) as RecordOf<"message">;
	expect(() => encodeURIComponent(files?.[0]?.name ?? "\ud800")).not.toThrow();
});

function messageWith(name: string): RecordOf<"message"> {
	return {
		type: "message",
		seq: 1,
		role: "user",
		author: { userId: "ann", username: "Ann" },
		content: "See",
		status: "complete",
		createdAt: "2026-11-28T12:00:00.000Z",
		files: [{ id: "f1", name, type: "text/plain", size: 1 }],
	} as RecordOf<"message">;
}

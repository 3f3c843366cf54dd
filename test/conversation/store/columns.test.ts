// Rows that earlier versions stored: what a server in Claude's place had sent may be in them.

import * as v from "valibot";
import { expect, it } from "vitest";
import { type MessageRow, messageOf, versionOf } from "../../../src/conversation/store/columns.ts";
import { emptyReading, readRecord } from "../../../src/protocol/archive.ts";
import { sha256 } from "../../../src/protocol/hash.ts";
import { messageSchema, versionSchema } from "../../../src/protocol/message.ts";

const row = (reply: object): MessageRow => ({
	seq: 1,
	id: "m1-x",
	role: "assistant",
	author_id: "claude",
	author_name: "Claude",
	program: null,
	content: "Hello",
	status: "complete",
	reason: null,
	client_id: null,
	asks: 0,
	born: 1,
	revision: 1,
	created_at: 0,
	reply: JSON.stringify(reply),
	reply_to: null,
	mentions: null,
	reactions: null,
	files: null,
	edited_at: null,
	deleted_at: null,
	pinned_by: null,
	pinned_at: null,
	versions: 0,
	asked_by: null,
	busy: null,
	declined_at: null,
	is_shared: 0,
});
const tokens = { input: 1, output: 2, cacheRead: 3, cacheWrite: 4 };

it.each([
	["a model that is null", { model: null, usage: tokens }, { usage: tokens }],
	["a broken number of tokens", { model: "m", usage: { ...tokens, input: 12.5 } }, { model: "m" }],
	["tokens as text", { usage: { ...tokens, output: "7" }, elapsedMs: 5 }, { elapsedMs: 5 }],
	["a cost that is no number", { model: "m", cost: { usd: "0.01" } }, { model: "m" }],
	["a cost that is negative", { model: "m", cost: { usd: -0.01, about: true } }, { model: "m" }],
	["a negative number", { usage: { ...tokens, input: -1 }, elapsedMs: -1 }, {}],
])("a stored reply with %s is read without it", (_what, stored, read) => {
	const message = messageOf(row(stored), "c");
	expect(v.is(messageSchema, message)).toBe(true);
	expect(message).toMatchObject({ content: "Hello", ...read });
	for (const field of Object.keys(stored)) if (!(field in read)) expect(message).not.toHaveProperty(field);
	expect(v.is(versionSchema, versionOf({ ...row(stored), version: 1 }))).toBe(true);
});

it("an export that contains such a reply can be imported", async () => {
	const first = {
		assistant: "auto",
		createdAt: "2026-11-24T12:00:00.000Z",
		exportedAt: "2026-11-24T12:00:00.000Z",
		id: "c",
		title: "",
		type: "conversation",
		version: 1,
	};
	const reply = {
		author: { userId: "claude", username: "Claude" },
		content: "Hello",
		createdAt: "2026-11-24T12:00:00.000Z",
		id: "m1-x",
		model: null,
		role: "assistant",
		seq: 1,
		status: "complete",
		type: "message",
	};
	let reading = emptyReading;
	const records: unknown[] = [];
	for (const fields of [first, reply]) {
		const hash = await sha256(reading.hash + JSON.stringify(fields));
		const read = await readRecord(JSON.stringify({ ...fields, hash }), reading);
		if (!read) throw new Error(`Not read: ${fields.type}`);
		reading = read.reading;
		records.push(read.record);
	}
	expect(records[1]).toMatchObject({ type: "message", content: "Hello" });
	expect(records[1]).not.toHaveProperty("model");
});

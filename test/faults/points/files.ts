// Fault points of imports, files and web push.

import { job, jobDone, message, type Point } from "../point.ts";

export const files: readonly Point[] = [
	// An import is nobody's until its last line.
	{ name: "an import, in its last part", action: "restore", object: "conversation", place: message, fault: "dies before", ends: "old" },
	{
		name: "an import, before it exists",
		action: "restore",
		object: "conversation",
		place: { statement: /^INSERT INTO conversation/ },
		fault: "fails",
		ends: "old",
	},
	{
		name: "an import, its last answer",
		action: "restore",
		object: "conversation",
		place: { call: "importLines" },
		fault: "answer is lost",
		ends: "new",
	},

	// A file is stored whole, then known to the conversation, then named by a message.
	{
		name: "a file, a part of its bytes",
		action: "attach",
		object: "files",
		place: { statement: /^INSERT INTO parts/ },
		fault: "dies before",
		ends: "old",
	},
	{
		name: "a file, after its bytes",
		action: "attach",
		object: "files",
		place: { statement: /^UPDATE files SET file/ },
		fault: "dies before",
		ends: "old",
	},
	{ name: "a file, its answer", action: "attach", object: "files", place: { call: "add" }, fault: "answer is lost", ends: "old" },
	{
		name: "a file, before the conversation knows it",
		action: "attach",
		object: "conversation",
		place: { statement: /^INSERT INTO files/ },
		fault: "dies before",
		ends: "old",
	},
	{ name: "the bytes of a deleted message", action: "remove", object: "files", place: { call: "drop" }, fault: "fails", ends: "new" },
	{
		name: "the bytes of a deleted message, the answer",
		action: "remove",
		object: "files",
		place: { call: "drop" },
		fault: "dies after",
		ends: "new",
	},
	{ name: "the job that deletes bytes", action: "remove", object: "conversation", place: job, fault: "dies before", ends: "old" },

	// Web push: a subscription has one owner, and a notification is sent until the push service has it.
	{
		name: "the owner of a subscription, the answer",
		action: "subscribed",
		object: "endpoint",
		place: { call: "claim" },
		fault: "answer is lost",
		ends: "old",
	},
	{
		name: "a subscription, its row",
		action: "subscribed",
		object: "bob",
		place: { statement: /^INSERT INTO push_devices/ },
		fault: "dies before",
		ends: "old",
	},
	{
		name: "a notification, before it is sent",
		action: "notify",
		object: "bob",
		place: job,
		fault: "dies after",
		ends: "new",
		isAlwaysRun: true,
	},
	{ name: "a notification, after it was sent", action: "notify", object: "bob", place: jobDone, fault: "dies before", ends: "new" },
];

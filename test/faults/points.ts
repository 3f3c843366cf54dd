// The fault points: the places of the write paths where something may break, in one table. It is also the documentation of these
// paths. `worker/faults.test.ts` lets each of them break in a real object, and asks the oracle what can be seen afterwards.

import type { Action } from "./actions.ts";
import type { Fault, Place } from "./fault.ts";

/**
 * `action`: what reaches it. `object`: the one that breaks, by its name in the action. `ends`: what stands when everything has come to
 * rest, before anybody repeats the action: the state before it or after it. `wokenBy`: a dead object has left something that no alarm
 * takes up. `isAlwaysRun`: `npm test` runs it, too.
 */
export type Point = {
	name: string;
	action: Action;
	object: string;
	place: Place;
	fault: Fault;
	ends: "old" | "new";
	wokenBy?: "a visit";
	isAlwaysRun?: true;
};

const message = { statement: /^INSERT INTO messages/ };
const reply = { ...message, value: "assistant" };
const change = { statement: /^UPDATE messages SET/ };
const checkpoint = { statement: /^UPDATE messages SET content = \?, reply = / };
const replyEnd = { statement: /^UPDATE messages SET content = \?, status = / };
const job = { statement: /^INSERT INTO jobs/ };
const jobDone = { statement: /^DELETE FROM jobs/ };

export const points: readonly Point[] = [
	// The log: one message is a row, its words and its mentions.
	{ name: "a message is refused by the storage", action: "send", object: "conversation", place: message, fault: "fails", ends: "old" },
	{
		name: "the words of a message",
		action: "send",
		object: "conversation",
		place: { statement: /INTO words/ },
		fault: "fails",
		ends: "old",
	},
	{ name: "a message, before its row", action: "send", object: "conversation", place: message, fault: "dies before", ends: "old" },
	{
		name: "a message, between its row and its words",
		action: "send",
		object: "conversation",
		place: { statement: /INTO words/ },
		fault: "dies before",
		ends: "old",
		isAlwaysRun: true,
	},
	{
		name: "a message, before it is acknowledged",
		action: "send",
		object: "conversation",
		place: message,
		fault: "dies after",
		ends: "new",
	},
	{ name: "a message, its acknowledgement", action: "send", object: "conversation", place: message, fault: "answer is lost", ends: "new" },
	{ name: "an edit, before its row", action: "edit", object: "conversation", place: change, fault: "dies before", ends: "old" },
	{
		name: "an edit, the index of its words",
		action: "edit",
		object: "conversation",
		place: { statement: /INTO words/ },
		fault: "fails",
		ends: "old",
	},
	{ name: "an edit, before it is acknowledged", action: "edit", object: "conversation", place: change, fault: "dies after", ends: "new" },

	// A reply: it begins and ends together with its payment, and its text is stored on the way.
	{ name: "a reply, before it begins", action: "ask", object: "conversation", place: reply, fault: "dies before", ends: "new" },
	{ name: "a reply, after it has begun", action: "ask", object: "conversation", place: reply, fault: "dies after", ends: "new" },
	{
		name: "a reply, before its text is stored",
		action: "ask",
		object: "conversation",
		place: checkpoint,
		fault: "dies before",
		ends: "new",
	},
	{ name: "a reply, after its text is stored", action: "ask", object: "conversation", place: checkpoint, fault: "dies after", ends: "new" },
	{
		name: "a reply, before its end",
		action: "ask",
		object: "conversation",
		place: replyEnd,
		fault: "dies before",
		ends: "new",
		isAlwaysRun: true,
	},
	{ name: "a reply, after its end", action: "ask", object: "conversation", place: replyEnd, fault: "dies after", ends: "new" },

	// The ledger: money is reserved in purses, and charged to them once.
	{ name: "a reservation", action: "ask", object: "purse", place: { call: "reserve" }, fault: "fails", ends: "new" },
	{ name: "a reservation, its answer", action: "ask", object: "purse", place: { call: "reserve" }, fault: "answer is lost", ends: "new" },
	{ name: "a charge", action: "ask", object: "purse", place: { call: "settle" }, fault: "fails", ends: "new" },
	{ name: "a charge, in its purse", action: "ask", object: "purse", place: { call: "settle" }, fault: "dies after", ends: "new" },
	{
		name: "a charge, its answer",
		action: "ask",
		object: "purse",
		place: { call: "settle" },
		fault: "answer is lost",
		ends: "new",
		isAlwaysRun: true,
	},
	{
		name: "a charge, after it has arrived",
		action: "ask",
		object: "conversation",
		place: { statement: /^DELETE FROM payments/ },
		fault: "dies before",
		ends: "new",
	},

	// The lists of members are told what is new.
	{ name: "a delivery to a list", action: "send", object: "bob", place: { call: "updateEntry" }, fault: "fails", ends: "new" },
	{
		name: "a delivery to a list, in its row",
		action: "send",
		object: "bob",
		place: { statement: /^UPDATE conversations SET/ },
		fault: "dies before",
		ends: "new",
	},
	{
		name: "a delivery to a list, its answer",
		action: "send",
		object: "bob",
		place: { call: "updateEntry" },
		fault: "answer is lost",
		ends: "new",
	},

	// Memberships begin and end, and lists with them.
	{
		name: "an invitation, before the membership",
		action: "accept",
		object: "conversation",
		place: { statement: /^INSERT INTO members/ },
		fault: "dies before",
		ends: "old",
	},
	{
		name: "an invitation, the count of its uses",
		action: "accept",
		object: "conversation",
		place: { statement: /^UPDATE invites SET uses/ },
		fault: "fails",
		ends: "old",
		isAlwaysRun: true,
	},
	{
		name: "an invitation, its answer",
		action: "accept",
		object: "conversation",
		place: { call: "accept" },
		fault: "answer is lost",
		ends: "new",
	},
	{
		name: "a removal, before the membership ends",
		action: "expel",
		object: "conversation",
		place: { statement: /^DELETE FROM members/ },
		fault: "dies before",
		ends: "old",
	},
	{
		name: "a removal, the bar to coming back",
		action: "expel",
		object: "conversation",
		place: { statement: /^INSERT INTO removed/ },
		fault: "fails",
		ends: "old",
		isAlwaysRun: true,
	},
	{
		name: "a removal, its entry in the audit",
		action: "expel",
		object: "conversation",
		place: { statement: /^INSERT INTO audit/ },
		fault: "fails",
		ends: "old",
	},
	{
		name: "a removal, before the list is told",
		action: "expel",
		object: "conversation",
		place: job,
		fault: "dies after",
		ends: "new",
		wokenBy: "a visit",
	},
	{ name: "a removal, from the list", action: "expel", object: "bob", place: { call: "removeEntry" }, fault: "fails", ends: "new" },
	{
		name: "a removal, from the list, its answer",
		action: "expel",
		object: "bob",
		place: { call: "removeEntry" },
		fault: "answer is lost",
		ends: "new",
	},
	{
		name: "a deletion, before it is marked",
		action: "end",
		object: "conversation",
		place: { statement: /^UPDATE conversation SET deleted_at/ },
		fault: "dies before",
		ends: "old",
	},
	{
		name: "a deletion, once it is marked",
		action: "end",
		object: "conversation",
		place: { statement: /^UPDATE conversation SET deleted_at/ },
		fault: "dies after",
		ends: "new",
	},
	{ name: "a deletion, from a list", action: "end", object: "bob", place: { call: "removeEntry" }, fault: "dies after", ends: "new" },
	{
		name: "a deletion, before its tombstone",
		action: "end",
		object: "conversation",
		place: { statement: /^CREATE TABLE deleted/ },
		fault: "dies before",
		ends: "new",
	},

	// An erasure goes from conversation to conversation.
	{ name: "an erasure, before it is stored", action: "erase", object: "bob", place: job, fault: "dies before", ends: "old" },
	{ name: "an erasure, once it is stored", action: "erase", object: "bob", place: job, fault: "dies after", ends: "new" },
	{
		name: "an erasure, in a conversation",
		action: "erase",
		object: "conversation",
		place: change,
		fault: "dies before",
		ends: "new",
		isAlwaysRun: true,
	},
	{
		name: "an erasure, a statement in a conversation",
		action: "erase",
		object: "conversation",
		place: change,
		fault: "fails",
		ends: "new",
	},
	{
		name: "an erasure, the answer of a conversation",
		action: "erase",
		object: "conversation",
		place: { call: "erase" },
		fault: "answer is lost",
		ends: "new",
	},

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

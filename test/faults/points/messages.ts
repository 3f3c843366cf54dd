// Fault points of messages, replies, what they cost, and the lists that are told.

import { change, checkpoint, message, type Point, reply, replyEnd } from "../point.ts";

export const messages: readonly Point[] = [
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
];

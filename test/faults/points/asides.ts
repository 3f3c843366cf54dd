// Fault points of private questions.

import { message, type Point } from "../point.ts";

const asideEnd = { statement: /^UPDATE asides SET content = \?, status = / };

export const asides: readonly Point[] = [
	// A question is a row, and its answer is stored in it. It is paid for like a reply, and not taken up where it broke off.
	{
		name: "a private question, before its row",
		action: "askPrivately",
		object: "conversation",
		place: { statement: /^INSERT INTO asides/ },
		fault: "dies before",
		ends: "old",
	},
	{
		name: "a private question, before it is acknowledged",
		action: "askPrivately",
		object: "conversation",
		place: { statement: /^INSERT INTO asides/ },
		fault: "dies after",
		ends: "new",
	},
	{
		name: "a private question, before the oldest ones go",
		action: "askPrivately",
		object: "conversation",
		place: { statement: /^DELETE FROM asides WHERE n IN/ },
		fault: "fails",
		ends: "old",
	},
	{
		name: "a private question, the answer about its reservation",
		action: "askPrivately",
		object: "purse",
		place: { call: "reserve" },
		fault: "answer is lost",
		ends: "new",
	},
	{
		name: "a private answer, before its end",
		action: "askPrivately",
		object: "conversation",
		place: asideEnd,
		fault: "dies before",
		ends: "new",
	},
	{ name: "a private answer, its end", action: "askPrivately", object: "conversation", place: asideEnd, fault: "fails", ends: "new" },
	{
		name: "a private answer, its charge",
		action: "askPrivately",
		object: "purse",
		place: { call: "settle" },
		fault: "dies after",
		ends: "new",
	},

	// What is shared is no longer private.
	{
		name: "a shared answer, between its question and itself",
		action: "share",
		object: "conversation",
		place: { ...message, value: "assistant" },
		fault: "fails",
		ends: "old",
	},
	{
		name: "a shared answer, before it is not private any more",
		action: "share",
		object: "conversation",
		place: { statement: /^DELETE FROM asides WHERE id/ },
		fault: "fails",
		ends: "old",
	},
	{
		name: "a shared answer, before it is acknowledged",
		action: "share",
		object: "conversation",
		place: message,
		fault: "dies after",
		ends: "new",
		wokenBy: "a visit",
	},
	{
		name: "the end of a private question",
		action: "removeAside",
		object: "conversation",
		place: { statement: /^DELETE FROM asides WHERE id/ },
		fault: "dies before",
		ends: "old",
	},
];

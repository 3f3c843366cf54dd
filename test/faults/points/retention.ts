// Fault points of how long a conversation keeps its messages.

import type { Point } from "../point.ts";

const inForce = { statement: /INTO set_days/ };

export const retention: readonly Point[] = [
	// What is asked for, and what is noted of it, are one step.
	{
		name: "a shorter time to keep messages, its row",
		action: "askToShorten",
		object: "directory",
		place: { statement: /INTO shortenings/ },
		fault: "dies before",
		ends: "old",
	},
	{
		name: "a shorter time to keep messages, its entry in the audit",
		action: "askToShorten",
		object: "directory",
		place: { statement: /^INSERT INTO audit/, value: "requested" },
		fault: "fails",
		ends: "old",
	},
	{
		name: "a shorter time to keep messages that is taken back, its entry in the audit",
		action: "keepAsBefore",
		object: "directory",
		place: { statement: /^INSERT INTO audit/, value: "withdrawn" },
		fault: "fails",
		ends: "old",
	},

	// It is noted first. What was asked for stays until the conversation has answered, so that it can be confirmed again.
	{
		name: "a shorter time that is confirmed, its entry in the audit",
		action: "shorten",
		object: "directory",
		place: { statement: /^INSERT INTO audit/, value: "retained" },
		fault: "fails",
		ends: "old",
	},
	{
		name: "a shorter time that is confirmed, once it is noted",
		action: "shorten",
		object: "directory",
		place: { statement: /^INSERT INTO audit/, value: "retained" },
		fault: "dies after",
		ends: "old",
	},
	{
		name: "a shorter time that is confirmed, in its conversation",
		action: "shorten",
		object: "conversation",
		place: inForce,
		fault: "fails",
		ends: "old",
	},
	{
		name: "a shorter time that is confirmed, before its conversation answers",
		action: "shorten",
		object: "conversation",
		place: inForce,
		fault: "dies after",
		ends: "new",
	},
	{
		name: "a shorter time that is confirmed, before what was asked for goes",
		action: "shorten",
		object: "directory",
		place: { statement: /^DELETE FROM shortenings WHERE conversation_id/ },
		fault: "dies before",
		ends: "new",
	},
];

// Fault points of legal requests.

import { job, type Point } from "../point.ts";

export const legal: readonly Point[] = [
	// A request and what is noted of it are one step.
	{
		name: "a legal request, its row",
		action: "requestHold",
		object: "directory",
		place: { statement: /^INSERT INTO requests/ },
		fault: "fails",
		ends: "old",
	},
	{
		name: "a legal request that is taken back, its entry in the audit",
		action: "withdrawHold",
		object: "directory",
		place: { statement: /^INSERT INTO audit/, value: "withdrawn" },
		fault: "fails",
		ends: "old",
	},

	// What is confirmed is carried out, however long it takes.
	{
		name: "a legal hold, between its confirmation and the hold",
		action: "hold",
		object: "directory",
		place: { statement: /INTO holds/ },
		fault: "fails",
		ends: "old",
	},
	{ name: "a legal hold, before it is passed on", action: "hold", object: "directory", place: job, fault: "dies after", ends: "new" },
	{ name: "a legal hold, passed on", action: "hold", object: "conversation", place: { call: "forDeployer" }, fault: "fails", ends: "new" },
	{
		name: "a legal hold, in its conversation",
		action: "hold",
		object: "conversation",
		place: { statement: /^INSERT INTO audit/, value: "held" },
		fault: "fails",
		ends: "new",
	},
	{
		name: "the end of a legal hold, in its conversation",
		action: "releaseHold",
		object: "conversation",
		place: { statement: /^INSERT INTO audit/, value: "released" },
		fault: "dies before",
		ends: "new",
	},
	{
		name: "a deletion by order, once it is marked",
		action: "deleteByOrder",
		object: "conversation",
		place: { statement: /^UPDATE conversation SET deleted_at/ },
		fault: "dies after",
		ends: "new",
	},
];

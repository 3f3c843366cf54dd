// Fault points of forks.

import { message, type Point } from "../point.ts";

export const forks: readonly Point[] = [
	// A fork is an import of what its owner may read. Until its last piece it is nobody's.
	{
		name: "a fork, in the conversation that is copied",
		action: "fork",
		object: "conversation",
		place: { statement: /^INSERT INTO audit/ },
		fault: "dies before",
		ends: "old",
	},
	{ name: "a fork, who is found by erasures", action: "fork", object: "fork", place: { call: "register" }, fault: "fails", ends: "old" },
	{ name: "a fork, its files", action: "fork", object: "forkFiles", place: { call: "copyFrom" }, fault: "answer is lost", ends: "old" },
	{ name: "a fork, in its last piece", action: "fork", object: "fork", place: message, fault: "dies before", ends: "old" },
	{
		name: "a fork, once it exists",
		action: "fork",
		object: "fork",
		place: { statement: /^INSERT INTO conversation / },
		fault: "dies after",
		ends: "new",
	},
	{ name: "a fork, in its owner's list", action: "fork", object: "ann", place: { call: "updateEntry" }, fault: "fails", ends: "new" },
];

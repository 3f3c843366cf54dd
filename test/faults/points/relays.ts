// Fault points of relays.

import { message, type Point } from "../point.ts";

const deliver = { call: "deliver" };

export const relays: readonly Point[] = [
	// What happens is delivered to relays, and a relay that has missed something asks again.
	{ name: "a delivery to a relay", action: "hearAtRelay", object: "relay", place: deliver, fault: "fails", ends: "new" },
	{
		name: "a delivery to a relay, at the relay",
		action: "hearAtRelay",
		object: "relay",
		place: deliver,
		fault: "dies before",
		ends: "new",
	},
	{
		name: "a delivery to a relay, its answer",
		action: "hearAtRelay",
		object: "relay",
		place: deliver,
		fault: "answer is lost",
		ends: "new",
	},
	{
		name: "a message, before relays have it",
		action: "hearAtRelay",
		object: "conversation",
		place: message,
		fault: "dies after",
		ends: "new",
	},

	// A relay asks who may enter, and passes on what its sockets send.
	{ name: "the question of a relay", action: "sayAtRelay", object: "conversation", place: { call: "admit" }, fault: "fails", ends: "new" },
	{
		name: "the question of a relay, stored",
		action: "sayAtRelay",
		object: "conversation",
		place: { statement: /INTO relays / },
		fault: "dies after",
		ends: "new",
	},
	{
		name: "what a relay passes on, its answer",
		action: "sayAtRelay",
		object: "conversation",
		place: { call: "take" },
		fault: "answer is lost",
		ends: "new",
	},

	// Whoever loses access loses it at relays.
	{
		name: "a removal, what relays owe",
		action: "expelFromRelay",
		object: "conversation",
		place: { statement: /^INSERT INTO relay_closings/ },
		fault: "dies after",
		ends: "new",
	},
	{ name: "a removal, at a relay", action: "expelFromRelay", object: "relay", place: deliver, fault: "fails", ends: "new" },
	{
		name: "a removal, at a relay, its answer",
		action: "expelFromRelay",
		object: "relay",
		place: deliver,
		fault: "answer is lost",
		ends: "new",
	},
];

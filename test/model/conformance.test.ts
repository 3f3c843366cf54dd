// Checks the model against the code: replays paths of the model on the real rules and real object storage, and compares what can be
// observed after each step.

import { describe, expect, it } from "vitest";
import { inConversation } from "../support/conversation.ts";
import { allowLog } from "../support/log.ts";
import { type Action, actions, next } from "./actions.ts";
import { Replay, seenOf } from "./replay.ts";
import { keyOf, start, stateOf, type World } from "./state.ts";
import { pathTo, walk } from "./walk.ts";

allowLog(/SQLITE_FULL/, /This purse cannot be reached/, /Claude failed/, /asked again/);

const worlds = [
	["paid for", { isPaid: true }],
	["not paid for", { isPaid: false }],
] as const;
const [mostStates, paths, seed] = [2_500, 60, 18];

/** An even sample of all paths, with at least one path for each action. */
function pathsOf(world: World): Action[][] {
	const { states } = walk(world, { most: mostStates });
	const all = [...states.keys()].map((key) => pathTo(key, states)).filter((path) => isReplayable(path, world));
	const step = Math.max(1, Math.floor(all.length / paths));
	const some = all.filter((_, n) => n % step === seed % step);
	const isIn = (action: Action) => (path: readonly Action[]) => path.includes(action);
	for (const action of actions) if (!some.some(isIn(action))) some.push(...all.filter(isIn(action)).slice(0, 1));
	return some;
}

/** Leaves out checkpoints by a timer, which the model lacks, and more than three messages of one person at once. */
function isReplayable(path: readonly Action[], world: World): boolean {
	if (
		path.filter((action) => /^Ann (asks|has)/.test(action)).length > 3 ||
		path.filter((action) => /^Bob (asks|steers)/.test(action)).length > 3
	)
		return false;
	let key = keyOf(start);
	for (const action of path) {
		const { running } = stateOf(key).memory ?? {};
		if (action === "the alarm fires" && running?.hasRequest && running.text > running.savedLength) return false;
		key = next(key, action, world);
	}
	return true;
}

async function replay(path: readonly Action[], world: World): Promise<void> {
	await inConversation(async (conversation, state) => {
		const real = new Replay(conversation, state, world);
		let key = keyOf(start);
		for (const [n, action] of path.entries()) {
			await real.do(action, stateOf(key));
			key = next(key, action, world);
			expect(real.seen(stateOf(key).isHeld), `${path.slice(0, n + 1).join(", ")}`).toEqual(seenOf(key));
		}
		await real.do("the storage has room", stateOf(key));
	});
}

/** Bugs that the model has found: each of these paths ended differently before its bug was fixed. */
const found: [string, boolean, Action[]][] = [
	[
		"has an alarm while purses are asked again",
		true,
		["Ann asks", "purses are busy", "the alarm fires", "the object dies", "the alarm fires"],
	],
	[
		"has an alarm while it waits for slow purses",
		true,
		["Ann asks", "the alarm fires", "the object dies", "the alarm fires", "purses grant"],
	],
	[
		"is resumed after it broke off in a full storage",
		false,
		["Ann asks", "the storage is full", "the stream breaks", "the storage has room", "the alarm fires", "Claude ends"],
	],
	[
		"is not overtaken after it could not end in a full storage",
		false,
		["Ann asks", "the storage is full", "Claude ends", "the storage has room", "Bob asks", "the alarm fires", "Claude ends"],
	],
	[
		"can be stopped once there is room, after a stop in a full storage",
		true,
		["Ann asks", "purses grant", "the storage is full", "Ann stops it", "the storage has room", "Ann stops it"],
	],
	[
		"releases what purses granted in a full storage",
		true,
		["Ann asks", "the storage is full", "purses grant", "the storage has room", "Bob asks", "purses are empty"],
	],
	[
		"releases what purses granted for a question that was taken back",
		true,
		["Ann asks", "the storage is full", "purses grant", "the storage has room", "Ann takes her question back", "the alarm fires"],
	],
	["releases what purses granted to a person who was erased", true, ["Bob asks", "Bob is erased", "the object dies", "the alarm fires"]],
	[
		"releases what purses granted for a decision in a full storage",
		true,
		[
			"Ann asks",
			"purses grant",
			"Claude calls a tool",
			"Ann allows the call",
			"the storage is full",
			"purses grant",
			"the storage has room",
			"the alarm fires",
		],
	],
];

describe("a reply", () => {
	it.each(found)("%s", (_title, isPaid, path) => replay(path, { isPaid }));
});

const parts = Array.from({ length: 6 }, (_, n) => n);

describe.each(worlds)("a reply that is %s", (_name, world) => {
	const chosen = pathsOf(world);

	it.each(parts)("behaves as in the model, part %s", async (part) => {
		for (const path of chosen.filter((_, n) => n % parts.length === part)) await replay(path, world);
	});
});

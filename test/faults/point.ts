// What a fault point is, and the places that several of them share.

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

export const message = { statement: /^INSERT INTO messages/ };
export const reply = { ...message, value: "assistant" };
export const change = { statement: /^UPDATE messages SET/ };
export const checkpoint = { statement: /^UPDATE messages SET content = \?, reply = / };
export const replyEnd = { statement: /^UPDATE messages SET content = \?, status = / };
export const job = { statement: /^INSERT INTO jobs/ };
export const jobDone = { statement: /^DELETE FROM jobs/ };

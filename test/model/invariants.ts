// The rules for every state of a reply, and for every step. Pure.

import type { Action } from "./actions.ts";
import { fair, next } from "./actions.ts";
import { isAtRest, type State, stateOf, type World } from "./state.ts";

/** In UTF-16 units: the death of an object loses fewer. */
const mostLost = 2_000;
/** In ms. */
const shortly = 60_000;
const most = { attempts: 20, fruitless: 5, inRow: 3 };

export const invariants: { [name: string]: (state: State, world: World) => boolean } = {
	"an answer ends once": ({ row }) => !row || row.ends === (row.status === "streaming" ? 0 : 1),
	"a death loses little text": ({ row, memory, room }) =>
		!memory?.running || !row || room !== undefined || memory.running.text - row.text < mostLost,
	"attempts are bounded": ({ row }) => {
		const offsets = row?.breaks.map(({ offset, reason }) => (reason === "overloaded" ? undefined : offset)) ?? [];
		const { inRow, inAll } = fruitlessIn(offsets);
		return offsets.length < most.attempts && inRow < most.inRow && inAll < most.fruitless;
	},
	"an answer that grows is not given up": ({ row }) => {
		if (row?.status !== "failed" || row.isRefused || row.breaks.some(({ reason }) => reason === "overloaded")) return true;
		const { inRow, inAll } = fruitlessIn([...row.breaks.map(({ offset }) => offset), row.text]);
		return inRow >= most.inRow || inAll >= most.fruitless || row.text === 0;
	},
	"Claude writes one answer at a time": ({ row, upstream }) => upstream <= (row?.status === "streaming" ? 1 : 0),
	"a payment ends with its answer": ({ row, payment }) => payment?.type !== "paid" || row?.status === "streaming",
	"what was asked is charged once": (state) => state.owed >= 0 && (state.payment?.type === "paid" || !isAtRest(state) || state.owed === 0),
	"an answer that waits for people holds no money": ({ row, memory, payment, isHeld, alarm = 0 }) => {
		const waits = row?.call?.state === "waiting" && memory?.running?.isAsleep === true && !memory.asks;
		// The next alarm releases money that could not be released before.
		return !waits || (!payment && !isHeld) || alarm <= shortly;
	},
	"a call is made once": ({ callsMade }) => callsMade <= 1,
	"nothing is said of who was erased": ({ bob, payment }) => bob !== "erased" || payment?.type !== "ask" || !payment.payers.includes("bob"),
	"whatever waits has an alarm": (state) => isAtRest(state) || state.alarm !== undefined,
	"nothing else went wrong": ({ wrong }) => wrong === undefined,
};

/** Counts attempts that brought no text. `offsets`: where each attempt broke off; `undefined` if it waited for a busy Claude. */
function fruitlessIn(offsets: readonly (number | undefined)[]): { inRow: number; inAll: number } {
	let [inRow, inAll, reached] = [0, 0, 0];
	for (const offset of offsets) {
		if (offset === undefined) continue;
		if (offset > reached) [inRow, reached] = [0, offset];
		else [inRow, inAll] = [inRow + 1, inAll + 1];
	}
	return { inRow, inAll };
}

/** The rules for a single step. */
export const stepRules: { [name: string]: (before: State, action: Action, after: State) => boolean } = {
	"text never shrinks but by deletion": ({ row: before }, _action, { row: after }) =>
		!before || !after || before.id !== after.id || after.isDeleted === true || after.text >= before.text || before.status !== "streaming",
	"an end stays": ({ row: before }, action, { row: after }) =>
		!before ||
		before.status === "streaming" ||
		before.id !== after?.id ||
		before.status === after.status ||
		after.isDeleted === true ||
		mayReopen(action),
	"whoever stops or steers is obeyed": ({ row, room }, action, { row: after }) =>
		room !== undefined ||
		(action !== "Ann stops it" && action !== "Bob steers") ||
		row?.status !== "streaming" ||
		row.id !== after?.id ||
		after.status !== "streaming",
	"an answer goes on waiting for people if nobody can pay": ({ row, memory }, action, { row: after }) =>
		!action.startsWith("purses are") || memory?.asks?.kind !== "decision" || (row?.call?.due ?? 0) <= 0 || after?.status === "streaming",
	"a busy purse loses no question": ({ asking, memory }, action, { asking: after, room }) =>
		action !== "purses are busy" || memory?.asks?.isAgain === true || room !== undefined || after.length === asking.length,
};

const mayReopen = (action: Action) => action === "Ann has it written anew" || action.startsWith("purses ") || action === "the alarm fires";

/** True if everything comes to rest without people. `known`: states from which it does. */
export function comesToRest(key: string, world: World, known: Set<string>): boolean {
	const path: string[] = [];
	for (let at = key; !known.has(at); ) {
		if (path.length > 60) return false;
		path.push(at);
		const state = stateOf(at);
		if (isAtRest(state)) break;
		const action = fair(state);
		const after = action && next(at, action, world);
		if (!after || after === at) return false;
		at = after;
	}
	for (const one of path) known.add(one);
	return true;
}

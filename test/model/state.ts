// The state of the model: what is stored, what only the living object remembers, and what happens around it. Times are in ms from now.
// Pure.

export type Person = "ann" | "bob";

/** `isPaid`: replies are paid for. `bug`: the known bug to model. `hasLastRow`: the storage may fill up between two rows. */
export type World = { isPaid: boolean; bug?: string | undefined; hasLastRow?: boolean | undefined };

/** `since`: for how long Claude has been busy. */
export type Busy = { since: number; retryAt?: number };
export type Break = { offset: number; reason: string };

/** The row of the last reply. `counted`: the requests in its usage. `call`: a call of a tool that somebody has to allow. */
export type Row = {
	id: number;
	status: "streaming" | "complete" | "failed" | "stopped";
	askedBy: Person[];
	text: number;
	breaks: Break[];
	busy?: Busy | undefined;
	counted: number;
	hasPaused?: true;
	call?: { state: "waiting" | "ready" | "started" | "answered"; due: number } | undefined;
	isDeleted?: true;
	/** Claude has refused permanently. */
	isRefused?: true;
	/** The times that it has ended since it began or was regenerated. */
	ends: number;
};

/** `before`: the requests that were paid for earlier. `isAgain`: an ended reply is regenerated. */
export type Payment =
	| {
			type: "ask";
			kind: "reply" | "decision";
			payers: Person[];
			isAgain?: boolean | undefined;
			waiting?: { tries: number; retryAt: number } | undefined;
	  }
	| { type: "paid"; payer: Person; before: number; isSent: boolean };

/** The running reply in memory. `savedAge`: the time since its last checkpoint. */
export type Running = {
	text: number;
	breaks: Break[];
	busy?: Busy | undefined;
	counted: number;
	savedLength: number;
	savedAge: number;
	hasRequest: boolean;
	isCalling?: boolean | undefined;
	isAsleep: boolean;
	isSuspended: boolean;
};

/** Purses are asked. `allows`: somebody's decision; absent if nobody has decided in time. `isOver`: no purse is asked any more. */
export type Asks = {
	kind: "reply" | "decision";
	payers: Person[];
	isAgain?: boolean | undefined;
	allows?: boolean | undefined;
	isOver?: true;
};

/**
 * `hasBegun`: the open payment began in this life of the object. `hasAskedNext`: whatever waited was asked
 * in this life.
 */
export type Memory = {
	running?: Running | undefined;
	asks?: Asks | undefined;
	hasBegun?: boolean | undefined;
	hasAskedNext?: boolean | undefined;
};

export type State = {
	row?: Row;
	payment?: Payment | undefined;
	/** The people with questions after the last reply. `told`: those of them who were told that they get no reply yet. */
	asking: Person[];
	told: Person[];
	bob: "member" | "left" | "erased";
	alarm?: number | undefined;
	/** The number of further rows that have room; absent if it is not limited. */
	room?: number | undefined;
	/** Absent while the object is dead. */
	memory?: Memory | undefined;
	/** Purses in other objects may hold money. */
	isHeld: boolean;
	/** `upstream`: requests that Claude works on. `owed`: requests that were sent and not charged. */
	upstream: number;
	owed: number;
	/** The time for which Claude has asked to be left alone. */
	notBefore: number;
	callsMade: number;
	alarmsFired?: number;
	/** Something that has happened and must never happen. */
	wrong?: string;
};

/** The names of all fields, in their order in a key. */
const fields = (
	"row payment asking told bob alarm room memory isHeld upstream owed notBefore isRefused callsMade alarmsFired wrong id status askedBy text " +
	"breaks busy counted hasPaused call isDeleted ends type kind payers isAgain waiting tries payer before isSent running savedLength savedAge " +
	"hasRequest isCalling isAsleep isSuspended asks allows isOver hasBegun hasAskedNext since retryAt offset reason state due"
).split(" ");

/** Equal states have equal keys. `stateOf` reads a key again. */
export const keyOf = (state: State): string => JSON.stringify(state, fields);
export const stateOf = (key: string): State => JSON.parse(key) as State;

export const start: State = {
	asking: [],
	told: [],
	bob: "member",
	memory: {},
	isHeld: false,
	upstream: 0,
	owed: 0,
	notBefore: 0,
	callsMade: 0,
};

/** Nothing is under way, and nobody waits. */
export function isAtRest({ row, payment, isHeld, asking, told }: State): boolean {
	return row?.status !== "streaming" && !payment && !isHeld && asking.every((person) => told.includes(person));
}

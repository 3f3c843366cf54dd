// What the model of an answer knows: what is stored, what only the living object knows, and what the world does. Times are in ms from now.
// Pure.

export type Person = "ann" | "bob";

/** `isPaid`: replies are paid for. `bug`: the one rule that is broken. `hasLastRow`: the
 * storage may become full between two rows. */
export type World = { isPaid: boolean; bug?: string | undefined; hasLastRow?: boolean | undefined };

/** `since` counts backwards: so long has Claude been busy. */
export type Busy = { since: number; retryAt?: number };
export type Break = { offset: number; reason: string };

/** The row of the last reply. `counted`: the requests that its usage has. `call`: of a tool that somebody has to allow. */
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
	/** Claude has refused for good. */
	isRefused?: true;
	/** How often it has ended since it began, or began anew. */
	ends: number;
};

/** `before`: the requests that somebody has paid before. `isAgain`: an ended reply is to begin anew. */
export type Payment =
	| {
			type: "ask";
			kind: "reply" | "decision";
			payers: Person[];
			isAgain?: boolean | undefined;
			waiting?: { tries: number; retryAt: number } | undefined;
	  }
	| { type: "paid"; payer: Person; before: number; isSent: boolean };

/** The running reply in memory. `savedAge`: since its last checkpoint. */
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

/** Purses are asked. `allows`: what somebody has decided; without it, nobody has in time. `isOver`: no purse is. */
export type Asks = {
	kind: "reply" | "decision";
	payers: Person[];
	isAgain?: boolean | undefined;
	allows?: boolean | undefined;
	isOver?: true;
};

/** `hasBegun`: the open payment began in this life of the object. */
export type Memory = {
	running?: Running | undefined;
	asks?: Asks | undefined;
	hasBegun?: boolean | undefined;
};

export type State = {
	row?: Row;
	payment?: Payment | undefined;
	/** The people whose questions stand after the last reply, and those of them who know that nobody answers yet. */
	asking: Person[];
	told: Person[];
	bob: "member" | "left" | "erased";
	alarm?: number | undefined;
	/** So many further rows have room; no number: any. */
	room?: number | undefined;
	/** Without it, the object is dead. */
	memory?: Memory | undefined;
	/** Other objects' purses may hold money. */
	isHeld: boolean;
	/** The requests that Claude works on, and those that were sent and not charged. */
	upstream: number;
	owed: number;
	/** Claude has asked to be left alone for so long. */
	notBefore: number;
	callsMade: number;
	alarmsFired?: number;
	/** What has happened that must never happen. */
	wrong?: string;
};

/** The names of all fields, in the order in which a key has them. */
const fields = (
	"row payment asking told bob alarm room memory isHeld upstream owed notBefore isRefused callsMade alarmsFired wrong id status askedBy text " +
	"breaks busy counted hasPaused call isDeleted ends type kind payers isAgain waiting tries payer before isSent running savedLength savedAge " +
	"hasRequest isCalling isAsleep isSuspended asks allows isOver hasBegun since retryAt offset reason state due"
).split(" ");

/** Equal states have equal keys, and a key can be read again. */
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

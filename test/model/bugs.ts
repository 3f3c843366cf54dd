// The bugs of test/bite that concern the life cycle of a reply: those that the model finds, each with the rule that it breaks, and those
// that the model cannot show.

import type { Action } from "./actions.ts";

/** `isPaid`: whether replies are paid for. `hasLastRow`: the bug shows only if the storage fills up between two rows. */
export type Pinned = { bug: string; rule: string; steps: number; isPaid?: boolean; hasLastRow?: true; from?: Action[] };

const anAlarm = "whatever waits has an alarm";
const atRest = "nobody waits for ever";
const nothingElse = "nothing else went wrong";
const once = "what was asked is charged once";

/** `steps`: the length of the shortest path to the bug. `from`: the actions before that path. */
export const pinned: Pinned[] = [
	{ bug: "a failing reply is retried without limit", rule: "attempts are bounded", steps: 4, isPaid: false },
	{
		bug: "an attempt that brought new text counts as one that brought none",
		rule: "an answer that grows is not given up",
		steps: 5,
		isPaid: false,
	},
	{ bug: "a reply that reached the spend limit is retried", rule: nothingElse, steps: 2, isPaid: false },
	{ bug: "a reply that waits for Claude is asked for by every wake of its object", rule: nothingElse, steps: 2, isPaid: false },
	{ bug: "a reply's wait for Claude is lost with its object", rule: nothingElse, steps: 4, isPaid: false },
	{ bug: "the text of a reply in progress is never checkpointed", rule: "a death loses little text", steps: 3, isPaid: false },
	{ bug: "stopping a reply does not abort the request to Claude", rule: "Claude writes one answer at a time", steps: 2, isPaid: false },
	{ bug: "a steering message waits for the running reply", rule: "whoever stops or steers is obeyed", steps: 2, isPaid: false },
	{ bug: "a request whose object dies before its first report costs nothing", rule: once, steps: 5 },
	{
		bug: "a reply ends without its payment where the storage becomes full",
		rule: "a payment ends with its answer",
		steps: 4,
		hasLastRow: true,
	},
	{ bug: "a reply begins without its payment where the storage becomes full", rule: nothingElse, steps: 5, hasLastRow: true },
	{ bug: "an ask whose object died is forgotten", rule: anAlarm, steps: 2 },
	{ bug: "Claude answers nobody any more after purses were asked in a full storage", rule: atRest, steps: 3 },
	{
		bug: "a question that had no room to be asked is forgotten with its object",
		rule: atRest,
		steps: 5,
		isPaid: false,
		hasLastRow: true,
	},
	{
		bug: "a deletion that has no room leaves the questions behind its reply waiting",
		rule: anAlarm,
		steps: 4,
		isPaid: false,
		hasLastRow: true,
	},
	{ bug: "a question that waits is forgotten when a reply cannot be regenerated", rule: anAlarm, steps: 6 },
	{
		bug: "a deleted reply that was to be written anew leaves other questions without an answer",
		rule: anAlarm,
		steps: 4,
		from: ["Ann asks", "purses grant", "Claude ends"],
	},
	{ bug: "a question for which too much runs at once is given up", rule: "a busy purse loses no question", steps: 2 },
	{ bug: "whoever has taken a question back pays for another's", rule: nothingElse, steps: 4 },
	{ bug: "whoever has left stays among the payers of a question that waits", rule: "nothing is said of who was erased", steps: 5 },
	{ bug: "a purse that refused leaves the others reserved", rule: anAlarm, steps: 2 },
	{ bug: "a reply that waits for a decision keeps its reservation", rule: "an answer that waits for people holds no money", steps: 3 },
	{
		bug: "a call is made although nobody can pay for what follows",
		rule: "an answer goes on waiting for people if nobody can pay",
		steps: 5,
	},
	{ bug: "a reply that goes on after a decision is charged once more for what it had cost", rule: once, steps: 6 },
	{ bug: "a call of a tool that was started is repeated after the object died", rule: "a call is made once", steps: 5, isPaid: false },
	{ bug: "the alarm fires once and never again", rule: anAlarm, steps: 2, isPaid: false },
	{ bug: "a reply that died keeps everybody from reading where the storage is full", rule: anAlarm, steps: 4, isPaid: false },
];

/** The bugs that the model cannot show, each with what the model lacks. */
export const beyond: { [bug: string]: string } = {
	"the payment of a reply that has ended stays for ever": "only an earlier release leaves such a payment",
	"a private answer whose object died is asked for again": "private questions",
	"continuing a reply counts as an attempt that broke off": "replies that reach the length limit",
	"a postponed question is paid for by somebody who may not ask any more": "owners' settings",
	"questions that wait are asked after owners have switched Claude off": "owners' settings",
	"whose payer was erased is told that Claude cannot be asked": "the words of a notice",
	"whoever has left pays for the title after their reply": "titles",
	"whoever leaves while purses are asked for a title pays for it": "titles",
	"a call that waits for somebody counts as a request of an hour": "amounts of money",
	"a lost reply is charged for the time in which its server was dead": "amounts of money",
	"a stopped reply loses its usage": "amounts of money",
	"no alarm is set any more after its handler has failed": "failures of the platform",
	"no alarm is set any more after it could not be set": "failures of the platform",
	"a question that purses refuse in a full storage waits for ever": "which purse refuses",
	"a reply that nobody decides about in time stands still where the storage was full":
		"the refusal and its repair are one step in the model",
};

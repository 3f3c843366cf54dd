// Everything that can happen to a reply in its conversation. Each step goes from one await to the next. Pure.

import { ConversationObject, type PurseAnswer, wordLength } from "./object.ts";
import { keyOf, type State, type World } from "./state.ts";

/** In ms: the pause that a busy Claude asks for. Two pauses are as long as a reply waits, and three are longer. */
export const busyFor = 150_000;
/** The most words that a reply has in the model. */
const mostWords = 3;

type Step = { may: (object: ConversationObject) => boolean; does: (object: ConversationObject) => void };

const isAlive = ({ s }: ConversationObject) => s.memory !== undefined;
const hasRoom = (object: ConversationObject) => isAlive(object) && object.s.room === undefined;
const isRunning = (object: ConversationObject) => isAlive(object) && object.row?.status === "streaming";
const isAsked = ({ running }: ConversationObject) => running?.hasRequest === true;
const asks = ({ s }: ConversationObject) => s.memory?.asks !== undefined && !s.memory.asks.isOver;
const hasEnded = ({ row }: ConversationObject) => row !== undefined && row.status !== "streaming" && !row.isDeleted;
const isWaiting = ({ running, row, s }: ConversationObject) => running !== undefined && row?.call?.state === "waiting" && !s.memory?.asks;

const says = (person: "ann" | "bob", then: (object: ConversationObject) => void): Step => ({
	may: (object) => hasRoom(object) && !object.s.asking.includes(person) && (person === "ann" || object.s.bob === "member"),
	does: (object) => {
		object.say(person);
		then(object);
	},
});
const answers = (answer: PurseAnswer): Step => ({ may: asks, does: (object) => object.answered(answer) });
const breaks = (...why: Parameters<ConversationObject["brokeOff"]>): Step => ({
	may: isAsked,
	does: (object) => object.brokeOff(...why),
});
const decides = (allows: boolean): Step => ({ may: isWaiting, does: (object) => object.decide(allows) });
const loses = (how: "left" | "erased"): Step => ({
	may: (object) => hasRoom(object) && object.s.bob === "member",
	does: (object) => object.forget(how),
});

export const steps = {
	"Ann asks": says("ann", (object) => object.ask(["ann"])),
	"Bob asks": says("bob", (object) => object.ask(["bob"])),
	"Bob steers": says("bob", (object) => object.steer("bob")),
	"Ann stops it": { may: isRunning, does: (object) => object.stop() },
	"Ann has it written anew": {
		may: (object) => hasRoom(object) && hasEnded(object) && !object.isBusy,
		does: (object) => object.regenerate(),
	},
	"Ann deletes it": {
		may: (object) => isAlive(object) && object.row !== undefined && !object.row.isDeleted,
		does: (object) => object.delete(),
	},
	"Ann takes her question back": {
		may: (object) => hasRoom(object) && object.s.asking.includes("ann"),
		does: (object) => object.withdraw("ann"),
	},
	"Bob leaves": loses("left"),
	"Bob is erased": loses("erased"),
	"Ann allows the call": decides(true),
	"Ann declines the call": decides(false),
	"Claude writes": {
		may: (object) => isAsked(object) && (object.running?.text ?? 0) < mostWords * wordLength,
		does: (object) => object.wrote(),
	},
	"the stream breaks": breaks("interrupted"),
	"Claude falls silent": breaks("timed_out"),
	"Claude is busy": breaks("overloaded", busyFor),
	"Claude refuses": breaks("spend_limit"),
	"Claude ends": { may: isAsked, does: (object) => object.completed() },
	"Claude calls a tool": { may: (object) => isAsked(object) && !object.row?.hasPaused, does: (object) => object.paused() },
	"the tool answers": { may: ({ running }) => running?.isCalling === true, does: (object) => object.called() },
	"purses grant": answers("granted"),
	"purses are empty": answers("spent"),
	"purses are busy": answers("busy"),
	"purses are away": answers("unreachable"),
	"the alarm fires": { may: ({ s }) => s.alarm !== undefined, does: (object) => object.alarmFires() },
	"the object dies": { may: isAlive, does: ({ s }) => Object.assign(s, { memory: undefined, upstream: 0 }) },
	"somebody connects": { may: (object) => !isAlive(object), does: (object) => object.recover() },
	"the storage is full": { may: ({ s }) => s.room === undefined, does: ({ s }) => Object.assign(s, { room: 0 }) },
	"the storage has one row left": { may: ({ s }) => s.room === undefined, does: ({ s }) => Object.assign(s, { room: 1 }) },
	"the storage has room": { may: ({ s }) => s.room !== undefined, does: ({ s }) => Object.assign(s, { room: undefined }) },
} satisfies { [name: string]: Step };

export type Action = keyof typeof steps;
export const actions = Object.keys(steps) as Action[];

const lastRow = "the storage has one row left" satisfies Action;

/** The actions that are possible in a state. */
export function possible(key: string, world: World): Action[] {
	const object = new ConversationObject(key, world);
	return actions.filter((action) => (steps[action] as Step).may(object) && (action !== lastRow || world.hasLastRow));
}

/** The state after a possible action. */
export function next(key: string, action: Action, world: World): string {
	const object = new ConversationObject(key, world);
	steps[action].does(object);
	return keyOf(object.s);
}

/** The next action without people if all goes well: there is room, purses pay, Claude ends, and the alarm fires. */
export function fair({ room, memory, alarm }: State): Action | undefined {
	if (room !== undefined) return "the storage has room";
	if (memory?.running?.hasRequest) return "Claude ends";
	if (memory?.running?.isCalling) return "the tool answers";
	if (memory?.asks && !memory.asks.isOver) return "purses grant";
	return alarm === undefined ? undefined : "the alarm fires";
}

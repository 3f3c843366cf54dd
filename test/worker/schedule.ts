// A random schedule: the people in a conversation, and what they, their networks and the server do. The same seed gives the same one. Pure.

import { type Random, randomOf } from "../soak/random.ts";

/** `page`: the index of the page that acts; `nth`: which of its own messages, newest first. */
export type Step =
	| { do: "say"; page: number; text: string }
	| { do: "repeat" | "contradict" | "edit" | "delete"; page: number; nth: number }
	/** `nth`: which of all messages that the page shows, newest first. */
	| { do: "react"; page: number; nth: number; emoji: string; on: boolean }
	/** Waits for this many more chunks of a running reply. */
	| { do: "listen"; parts: number }
	| { do: "stop" | "retry" | "cut" | "leave" | "come back"; page: number }
	| { do: "sleep" | "evict" | "crash" };

export type Schedule = { pages: { name: string; userId: string }[]; steps: Step[] };

const steps = 60;

/** Scripts for Claude: quick, long, failing at first, and failing for good. */
const answers = [
	{ tokens: 40, perSecond: 200 },
	{ tokens: 40, perSecond: 200 },
	{ tokens: 900, perSecond: 2_000 },
	{ tokens: 60, perSecond: 300, thinking: 2 },
	{ text: "🙂🙃 ".repeat(30), perSecond: 100 },
	{ fault: "eof", after: 15, perSecond: 200, times: 1 },
	{ fault: "cut", after: 10, perSecond: 200 },
	{ fault: "overloaded", times: 1, retryAfter: 0 },
	{ fault: "spend", times: 1 },
	{ stop: "refusal" },
];

/** The relative frequency of each step. */
const weights: [Step["do"] | "ask", number][] = [
	["say", 16],
	["ask", 12],
	["listen", 20],
	["repeat", 5],
	["contradict", 5],
	["react", 8],
	["edit", 4],
	["delete", 2],
	["stop", 3],
	["retry", 4],
	["cut", 6],
	["leave", 4],
	["come back", 16],
	["sleep", 5],
	["evict", 2],
	["crash", 2],
];

export function scheduleOf(seed: number): Schedule {
	const random = randomOf(seed);
	const people = ["ann", "bob", "eve", "zoe"].slice(0, 2 + random.below(3));
	const pages = people.flatMap((userId) =>
		Array.from({ length: 1 + random.below(2) }, (_, device) => ({ name: `${userId}${device + 1}`, userId })),
	);
	return { pages, steps: Array.from({ length: steps }, (_, index) => draw(random, index, pages.length)) };
}

function draw(random: Random, index: number, pages: number): Step {
	const what = drawKind(random);
	const page = random.below(pages);
	switch (what) {
		case "say":
			return { do: "say", page, text: `Number ${index}` };
		case "ask":
			// The number makes each question unique.
			return { do: "say", page, text: `@claude ${index} !${JSON.stringify(answers[random.below(answers.length)])}` };
		case "react":
			return { do: "react", page, nth: random.below(4), emoji: random.chance(0.5) ? "👍" : "🎉", on: random.chance(0.7) };
		case "repeat":
		case "contradict":
		case "edit":
		case "delete":
			return { do: what, page, nth: random.below(3) };
		case "listen":
			return { do: "listen", parts: 1 + random.below(4) };
		case "stop":
		case "retry":
		case "cut":
		case "leave":
		case "come back":
			return { do: what, page };
		case "sleep":
		case "evict":
		case "crash":
			return { do: what };
		default:
			return what satisfies never;
	}
}

function drawKind(random: Random): Step["do"] | "ask" {
	let left = random.below(weights.reduce((sum, [, weight]) => sum + weight, 0));
	for (const [what, weight] of weights) {
		if (left < weight) return what;
		left -= weight;
	}
	throw new Error("The weights are not the sum of themselves.");
}

export function inWords(step: Step, { pages }: Schedule): string {
	const { do: what, ...details } = step;
	const values = Object.entries(details).map(([name, value]) => (name === "page" ? pages[value as number]?.name : value));
	return [what, ...values].join(" ");
}

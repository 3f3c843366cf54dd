// Explores all sequences of actions, the shortest first, until a rule is broken or there are enough states. Pure.

import { type Action, next, possible } from "./actions.ts";
import { comesToRest, invariants, stepRules } from "./invariants.ts";
import { keyOf, start, stateOf, type World } from "./state.ts";

const atRest = "nobody waits for ever";
const all = [...Object.keys(invariants), ...Object.keys(stepRules), atRest];

type Limits = { most?: number; depth?: number; rules?: readonly string[]; from?: readonly Action[] };
type Origin = { before: string; action: Action } | undefined;

/** `depth`: all sequences of this many actions were explored. `broken`: the first broken rule, and the shortest path to it. */
export type Walk = { states: ReadonlyMap<string, Origin>; depth: number; broken?: { rule: string; path: Action[] } };

/** `most`: the most states. `depth`: the most actions. `rules`: the rules to check, by default all. `from`: actions that come first. */
export function walk(
	world: World,
	{ most = Number.POSITIVE_INFINITY, depth: deepest = Number.POSITIVE_INFINITY, rules = all, from = [] }: Limits,
): Walk {
	const states = new Map<string, Origin>();
	const resting = new Set<string>();
	const first = from.reduce((key, action) => next(key, action, world), keyOf(start));
	states.set(first, undefined);
	let [level, depth] = [[first], 0];
	while (level.length > 0 && depth < deepest) {
		const found: string[] = [];
		for (const before of level)
			for (const action of possible(before, world)) {
				const after = next(before, action, world);
				if (after === before) continue;
				const isNew = !states.has(after);
				if (isNew) states.set(after, { before, action });
				const rule = brokenStep(before, action, after, rules) ?? (isNew ? brokenState(after, world, rules, resting) : undefined);
				if (rule) return { states, depth, broken: { rule, path: [...pathTo(before, states), action] } };
				if (isNew) found.push(after);
				if (states.size >= most) return { states, depth };
			}
		[level, depth] = [found, depth + 1];
	}
	return { states, depth };
}

function brokenState(key: string, world: World, rules: readonly string[], resting: Set<string>): string | undefined {
	const state = stateOf(key);
	const rule = rules.find((name) => invariants[name]?.(state, world) === false);
	return rule ?? (rules.includes(atRest) && !comesToRest(key, world, resting) ? atRest : undefined);
}

function brokenStep(before: string, action: Action, after: string, rules: readonly string[]): string | undefined {
	const [one, other] = [stateOf(before), stateOf(after)];
	return rules.find((name) => stepRules[name]?.(one, action, other) === false);
}

/** The shortest path to a state. */
export function pathTo(key: string, states: ReadonlyMap<string, Origin>): Action[] {
	const path: Action[] = [];
	for (let origin = states.get(key); origin; origin = states.get(origin.before)) path.unshift(origin.action);
	return path;
}

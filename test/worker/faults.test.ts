// Fault points: each place of the write paths breaks once, in a real object. The oracle knows the state before the action and after it,
// and says that what is seen afterwards is one of the two.
//   FAULTS=all npx vitest run --project worker worker/faults      runs all points, and not only some

import { afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import { administrators } from "../faults/actions/legal.ts";
import { relaysFrom } from "../faults/actions/relays.ts";
import { type Action, actions } from "../faults/actions.ts";
import { ArmedFault, type Stub } from "../faults/fault.ts";
import { openOutside } from "../faults/outside.ts";
import type { Point } from "../faults/point.ts";
import { points } from "../faults/points.ts";
import { pushSettings } from "../faults/push.ts";
import { goOn, leftIn, rest } from "../faults/rest.ts";
import type { Said, Seen } from "../faults/seen.ts";
import type { World } from "../faults/world.ts";
import { startClock, stopClock } from "../support/clock.ts";
import { allowLog } from "../support/log.ts";
import { scripted, unlimitedSends, withSettings } from "../support/settings.ts";

withSettings({
	...scripted,
	...unlimitedSends,
	...pushSettings,
	CLAUDE_PRICES: '{"claude-sonnet-5-5": {"input": 1, "output": 10}}',
	BUDGET_USD_PER_DAY: "1000",
	BUDGET_USD_PER_PERSON_PER_DAY: "5",
	ADMIN_USERS: administrators.join(", "),
	RELAYS_FROM: String(relaysFrom),
});
allowLog(/broken on purpose/);
beforeAll(openOutside);
afterEach(startClock);

/** The state before an action and after it, without any fault. */
type Oracle = { old: Seen; new: Seen; said: [old: Said, now: Said] };
const oracles = new Map<Action, Oracle>();

async function oracleOf(action: Action): Promise<Oracle> {
	const known = oracles.get(action);
	if (known) return known;
	const world = await begin(action);
	const [old, before] = [await world.see(), await world.said()];
	expect(await world.act()).toEqual({ isDone: true });
	await rest(world.objects);
	const oracle: Oracle = { old, new: await world.see(), said: [before, await world.said()] };
	expect(oracle.new).not.toEqual(old);
	oracles.set(action, oracle);
	return oracle;
}

async function begin(action: Action): Promise<World> {
	stopClock();
	const world = await actions[action]();
	await rest(world.objects);
	return world;
}

/** Whatever a dead object has left to do, its alarm takes up, or a visit where the point says so. */
async function expectToWake({ wokenBy }: Point, { alarmAt }: ArmedFault, stub: Stub): Promise<void> {
	const left = await leftIn(stub);
	if (left.length > 0 && alarmAt === null) expect([wokenBy, left]).toEqual(["a visit", left]);
}

/** Lets the fault hit while somebody acts. Returns whether they were told that it is done. */
async function breakOnce(world: World, point: Point): Promise<boolean> {
	const { object, place, fault } = point;
	const stub = world.objects[object];
	if (!stub) throw new Error(`The action has no object ${object}.`);
	const armed = await ArmedFault.into(stub(), place, fault);
	try {
		const { isDone } = await world.act();
		if (fault.startsWith("dies") && armed.hits > 0) await expectToWake(point, armed, stub());
		// Every fault must be seen to hit.
		const hits = () => goOn(world.objects).then(() => armed.hits);
		await expect.poll(hits, { message: "the fault never hit" }).toBe(1);
		return isDone;
	} finally {
		armed.disarm();
	}
}

const run = inject("faults") === "all" ? points : points.filter(({ isAlwaysRun }) => isAlwaysRun);

describe("a fault", () => {
	it.each(run)("$fault: $name ends in the $ends state", async (point) => {
		const oracle = await oracleOf(point.action);
		const world = await begin(point.action);
		const isDone = await breakOnce(world, point);
		if (isDone) expect(point.ends).toBe("new");
		// What was said is never half there, at no time.
		expect(oracle.said).toContainEqual(await world.said());
		await rest(world.objects);
		await expect.poll(() => world.see()).toEqual(oracle[point.ends]);
		const again = await world.act();
		await rest(world.objects);
		const completes = world.repeats === "completes it";
		if (completes) expect(again).toEqual({ isDone: true });
		await expect.poll(() => world.see()).toEqual(oracle[completes ? "new" : point.ends]);
	});
});

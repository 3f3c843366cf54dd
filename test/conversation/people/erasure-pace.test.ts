import { expect, it } from "vitest";
import { ErasurePace } from "../../../src/conversation/people/erasure-pace.ts";
import { limits } from "../../../src/protocol/limits.ts";

it("lets steps of erasures wait until the conversation has regained the work of those before", async () => {
	let now = 0;
	const pace = new ErasurePace(() => now);
	await pace.wait(10);
	pace.spend(limits.work.burst);
	let isDone = false;
	const waiting = pace.wait(10).then(() => {
		isDone = true;
	});
	await Promise.resolve();
	expect(isDone).toBe(false);
	now = 1_000;
	await waiting;
	// A step that takes more than the burst is not refused for ever.
	now = 1_000_000;
	await pace.wait(limits.work.burst * 2);
});

it("lets them wait for no more than two bursts, however much others take that do not wait", async () => {
	const { burst, perSecond } = limits.work;
	let now = 0;
	const pace = new ErasurePace(() => now);
	for (let n = 0; n < 100; n++) pace.spend(burst);
	now = ((2 * burst) / perSecond) * 1_000;
	let isDone = false;
	void pace.wait(burst).then(() => {
		isDone = true;
	});
	await Promise.resolve();
	await Promise.resolve();
	expect(isDone).toBe(true);
});

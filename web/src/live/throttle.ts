// Does what it is asked for often but seldom: some time after it was first asked for.

import type { Clock } from "./connection.ts";

export type Sparing = {
	ask(): void;
	/** What was asked for is done now. */
	now(): void;
	/** What was asked for is not done. */
	cancel(): void;
};

export function sparingly(clock: Clock, ms: number, act: () => void): Sparing {
	let stop: (() => void) | undefined;
	const cancel = () => {
		stop?.();
		stop = undefined;
	};
	const now = () => {
		if (!stop) return;
		cancel();
		act();
	};
	return {
		ask: () => {
			stop ??= clock.after(ms, now);
		},
		now,
		cancel,
	};
}

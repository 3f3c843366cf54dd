// Does what it is asked for often but seldom: some time after it was first asked for.

import type { Clock } from "./connection.ts";

export type Throttle = {
	schedule(): void;
	/** What was asked for is done now. */
	flush(): void;
	/** What was asked for is not done. */
	cancel(): void;
};

export function throttle(clock: Clock, ms: number, act: () => void): Throttle {
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
		schedule: () => {
			stop ??= clock.after(ms, now);
		},
		flush: now,
		cancel,
	};
}

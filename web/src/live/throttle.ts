// Runs a task at most once per interval, however often it is scheduled.

import type { Clock } from "./connection.ts";

export type Throttle = {
	/** Runs the task one interval after the first call. */
	schedule(): void;
	/** Runs a scheduled task at once. */
	flush(): void;
	/** Drops a scheduled task. */
	cancel(): void;
};

export function throttle(clock: Clock, ms: number, task: () => void): Throttle {
	let stop: (() => void) | undefined;
	const cancel = () => {
		stop?.();
		stop = undefined;
	};
	const flush = () => {
		if (!stop) return;
		cancel();
		task();
	};
	return {
		schedule: () => {
			stop ??= clock.after(ms, flush);
		},
		flush,
		cancel,
	};
}

// The pauses between the tries of a job. Pure. Times in ms.

/** When a job that failed is tried again. */
export type RetryPolicy = {
	/** The pause after the first try. Each later one is `factor` times as long, up to `longestPause`, if there is one. */
	firstPause: number;
	factor: number;
	longestPause?: number;
	maxTries: number;
};

/** The pause after the nth try. */
export function pauseAfter(tries: number, policy: RetryPolicy): number {
	return capped(policy.firstPause * policy.factor ** (tries - 1), policy);
}

/** The pause that an error asks for with `retryAfterMs`, or 0. */
export function pauseAskedBy(error: unknown, policy: RetryPolicy): number {
	const { retryAfterMs } = (error ?? {}) as { retryAfterMs?: unknown };
	return typeof retryAfterMs === "number" ? capped(retryAfterMs, policy) : 0;
}

function capped(pause: number, { longestPause = Number.POSITIVE_INFINITY }: RetryPolicy): number {
	return Math.min(longestPause, pause);
}

/** The result of a run that did not fail: the job is over, or it continues with new data and a fresh count of tries, `after` so many ms. */
export type Progress<Data> = "done" | { next: Data; after?: number };

export type Failure = { key: string; error: unknown; isLast: boolean };

// Bounds how long an answer is waited for.

/** Rejects if there is no answer for so long (ms). The timer is cleared, because it would keep the object awake. */
export async function inTime<T>(answer: Promise<T>, within: number): Promise<T> {
	const late = Promise.withResolvers<never>();
	const timer = setTimeout(() => late.reject(new Error("No answer in time")), within);
	try {
		return await Promise.race([answer, late.promise]);
	} finally {
		clearTimeout(timer);
	}
}

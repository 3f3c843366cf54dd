// Moves the clock of the code under test, so that no test waits for an expiry, and nothing expires early on a slow machine.

import { vi } from "vitest";

/** Stops the clock: what may be done so often in a second does not come back meanwhile. */
export function stopClock(): void {
	vi.useFakeTimers({ toFake: ["Date"] });
}

/** Lets time pass at once. The platform does not notice: it rings no alarm. */
export function passTime(ms: number): void {
	if (!vi.isFakeTimers()) stopClock();
	vi.setSystemTime(Date.now() + ms);
}

/** Call it after each test that stops the clock. */
export function startClock(): void {
	vi.useRealTimers();
}

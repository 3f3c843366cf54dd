// The time by which days are told apart, renewed at midnight, and when a page that slept is shown again.

import { useEffect, useState } from "react";
import { clock } from "../browser.ts";
import { nextMidnight } from "../list/periods.ts";

export function useToday(): number {
	const [now, setNow] = useState(clock.now);
	useEffect(() => {
		const renew = () => setNow((before) => (clock.now() >= nextMidnight(before) ? clock.now() : before));
		// A timer may be early, and clocks are set.
		const cancel = clock.after(Math.max(1_000, nextMidnight(now) - clock.now()), () => setNow(clock.now()));
		document.addEventListener("visibilitychange", renew);
		return () => {
			cancel();
			document.removeEventListener("visibilitychange", renew);
		};
	}, [now]);
	return now;
}

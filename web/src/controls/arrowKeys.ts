// Arrow keys that move the focus through a vertical list.

import type { KeyboardEvent } from "react";

/**
 * `selector`: the stops inside the listening element. `hasEnds`: whether Home and End move too,
 * which a text field needs for itself.
 */
export function moveBetween(event: KeyboardEvent<HTMLElement>, selector: string, hasEnds = true): void {
	if (event.nativeEvent.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
	const stops = [...event.currentTarget.querySelectorAll<HTMLElement>(selector)].filter((stop) => stop.checkVisibility());
	const at = stops.indexOf(document.activeElement as HTMLElement);
	if (at === -1) return;
	const next = { ArrowDown: at + 1, ArrowUp: at - 1, ...(hasEnds && { Home: 0, End: stops.length - 1 }) }[event.key];
	const stop = next === undefined ? undefined : stops[next];
	if (!stop) return;
	event.preventDefault();
	stop.focus();
}

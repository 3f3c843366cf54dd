// A row to bring on screen, and how far to scroll for it; the end of the log.

/** `align` as a number: where the row begins, in px below the top of the screen. */
export type Goal = { key: string; align: "center" | "nearest" | number; then(row: HTMLElement): void };

/** In px: kept free above and below the row. */
const margin = 64;

/** In px; negative to scroll up. */
export function distanceTo({ align }: Goal, row: HTMLElement, frame: HTMLElement): number {
	const { top, height } = row.getBoundingClientRect();
	const from = top - frame.getBoundingClientRect().top;
	// At least 1 px of the row stays on screen, even if it has become shorter.
	if (typeof align === "number") return from - Math.max(align, 1 - height);
	const screen = frame.clientHeight;
	const lowest = Math.max(margin, screen - height - margin);
	const to = align === "center" ? Math.max(margin, (screen - height) / 2) : Math.min(lowest, Math.max(margin, from));
	return from - to;
}

/** In px: this close to the end counts as being there. */
const endTolerance = 16;

export function isAtEndOf({ scrollTop, scrollHeight, clientHeight }: HTMLElement): boolean {
	return scrollHeight - scrollTop - clientHeight <= endTolerance;
}

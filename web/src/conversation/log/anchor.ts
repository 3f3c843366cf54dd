// The position that a log keeps while it changes: its end, or the row at the top of the screen.

import { elementAt, keyOf, type LogElements, mountedRows } from "./rows.ts";

/** In px from the top of the screen. `mark`: the element of a long row that is being read. */
export type RowAnchor = { type: "row"; key: string; top: number; mark?: { element: Element; top: number } };
export type Anchor = { type: "end" } | RowAnchor;

/** The first row on screen; `undefined` if there is only empty space. */
export function anchorOnScreen({ frame, list }: LogElements): RowAnchor | undefined {
	const { top, bottom } = frame.getBoundingClientRect();
	for (const row of mountedRows(list)) {
		const rect = row.getBoundingClientRect();
		if (rect.bottom <= top || rect.top >= bottom) continue;
		// The message is the last child: a date above it may disappear when earlier messages are loaded.
		const element = elementAt(row.lastElementChild ?? row, top);
		return { type: "row", key: keyOf(row), top: rect.top - top, mark: { element, top: element.getBoundingClientRect().top - top } };
	}
	return undefined;
}

/** The same anchor after the reader has scrolled by so much. */
export function scrolledBy({ mark, ...anchor }: RowAnchor, by: number): RowAnchor {
	return { ...anchor, top: anchor.top - by, ...(mark && { mark: { ...mark, top: mark.top - by } }) };
}

// The rows that a text selection spans. They must stay on the page, or the selection would be lost.

import type { Heights } from "./heights.ts";
import { keyOf, rowAround } from "./rows.ts";

/** Of a longer selection only the ends stay on the page. */
const maxRows = 300;

export class RowSelection {
	#ends: { from: string; to: string } | undefined;

	/** Reads the selection of the page. */
	update(list: HTMLElement): void {
		const selection = document.getSelection();
		const nodes = selection?.isCollapsed === false ? [selection.anchorNode, selection.focusNode] : [];
		const [one, other] = nodes.map((node) => rowAround(list, node)).filter((row) => row !== null);
		const [from, to = from] =
			one && other && one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_PRECEDING ? [other, one] : [one, other];
		this.#ends = from && to ? { from: keyOf(from), to: keyOf(to) } : undefined;
	}

	indices(heights: Heights): number[] {
		if (!this.#ends) return [];
		const [from, to] = [heights.indexOf(this.#ends.from), heights.indexOf(this.#ends.to)];
		if (from === undefined || to === undefined || to - from >= maxRows) return [from, to].filter((index) => index !== undefined);
		return range(from, to);
	}
}

export function range(first: number, last: number): number[] {
	return Array.from({ length: last - first + 1 }, (_, n) => first + n);
}

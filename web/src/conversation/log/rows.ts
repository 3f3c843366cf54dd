// Finds the rows of a log among the elements of the page. Each has its key in `data-row`.

/** `frame` scrolls. In it `list` holds the rows, after the empty space `above`. */
export type LogElements = { frame: HTMLElement; list: HTMLElement; above: HTMLElement };

/** The rows that are on the page, in order. */
export function mountedRows(list: HTMLElement): HTMLElement[] {
	return [...list.children].filter((row): row is HTMLElement => row instanceof HTMLElement && "row" in row.dataset);
}

export function rowWithKey(list: HTMLElement, key: string): HTMLElement | undefined {
	return mountedRows(list).find((row) => row.dataset.row === key);
}

export function keyOf(row: HTMLElement): string {
	return row.dataset.row as string;
}

/** The row that contains a node. */
export function rowAround(list: HTMLElement, node: Node | null): HTMLElement | null {
	const element = node instanceof Element ? node : node?.parentElement;
	const row = element?.closest<HTMLElement>("[data-row]") ?? null;
	return list.contains(row) ? row : null;
}

/**
 * The innermost element of a message at a line across the screen, or the first one below it.
 * Never the author's name, which disappears when the message before it is loaded, nor the head of a table, which stays on screen.
 */
export function elementAt(element: Element, line: number): Element {
	for (const child of element.children) {
		const { top, bottom, height } = child.getBoundingClientRect();
		if (height > 0 && bottom > line && !["header", "thead"].includes(child.localName)) return top >= line ? child : elementAt(child, line);
	}
	return element;
}

// The part of a log that is on the screen. Only the rows near it are on the page, what is between them is empty space of their height; and
// whatever grows, comes or goes, what is read stays where it is: the end while the reader is at it, else the row at the top of the screen.
// Nobody else scrolls: two that keep a place would each undo what the other did. Knows the page's elements; nothing of React or messages.

import { Heights } from "./heights.ts";

/** In px from the top of the screen. `mark`: what of the row is read, where it is a long one. */
type Place = { type: "end" } | { type: "row"; key: string; top: number; mark?: { element: Element; top: number } };

/** A row that is to be brought before the reader's eyes. */
type Goal = { key: string; align: "center" | "nearest"; then(row: HTMLElement): void };

export type ViewportOptions = {
	/** Whether what is shown ends where everything ends: else its end is no place to stay at. */
	isEnd: boolean;
	/** A row that is on the page wherever one reads. */
	keptKey: string | undefined;
	/** Called when the reader comes near the beginning, or near the end. */
	onNearTop: (() => void) | undefined;
	onNearEnd: (() => void) | undefined;
};

/** In px: how near to the end is at it; what is kept free above and below a row that is brought to the screen. */
const near = { end: 16, edge: 64 };
/** In heights of the screen: what is on the page above and below it, how much of that is enough, and how near is near to where more is fetched. */
const ahead = { most: 0.5, least: 0.25, fetch: 2 };
/** So few rows are on the page all together: the browser's own search finds everything in a short conversation. */
const few = 40;
/** In ms without a scroll event: then nobody scrolls. For browsers that do not tell. */
const restsAfter = 150;
/** Rows that stay on the page because they are selected. */
const mostSelected = 300;

export class Viewport {
	readonly #heights = new Heights();
	readonly #listeners = new Set<() => void>();
	/** Draws the rows anew. */
	readonly #draw: () => void;
	/** Does something, and what is to be drawn by then is drawn before it is painted. */
	readonly #atOnce: (work: () => void) => void;
	#options: ViewportOptions = { isEnd: true, keptKey: undefined, onNearTop: undefined, onNearEnd: undefined };
	#elements: { frame: HTMLElement; list: HTMLElement; above: HTMLElement } | undefined;
	#place: Place = { type: "end" };
	#goal: Goal | undefined;
	/** The first and the last row near the screen when they were last drawn. */
	#drawn = { first: 0, last: -1 };
	/** Rows between which a selection goes. */
	#selected: { from: string; to: string } | undefined;
	/** The frame's height, and where it was scrolled to, when that was last looked at. */
	#screen = window.innerHeight;
	#scrollTop = 0;
	/** What the space above is taller than what it stands for: while somebody scrolls, nobody writes where to. */
	#slack = 0;
	#isMoving = false;
	#resting: ReturnType<typeof setTimeout> | undefined;

	constructor(parts: { draw: () => void; atOnce: (work: () => void) => void }) {
		this.#draw = parts.draw;
		this.#atOnce = parts.atOnce;
	}

	/** For `useSyncExternalStore`: the reader is elsewhere; answers how to stop listening. */
	readonly subscribe = (listener: () => void): (() => void) => {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	};

	get isAtEnd(): boolean {
		return this.#place.type === "end";
	}

	/** Whether a row begins above the screen. */
	isAbove(key: string): boolean {
		const index = this.#heights.indexOf(key);
		return index !== undefined && this.#heights.top(index) < this.#y() - 1;
	}

	// What is on the page

	/** The rows that are to be on the page, by their index, and how much space is to be before each of them and after the last one. */
	rows(keys: readonly string[], guess: (index: number) => number): { rows: { index: number; before: number }[]; after: number } {
		this.#heights.hold(keys, guess);
		if (keys.length === 0) return { rows: [], after: 0 };
		this.#drawn = this.#near(ahead.most);
		const indices = [...new Set([...range(this.#drawn.first, this.#drawn.last), ...this.#kept()])].sort((one, other) => one - other);
		let end = 0;
		const rows = indices.map((index) => {
			const before = this.#heights.top(index) - this.#heights.top(end) + (end === 0 ? this.#slack : 0);
			end = index + 1;
			return { index, before: Math.max(0, before) };
		});
		return { rows, after: this.#heights.total - this.#heights.top(end) };
	}

	#near(screens: number): { first: number; last: number } {
		if (this.#heights.count <= few) return { first: 0, last: this.#heights.count - 1 };
		const y = this.#y();
		const around = this.#screen * screens;
		return { first: this.#heights.at(y - around), last: this.#heights.at(y + this.#screen + around) };
	}

	/** Rows without which somebody would lose their focus, or what they have selected. */
	#kept(): number[] {
		const focused = this.#rowOf(document.activeElement)?.dataset.row;
		const single = [this.#options.keptKey, focused, this.#goal?.key].flatMap((key) =>
			key === undefined ? [] : [this.#heights.indexOf(key)],
		);
		const [from, to] = this.#selected ? [this.#selected.from, this.#selected.to].map((key) => this.#heights.indexOf(key)) : [];
		const selected = from !== undefined && to !== undefined && to - from < mostSelected ? range(from, to) : [from, to];
		return [...single, ...selected].filter((index) => index !== undefined);
	}

	/** Where the top of the screen is, as the heights have it. */
	#y(): number {
		if (this.#place.type === "row") {
			const index = this.#heights.indexOf(this.#place.key);
			if (index !== undefined) return this.#heights.top(index) - this.#place.top;
		}
		return this.#heights.total - this.#screen;
	}

	// What the reader does

	/** Back to the end. */
	jump(): void {
		this.#goal = undefined;
		this.#go({ type: "end" });
		this.#draw();
	}

	/** Brings a row to the screen, wherever it is, and hands it over once it is there. */
	reveal(key: string, align: Goal["align"], then: Goal["then"]): void {
		this.#goal = { key, align, then };
		if (!this.#row(key)) this.#go({ type: "row", key, top: this.#screen / 2 });
		this.#draw();
	}

	/** Where a row is that is on the page. */
	#row(key: string): HTMLElement | undefined {
		return this.#mounted().find((row) => row.dataset.row === key);
	}

	#mounted(): HTMLElement[] {
		return [...(this.#elements?.list.children ?? [])].filter(
			(row): row is HTMLElement => row instanceof HTMLElement && "row" in row.dataset,
		);
	}

	#rowOf(node: Node | null): HTMLElement | null {
		const element = node instanceof Element ? node : node?.parentElement;
		const row = element?.closest<HTMLElement>("[data-row]") ?? null;
		return this.#elements?.list.contains(row) ? row : null;
	}

	#go(place: Place): void {
		const wasAtEnd = this.isAtEnd;
		this.#place = place;
		if (wasAtEnd !== this.isAtEnd) this.#draw();
		for (const listener of this.#listeners) listener();
	}

	// What the page does

	/** `frame` scrolls; in it `list` holds the rows, after a space `above`. Answers how to let go. */
	attach(elements: { frame: HTMLElement; list: HTMLElement; above: HTMLElement }): () => void {
		this.#elements = elements;
		const { frame, list } = elements;
		const stop = new AbortController();
		const { signal } = stop;
		frame.addEventListener("scroll", () => this.#atOnce(() => this.#scrolled()), { passive: true, signal });
		frame.addEventListener("scrollend", () => this.#rest(), { signal });
		document.addEventListener("selectionchange", () => this.#select(), { signal });
		const observer = new ResizeObserver(() => this.#atOnce(() => this.settle()));
		for (const element of [frame, list, list.parentElement]) if (element) observer.observe(element);
		return () => {
			stop.abort();
			observer.disconnect();
			clearTimeout(this.#resting);
			this.#elements = undefined;
		};
	}

	set options(options: ViewportOptions) {
		this.#options = options;
	}

	/** After all that changes what is on the page, before it is painted. */
	settle(): void {
		if (!this.#elements) return;
		const { frame } = this.#elements;
		// Before anything is asked of the page: it would be shorter, and then scrolled elsewhere.
		this.#fill();
		// What is not shown has no heights.
		if (frame.clientHeight === 0) return;
		this.#screen = frame.clientHeight;
		for (const row of this.#mounted()) this.#heights.measure(row.dataset.row as string, row.getBoundingClientRect().height);
		this.#notice();
		if (this.#goal) this.#reach(this.#goal);
		if (this.#place.type === "row") this.#hold(this.#place);
		// Where nothing is said yet, what stands there instead is read from its beginning.
		else if (this.#heights.count > 0) frame.scrollTop = frame.scrollHeight;
		this.#scrollTop = frame.scrollTop;
		this.#drawMissing();
	}

	/** The space above the first row. What is owed is paid as soon as nobody scrolls, or nothing is left to owe it. */
	#fill(): void {
		const first = this.#mounted()[0]?.dataset.row;
		const height = this.#heights.top((first !== undefined && this.#heights.indexOf(first)) || 0);
		const isOwed = this.#isMoving && this.#place.type === "row" && height + this.#slack >= 0 && Math.abs(this.#slack) < this.#screen;
		if (height === 0 || this.#place.type === "end" || (!isOwed && Math.abs(this.#slack) >= 1)) this.#slack = 0;
		if (this.#elements) this.#elements.above.style.blockSize = `${Math.max(0, height + this.#slack)}px`;
	}

	/** A reader may have scrolled since, which is told only with the next frame. What merely became shorter is at its end. */
	#notice(): void {
		if (!this.#elements) return;
		const { scrollTop } = this.#elements.frame;
		const by = scrollTop - this.#scrollTop;
		if (by === 0 || (by < 0 && this.#toEnd() <= near.end)) return;
		if (this.#place.type === "end") {
			if (by < 0) this.#go(this.#look());
		} else {
			const { mark } = this.#place;
			this.#place = { ...this.#place, top: this.#place.top - by, ...(mark && { mark: { ...mark, top: mark.top - by } }) };
		}
		// Once it is told, it is no news any more.
		this.#fetch(by < 0);
	}

	#toEnd(): number {
		if (!this.#elements) return 0;
		const { scrollTop, scrollHeight, clientHeight } = this.#elements.frame;
		return scrollHeight - scrollTop - clientHeight;
	}

	/** What is at the top of the screen now. */
	#look(): Place {
		if (!this.#elements) return this.#place;
		const { frame, list } = this.#elements;
		const { top, bottom } = frame.getBoundingClientRect();
		for (const row of this.#mounted()) {
			const rect = row.getBoundingClientRect();
			if (rect.bottom <= top || rect.top >= bottom) continue;
			// Last in it stands what was said: what is above it may go with what comes before.
			const element = firstBelow(row.lastElementChild ?? row, top);
			const mark = { element, top: element.getBoundingClientRect().top - top };
			return { type: "row", key: row.dataset.row as string, top: rect.top - top, mark };
		}
		// Nothing but space: a row is to come here.
		const y = top - list.getBoundingClientRect().top - this.#slack;
		const index = this.#heights.at(y);
		const key = this.#heights.key(index);
		return key === undefined ? { type: "end" } : { type: "row", key, top: this.#heights.top(index) - y };
	}

	/** Moves what is read back to where it was. */
	#hold({ key, top, mark }: Extract<Place, { type: "row" }>): void {
		if (!this.#elements) return;
		const row = this.#row(key);
		const held = mark?.element.isConnected ? mark : row && { element: row, top };
		if (held) this.#shift(held.element.getBoundingClientRect().top - this.#elements.frame.getBoundingClientRect().top - held.top);
		// What is held from now on is what has come, or what is left; a row that is to be drawn yet is waited for.
		if (held ? held !== mark : this.#heights.indexOf(key) === undefined) this.#go(this.#look());
	}

	/** Everything stands lower by so much, and is to be back. */
	#shift(by: number): void {
		if (!this.#elements || Math.abs(by) < 0.01) return;
		const { frame, above } = this.#elements;
		const space = above.getBoundingClientRect().height;
		if (this.#isMoving && space > 0 && space - by >= 0 && Math.abs(this.#slack - by) < this.#screen) {
			this.#slack -= by;
			above.style.blockSize = `${space - by}px`;
			return;
		}
		const from = frame.scrollTop;
		frame.scrollTop = from + by;
		const rest = by - (frame.scrollTop - from);
		if (Math.abs(rest) >= 1) this.#place = this.#look();
		else if (space > 0) {
			// Frames are scrolled by whole pixels.
			this.#slack -= rest;
			above.style.blockSize = `${Math.max(0, space - rest)}px`;
		}
	}

	#reach(goal: Goal): void {
		const row = this.#row(goal.key);
		if (!row || !this.#elements) return;
		this.#goal = undefined;
		const { frame } = this.#elements;
		const { top, height } = row.getBoundingClientRect();
		const from = top - frame.getBoundingClientRect().top;
		const most = Math.max(near.edge, this.#screen - height - near.edge);
		const to = goal.align === "center" ? Math.max(near.edge, (this.#screen - height) / 2) : Math.min(most, Math.max(near.edge, from));
		frame.scrollTop += from - to;
		this.#scrollTop = frame.scrollTop;
		this.#go(this.#options.isEnd && this.#toEnd() <= near.end ? { type: "end" } : this.#look());
		goal.then(row);
		if (goal.align === "nearest") this.#fetch(from < to);
	}

	#scrolled(): void {
		if (!this.#elements) return;
		const { scrollTop } = this.#elements.frame;
		const by = scrollTop - this.#scrollTop;
		if (by !== 0) {
			this.#isMoving = true;
			clearTimeout(this.#resting);
			this.#resting = setTimeout(() => this.#rest(), restsAfter);
		}
		this.#scrollTop = scrollTop;
		if (this.#options.isEnd && this.#toEnd() <= near.end) this.#go({ type: "end" });
		// Growth widens the distance too: only moving up is a wish to stay.
		else if (this.#place.type === "row" || by < 0) this.#go(this.#look());
		this.#drawMissing();
		if (by !== 0) this.#fetch(by < 0);
	}

	#rest(): void {
		clearTimeout(this.#resting);
		this.#isMoving = false;
		this.#atOnce(() => this.settle());
	}

	#fetch(isUp: boolean): void {
		const y = this.#y();
		const far = this.#screen * ahead.fetch;
		if (isUp && y < far) this.#options.onNearTop?.();
		if (!isUp && this.#heights.total - y - this.#screen < far) this.#options.onNearEnd?.();
	}

	/** Draws where what is drawn is not enough any more. */
	#drawMissing(): void {
		if (this.#heights.count === 0) return;
		const { first, last } = this.#near(ahead.least);
		if (first < this.#drawn.first || last > this.#drawn.last) this.#draw();
	}

	#select(): void {
		const selection = document.getSelection();
		const ends = selection?.isCollapsed === false ? [selection.anchorNode, selection.focusNode] : [];
		const [one, other] = ends.map((node) => this.#rowOf(node)).filter((row) => row !== null);
		const [from, to = from] =
			one && other && one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_PRECEDING ? [other, one] : [one, other];
		this.#selected = from && to ? { from: from.dataset.row as string, to: to.dataset.row as string } : undefined;
	}
}

/** The innermost element of what was said that is where the screen begins, or the first one below that; not who said it, which may go too. */
function firstBelow(element: Element, line: number): Element {
	for (const child of element.children) {
		const { top, bottom, height } = child.getBoundingClientRect();
		if (height > 0 && bottom > line && child.localName !== "header") return top >= line ? child : firstBelow(child, line);
	}
	return element;
}

function range(first: number, last: number): number[] {
	return Array.from({ length: last - first + 1 }, (_, n) => first + n);
}

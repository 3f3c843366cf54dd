// The scrolling of a log. Only rows near the screen are on the page, and empty space of their height stands in for the others.
// Whatever grows, appears or disappears, the text being read stays where it is: the end while the reader is there, else the row at
// the top of the screen. Nothing else may scroll the log, or the two would undo each other. Must not depend on React or messages.

import { type Anchor, anchorOnScreen, type RowAnchor, scrolledBy } from "./anchor.ts";
import { distanceTo, type Goal, isAtEndOf } from "./goal.ts";
import { Heights } from "./heights.ts";
import { Jumps } from "./jumps.ts";
import { keyOf, type LogElements, mountedRows, rowAround, rowWithKey } from "./rows.ts";
import { RowSelection, range } from "./selection.ts";

export type ViewportOptions = {
	/** False if later messages are not loaded: then the end of the rows is no place to stay at. */
	isEnd: boolean;
	/** A row that stays on the page wherever one reads. */
	pinnedKey: string | undefined;
	/** True while the page is printed: all rows are on it, and nothing is scrolled. */
	isPrinting: boolean;
	/** Called when the reader comes near the beginning, or near the end. */
	onNearTop: (() => void) | undefined;
	onNearEnd: (() => void) | undefined;
};

/** In screens, above and below the visible one: rendered; enough not to render again; and near enough to the end to load more. */
const overscan = { rendered: 0.5, enough: 0.25, load: 2 };
/** Up to so many rows are all on the page: the browser's own search then finds everything in a short conversation. */
export const alwaysRendered = 40;
/** In ms without a scroll event, for browsers without `scrollend`. */
const scrollEndTimeout = 150;

export class Viewport {
	readonly #heights = new Heights();
	readonly #selection = new RowSelection();
	readonly #jumps = new Jumps();
	readonly #listeners = new Set<() => void>();
	readonly #render: () => void;
	/** Runs a task and renders what it changed before the next paint. */
	readonly #sync: (task: () => void) => void;
	#options: ViewportOptions = { isEnd: true, pinnedKey: undefined, isPrinting: false, onNearTop: undefined, onNearEnd: undefined };
	#elements: LogElements | undefined;
	#anchor: Anchor = { type: "end" };
	#goal: Goal | undefined;
	/** The rows near the screen at the last render. */
	#rendered = { first: 0, last: -1 };
	/** The frame's height and scroll position when they were last read. */
	#screen = window.innerHeight;
	#scrollTop = 0;
	/** How much taller the space above is than its rows. Writing `scrollTop` would stop a scroll in progress, so the space takes up the shift. */
	#slack = 0;
	#isScrolling = false;
	#scrollEndTimer: ReturnType<typeof setTimeout> | undefined;

	constructor({ render, sync }: { render: () => void; sync: (task: () => void) => void }) {
		this.#render = render;
		this.#sync = sync;
	}

	/** For `useSyncExternalStore`: the reader is elsewhere. Returns a function that unsubscribes. */
	readonly subscribe = (listener: () => void): (() => void) => {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	};

	set options(options: ViewportOptions) {
		this.#options = options;
	}

	get isAtEnd(): boolean {
		return this.#anchor.type === "end";
	}

	/** The row at the top of the screen, and where it begins; `undefined` at the end. */
	get place(): { key: string; top: number } | undefined {
		return this.#anchor.type === "row" ? this.#anchor : undefined;
	}

	/** True if a row begins above the screen. */
	isAbove(key: string): boolean {
		const index = this.#heights.indexOf(key);
		return index !== undefined && this.#heights.top(index) < this.#screenTop() - 1;
	}

	/** The indices of the rows to render, with the empty space before each of them and after the last one. */
	rows(keys: readonly string[], guess: (index: number) => number): ReturnType<Heights["spaced"]> {
		this.#heights.setRows(keys, guess);
		if (keys.length === 0) return { rows: [], after: 0 };
		this.#rendered = this.#rowsWithin(overscan.rendered);
		const indices = [...new Set([...range(this.#rendered.first, this.#rendered.last), ...this.#pinned()])];
		return this.#heights.spaced(
			indices.sort((one, other) => one - other),
			this.#slack,
		);
	}

	jumpToEnd(): void {
		this.#goal = undefined;
		this.#jumps.onJump();
		this.#setAnchor({ type: "end" });
		this.#render();
	}

	/** Brings a row on screen, wherever it is, and passes it to `then` once it is there. */
	reveal(key: string, align: Goal["align"], then: Goal["then"]): void {
		this.#goal = { key, align, then };
		if (!this.#elements || !rowWithKey(this.#elements.list, key))
			this.#setAnchor({ type: "row", key, top: typeof align === "number" ? align : this.#screen / 2 });
		this.#render();
	}

	/** Returns a function that detaches. */
	attach(elements: LogElements): () => void {
		this.#elements = elements;
		const { frame, list } = elements;
		const stop = new AbortController();
		const { signal } = stop;
		frame.addEventListener("scroll", () => this.#sync(() => this.#scrolled()), { passive: true, signal });
		frame.addEventListener("scrollend", () => this.#scrollEnded(), { signal });
		this.#jumps.follow(frame, signal);
		document.addEventListener("selectionchange", () => this.#selection.update(list), { signal });
		const observer = new ResizeObserver(() => this.#sync(() => this.settle()));
		for (const element of [frame, list, list.parentElement]) if (element) observer.observe(element);
		return () => {
			stop.abort();
			observer.disconnect();
			clearTimeout(this.#scrollEndTimer);
			this.#elements = undefined;
		};
	}

	/** To be called after every change of the page, before it is painted. */
	settle(): void {
		if (!this.#elements) return;
		// A printed page has no scroll positions.
		if (this.#options.isPrinting) this.#scrollTop = Number.NaN;
		if (this.#options.isPrinting) return;
		const { frame, list } = this.#elements;
		// First, as reading a layout that is too short would make the browser scroll.
		this.#fillSpaceAbove();
		// A hidden log has no heights.
		if (frame.clientHeight === 0) return;
		this.#screen = frame.clientHeight;
		for (const row of mountedRows(list)) this.#heights.measure(keyOf(row), row.getBoundingClientRect().height);
		this.#followUnreportedScroll();
		if (this.#goal) this.#reach(this.#goal);
		if (this.#anchor.type === "row") this.#restore(this.#anchor);
		// Without rows, what is shown instead is read from its beginning.
		else if (this.#heights.count > 0) frame.scrollTop = frame.scrollHeight;
		this.#scrollTop = frame.scrollTop;
		this.#renderMissing();
	}

	#rowsWithin(screens: number): { first: number; last: number } {
		if (this.#options.isPrinting || this.#heights.count <= alwaysRendered) return { first: 0, last: this.#heights.count - 1 };
		const top = this.#screenTop();
		const around = this.#screen * screens;
		return { first: this.#heights.indexAt(top - around), last: this.#heights.indexAt(top + this.#screen + around) };
	}

	/** Rows that have to stay on the page, to keep the focus or the selection. */
	#pinned(): number[] {
		const focused = this.#elements && rowAround(this.#elements.list, document.activeElement);
		const keys = [this.#options.pinnedKey, focused ? keyOf(focused) : undefined, this.#goal?.key];
		const indices = keys.map((key) => (key === undefined ? undefined : this.#heights.indexOf(key)));
		return [...indices.filter((index) => index !== undefined), ...this.#selection.indices(this.#heights)];
	}

	/** The position of the top of the screen among the rows. */
	#screenTop(): number {
		if (this.#anchor.type === "row") {
			const index = this.#heights.indexOf(this.#anchor.key);
			if (index !== undefined) return this.#heights.top(index) - this.#anchor.top;
		}
		return this.#heights.total - this.#screen;
	}

	#setAnchor(anchor: Anchor): void {
		const wasAtEnd = this.isAtEnd;
		this.#anchor = anchor;
		if (wasAtEnd !== this.isAtEnd) this.#render();
		for (const listener of this.#listeners) listener();
	}

	/** Slack is given up as soon as nobody scrolls, or there is no space left that could hold it. */
	#fillSpaceAbove(): void {
		if (!this.#elements) return;
		const { list, above } = this.#elements;
		const [first] = mountedRows(list);
		const height = this.#heights.top((first && this.#heights.indexOf(keyOf(first))) || 0);
		const isNeeded = this.#isScrolling && this.#anchor.type === "row" && height + this.#slack >= 0 && Math.abs(this.#slack) < this.#screen;
		if (height === 0 || this.#anchor.type === "end" || (!isNeeded && Math.abs(this.#slack) >= 1)) this.#slack = 0;
		above.style.blockSize = `${Math.max(0, height + this.#slack)}px`;
	}

	/** The reader may have scrolled since the last event, which comes with the next frame. A log that became shorter is at its end. */
	#followUnreportedScroll(): void {
		if (!this.#elements) return;
		const { frame } = this.#elements;
		const by = frame.scrollTop - this.#scrollTop;
		if (by === 0 || Number.isNaN(by) || this.#jumps.isOverriding || (by < 0 && isAtEndOf(frame))) return;
		if (this.#anchor.type === "row") this.#anchor = scrolledBy(this.#anchor, by);
		else if (by < 0) this.#setAnchor(this.#anchorOnScreen());
		// The event that is still to come will find nothing new, so more is loaded now.
		this.#loadMore(by < 0);
	}

	#anchorOnScreen(): Anchor {
		if (!this.#elements) return this.#anchor;
		const { frame, list } = this.#elements;
		const anchor = anchorOnScreen(this.#elements);
		if (anchor) return anchor;
		// Empty space: a row is to be rendered here.
		const y = frame.getBoundingClientRect().top - list.getBoundingClientRect().top - this.#slack;
		const index = this.#heights.indexAt(y);
		const key = this.#heights.keyAt(index);
		return key === undefined ? { type: "end" } : { type: "row", key, top: this.#heights.top(index) - y };
	}

	/** Moves the anchor back to its position. */
	#restore({ key, top, mark }: RowAnchor): void {
		if (!this.#elements) return;
		const { frame, list } = this.#elements;
		const row = rowWithKey(list, key);
		const held = mark?.element.isConnected ? mark : row && { element: row, top };
		if (held) this.#shift(held.element.getBoundingClientRect().top - frame.getBoundingClientRect().top - held.top);
		// A removed element gives way to the one now on screen. A row that is still to be rendered is waited for.
		if (held ? held !== mark : this.#heights.indexOf(key) === undefined) this.#setAnchor(this.#anchorOnScreen());
	}

	/** Moves everything up by so much. */
	#shift(by: number): void {
		if (!this.#elements || Math.abs(by) < 0.01) return;
		const { frame, above } = this.#elements;
		const space = above.getBoundingClientRect().height;
		if (this.#isScrolling && space > 0 && space - by >= 0 && Math.abs(this.#slack - by) < this.#screen) {
			this.#slack -= by;
			above.style.blockSize = `${space - by}px`;
			return;
		}
		const from = frame.scrollTop;
		frame.scrollTop = from + by;
		const rest = by - (frame.scrollTop - from);
		if (Math.abs(rest) >= 1) this.#anchor = this.#anchorOnScreen();
		else if (space > 0) {
			// Frames scroll by whole pixels.
			this.#slack -= rest;
			above.style.blockSize = `${Math.max(0, space - rest)}px`;
		}
	}

	#reach(goal: Goal): void {
		const row = this.#elements && rowWithKey(this.#elements.list, goal.key);
		if (!row || !this.#elements) return;
		this.#goal = undefined;
		const { frame } = this.#elements;
		const by = distanceTo(goal, row, frame);
		frame.scrollTop += by;
		this.#scrollTop = frame.scrollTop;
		this.#setAnchor(this.#options.isEnd && isAtEndOf(frame) ? { type: "end" } : this.#anchorOnScreen());
		this.#jumps.onJump();
		goal.then(row);
		if (goal.align === "nearest") this.#loadMore(by < 0);
	}

	#scrolled(): void {
		if (!this.#elements || this.#options.isPrinting) return;
		const { frame } = this.#elements;
		const by = frame.scrollTop - this.#scrollTop;
		if (by !== 0) {
			this.#isScrolling = true;
			clearTimeout(this.#scrollEndTimer);
			this.#scrollEndTimer = setTimeout(() => this.#scrollEnded(), scrollEndTimeout);
		}
		this.#scrollTop = frame.scrollTop;
		if (this.#jumps.isOverriding) this.settle();
		else if (this.#options.isEnd && isAtEndOf(frame)) this.#setAnchor({ type: "end" });
		// New text increases the distance to the end too: only scrolling up leaves the end.
		else if (this.#anchor.type === "row" || by < 0) this.#setAnchor(this.#anchorOnScreen());
		this.#renderMissing();
		if (by !== 0) this.#loadMore(by < 0);
	}

	#scrollEnded(): void {
		clearTimeout(this.#scrollEndTimer);
		this.#isScrolling = false;
		this.#sync(() => this.settle());
	}

	#loadMore(isUp: boolean): void {
		const top = this.#screenTop();
		const distance = this.#screen * overscan.load;
		if (isUp && top < distance) this.#options.onNearTop?.();
		if (!isUp && this.#heights.total - top - this.#screen < distance) this.#options.onNearEnd?.();
	}

	#renderMissing(): void {
		if (this.#heights.count === 0) return;
		const { first, last } = this.#rowsWithin(overscan.enough);
		if (first < this.#rendered.first || last > this.#rendered.last) this.#render();
	}
}

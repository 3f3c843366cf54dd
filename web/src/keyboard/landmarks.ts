// The parts of the page that F6 moves between; each remembers where the focus was. Knows the page's
// markup, but no React.

/** In document order. The last selector matches a page without parts. */
const parts = "nav, main > header, [role=log], main > footer, main:not(:has(> header))";
/** Gets the focus first in a part; otherwise its first focusable element does. */
const beginnings = "[aria-current=page], article[tabindex='0'], textarea";
const focusable = "a[href], button:not(:disabled), input:not(:disabled), select, textarea, summary, [tabindex='0']";

const lastIn = new WeakMap<Element, HTMLElement>();
let lastPart: Element | undefined;
/** The selection of each field that has lost the focus. */
const carets = new WeakMap<Element, Parameters<HTMLTextAreaElement["setSelectionRange"]>>();

/** Records where the focus is. Returns how to stop. */
export function followFocus(): () => void {
	const follow = ({ target }: FocusEvent) => {
		const part = partOf(target as Element);
		if (!part) return;
		lastPart = part;
		lastIn.set(part, target as HTMLElement);
	};
	const stopped = new AbortController();
	const { signal } = stopped;
	addEventListener("focusin", follow, { signal });
	addEventListener("focusout", keepCaret, { signal });
	addEventListener("focusin", placeCaret, { signal });
	return () => stopped.abort();
}

function keepCaret({ target }: FocusEvent): void {
	if (!(target instanceof HTMLTextAreaElement)) return;
	const { selectionStart, selectionEnd, selectionDirection } = target;
	carets.set(target, [selectionStart, selectionEnd, selectionDirection]);
}

/**
 * A closing dialog returns the focus while the field is still behind it, and some browsers then show no caret: typed text is lost.
 * Setting the selection again brings the caret back.
 */
function placeCaret({ target, relatedTarget }: FocusEvent): void {
	const caret = carets.get(target as Element);
	if (caret && (relatedTarget as Element | null)?.closest("dialog")) (target as HTMLTextAreaElement).setSelectionRange(...caret);
}

/**
 * Moves to the next or previous part, wrapping around. If the focused element is gone, continues
 * from its part.
 */
export function goToPart(step: 1 | -1): void {
	const all = [...document.querySelectorAll(parts)].filter((part) => entryOf(part) !== undefined);
	const current = partOf(document.activeElement) ?? lastPart;
	const at = current ? all.indexOf(current) : -1;
	const next = all.at(at === -1 && step === 1 ? 0 : (at + step) % all.length);
	if (next) enter(next);
}

/** Moves the focus into a part of the page. */
export function goTo(selector: "[role=log]" | "main > footer" | "nav"): void {
	const part = document.querySelector(selector);
	if (part) enter(part);
}

/** Moves the focus back into the last part if it was lost with a dialog. */
export function restoreFocus(): void {
	if (document.activeElement !== document.body) return;
	const part = lastPart?.isConnected ? lastPart : document.querySelector("nav");
	if (part) enter(part);
}

/** Moves the focus back into a part if the element in it that had the focus is gone. To be called when the part was drawn. */
export function keepFocusIn(selector: "nav"): void {
	const part = document.querySelector(selector);
	const last = part && lastIn.get(part);
	if (last && !last.isConnected && part === lastPart && document.activeElement === document.body) enter(part);
}

function enter(part: Element): void {
	entryOf(part)?.focus();
}

function partOf(element: Element | null): Element | null {
	return element?.closest(parts) ?? null;
}

function entryOf(part: Element): HTMLElement | undefined {
	const last = lastIn.get(part);
	if (last?.isConnected && part.contains(last) && isVisible(last)) return last;
	const all = [...part.querySelectorAll<HTMLElement>(beginnings), ...part.querySelectorAll<HTMLElement>(focusable)];
	// The part itself, such as an empty log.
	return all.find(isVisible) ?? (part.matches("[tabindex]") && part instanceof HTMLElement && isVisible(part) ? part : undefined);
}

function isVisible(element: HTMLElement): boolean {
	return element.checkVisibility({ visibilityProperty: true });
}

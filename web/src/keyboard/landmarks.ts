// The parts of the page: F6 goes from one to the next and comes to where one was in it. Knows how the page is built; nothing of React.

/** In the order in which they stand; the last one is a page that has no parts. */
const parts = "nav, main > header, [role=log], main > footer, main:not(:has(> header))";
/** Where one begins in a part, else at the first thing that can have the focus. */
const beginnings = "[aria-current=page], article[tabindex='0'], textarea";
const focusable = "a[href], button:not(:disabled), input:not(:disabled), select, textarea, summary, [tabindex='0']";

const lastIn = new WeakMap<Element, HTMLElement>();
let lastPart: Element | undefined;
/** Of a field that lost the focus. */
const carets = new WeakMap<Element, Parameters<HTMLTextAreaElement["setSelectionRange"]>>();

/** Keeps in mind where one is. Answers how to stop. */
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
 * A dialog that closes gives the focus back while the field that one came from is still behind it: sometimes without a caret, and then
 * what is typed goes nowhere.
 */
function placeCaret({ target, relatedTarget }: FocusEvent): void {
	const caret = carets.get(target as Element);
	if (caret && (relatedTarget as Element | null)?.closest("dialog")) (target as HTMLTextAreaElement).setSelectionRange(...caret);
}

/** To the next part, or the one before, in a circle. Whose place is gone goes on from the part that it was in. */
export function goToPart(step: 1 | -1): void {
	const all = [...document.querySelectorAll(parts)].filter((part) => entryOf(part) !== undefined);
	const here = partOf(document.activeElement) ?? lastPart;
	const at = here ? all.indexOf(here) : -1;
	const next = all.at(at === -1 && step === 1 ? 0 : (at + step) % all.length);
	if (next) enter(next);
}

/** Into the part of the page that this finds. */
export function goTo(selector: "[role=log]" | "main > footer" | "nav"): void {
	const part = document.querySelector(selector);
	if (part) enter(part);
}

/** Where what had the focus went with what was open over the page: back into the part that one came from. */
export function restoreFocus(): void {
	if (document.activeElement !== document.body) return;
	const part = lastPart?.isConnected ? lastPart : document.querySelector("nav");
	if (part) enter(part);
}

function enter(part: Element): void {
	entryOf(part)?.focus();
}

function partOf(element: Element | null): Element | null {
	return element?.closest(parts) ?? null;
}

function entryOf(part: Element): HTMLElement | undefined {
	const last = lastIn.get(part);
	if (last?.isConnected && part.contains(last) && isSeen(last)) return last;
	const all = [...part.querySelectorAll<HTMLElement>(beginnings), ...part.querySelectorAll<HTMLElement>(focusable)];
	// The log itself where nothing is in it.
	return all.find(isSeen) ?? (part.matches("[tabindex]") && part instanceof HTMLElement && isSeen(part) ? part : undefined);
}

function isSeen(element: HTMLElement): boolean {
	return element.checkVisibility({ visibilityProperty: true });
}

// Highlights the matches in the message that a result leads to, until the focus moves on. Uses the
// CSS Custom Highlight API, so that nothing is rendered again. Browsers without it show no
// highlight.

import { type FoundMessage, partsOf } from "./results.ts";

const name = "found";
let stop = () => {};

/** Call it when a result is opened: its message gets the focus once it is shown. */
export function highlightOnArrival(found: FoundMessage): void {
	stop();
	if (!("highlights" in CSS)) return;
	const texts = partsOf(found).flatMap(({ text, isFound }) => (isFound ? [text] : []));
	let article: Element | undefined;
	const listen = ({ target }: FocusEvent) => {
		const entered = (target as Element).closest("article");
		if (article) {
			if (entered !== article) stop();
		} else if (entered?.dataset.id === found.message.id) {
			article = entered;
			CSS.highlights.set(name, new Highlight(...rangesOf(texts, entered)));
		}
	};
	addEventListener("focusin", listen);
	stop = () => {
		removeEventListener("focusin", listen);
		CSS.highlights.delete(name);
	};
}

/** The ranges of these texts in the content of a message. */
function rangesOf(texts: readonly string[], article: Element): Range[] {
	const walker = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
	const ranges: Range[] = [];
	for (let node = walker.nextNode(); node; node = walker.nextNode()) {
		if (node.parentElement?.closest("header, button")) continue;
		const said = node.textContent ?? "";
		for (const text of texts)
			for (let at = said.indexOf(text); at !== -1; at = said.indexOf(text, at + text.length)) {
				const range = document.createRange();
				range.setStart(node, at);
				range.setEnd(node, at + text.length);
				ranges.push(range);
			}
	}
	return ranges;
}

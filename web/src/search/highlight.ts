// Marks what was looked for in the message that one goes to: by the browser's own highlights, so that nothing is drawn anew, and until one
// goes elsewhere. Where a browser has none, nothing is marked.

import { type FoundMessage, partsOf } from "./results.ts";

const name = "found";
let stop = () => {};

/** To be called when somebody goes to the place: the message has the focus once it is shown. */
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

/** Where these texts stand in what a message says. */
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

// Copies a selection that has formulas: each as it was written, the rest as it is. Loaded with the first formula.

/** Classes: of the elements that have a formula in `data-source`, and of those that are not copied. */
type Classes = { formula: string | undefined; unselectable: string | undefined };

export function copyFormulas(event: ClipboardEvent, { formula, unselectable }: Classes): void {
	const selection = document.getSelection();
	if (event.defaultPrevented || !event.clipboardData || !selection || selection.rangeCount === 0 || selection.isCollapsed) return;
	const range = selection.getRangeAt(0);
	const around = elementOf(range.commonAncestorContainer);
	const within = around?.closest<HTMLElement>(`.${formula}`);
	const fragment = range.cloneContents();
	const inFragment = fragment.querySelectorAll<HTMLElement>(`.${formula}`);
	if (!within && inFragment.length === 0) return;
	event.preventDefault();
	if (within) {
		event.clipboardData.setData("text/plain", within.dataset.source ?? "");
		return;
	}
	// Elements of the page, for as long as the text is read: the browser knows how blocks and cells become lines of text.
	const formulas = [...document.querySelectorAll<HTMLElement>(`.${formula}`)].filter((one) => range.intersectsNode(one));
	const sources = formulas.map((one) => {
		const source = document.createElement("span");
		source.textContent = one.dataset.source ?? "";
		return source;
	});
	document.documentElement.dataset.copying = "";
	for (const [index, one] of formulas.entries()) one.prepend(sources[index] as Node);
	event.clipboardData.setData("text/plain", selection.toString());
	for (const source of sources) source.remove();
	delete document.documentElement.dataset.copying;
	event.clipboardData.setData("text/html", htmlOf(fragment, inFragment, around, `header, figcaption, .${unselectable}`));
}

function htmlOf(fragment: DocumentFragment, formulas: Iterable<HTMLElement>, around: Element | null, left: string): string {
	for (const one of formulas) one.replaceWith(one.dataset.source ?? "");
	for (const one of fragment.querySelectorAll(left)) one.remove();
	const html = document.createElement(around?.closest("table") ? "table" : "div");
	html.append(fragment);
	for (const element of html.querySelectorAll("*"))
		for (const { name } of [...element.attributes]) if (!["href", "start", "colspan"].includes(name)) element.removeAttribute(name);
	return html.localName === "table" ? html.outerHTML : html.innerHTML;
}

function elementOf(node: Node): Element | null {
	return node instanceof Element ? node : node.parentElement;
}

// Runs in the browser: renders a growing text with one of several renderers and records each state's time and look.

import type { ReactNode } from "react";
import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";
import { loadOpenEnd } from "../../../src/markdown/lexer.ts";
import { Markdown } from "../../../web/src/markdown/Markdown.tsx";
import "../../../web/src/tokens.css";
import "../../../web/src/base.css";
import type { Looked, Renderer, Timed } from "./window.ts";

const renderers: Record<Renderer, (text: string) => ReactNode> = {
	parley: (text) => <Markdown source={text} isGrowing />,
	whole: (text) => <Markdown source={text} />,
	none: () => null,
};

const scroller = document.getElementById("root") as HTMLElement;

window.time = async (name, text, step) => {
	await loadOpenEnd();
	const timed: Timed = { script: [], layout: [] };
	const draw = drawing(name);
	for (let length = step; length <= text.length; length += step) {
		await new Promise(requestAnimationFrame);
		const begun = performance.now();
		draw(text.slice(0, length));
		const drawn = performance.now();
		scroller.scrollTop = scroller.scrollHeight;
		timed.script.push(drawn - begun);
		timed.layout.push(performance.now() - drawn);
	}
	return timed;
};

window.look = (name, text, step) => {
	const looked: Looked = { states: 0, bare: 0, shrunk: 0 };
	const draw = drawing(name);
	let height = 0;
	for (let length = step; length <= text.length; length += step) {
		draw(text.slice(0, length));
		const shown = [...(scroller.querySelector("div")?.children ?? [])].at(-1);
		looked.states += 1;
		if (shown && /\*\*|\]\(|\|:?--/.test(proseOf(shown))) looked.bare += 1;
		if (scroller.scrollHeight < height) looked.shrunk += 1;
		height = scroller.scrollHeight;
	}
	return looked;
};

function drawing(name: Renderer): (text: string) => void {
	scroller.replaceChildren();
	const root = createRoot(scroller.appendChild(document.createElement("section")));
	return (text) => flushSync(() => root.render(renderers[name](text)));
}

/** The rendered text without code. */
function proseOf(element: Element): string {
	if (element.localName === "pre" || element.localName === "code") return "";
	return [...element.childNodes].map((node) => (node instanceof Element ? proseOf(node) : node.textContent)).join("");
}

// The contents of a long answer: a menu of its headings, each of which leads there. Loaded with the first answer that may have some.

import { useLayoutEffect, useRef, useState } from "react";
import menu from "../controls/Menu.module.css";
import { moveFocus } from "../controls/Menu.tsx";
import { Popover } from "../controls/Popover.tsx";
import toolbar from "../conversation/message/Toolbar.module.css";
import markdown from "./Markdown.module.css";
import styles from "./Outline.module.css";
import { useWords } from "./words.ts";

/** Answers with fewer headings, or of fewer screens, are read without contents. */
const least = { headings: 4, screens: 2 };

/** `content`: of the answer as it is shown. */
export function Outline({ content, tabIndex }: { content: string; tabIndex: number }) {
	const words = useWords();
	const place = useRef<HTMLSpanElement>(null);
	const [isShown, setShown] = useState(false);
	// biome-ignore lint/correctness/useExhaustiveDependencies: another version of the answer has another text.
	useLayoutEffect(() => {
		const text = textAround(place.current);
		const log = text?.closest("[role=log]");
		if (!text || !log) return;
		const observer = new ResizeObserver(() =>
			setShown(headingsIn(text).length >= least.headings && text.clientHeight > least.screens * log.clientHeight),
		);
		observer.observe(text);
		observer.observe(log);
		return () => observer.disconnect();
	}, [content]);
	return (
		<span ref={place} className={styles.outline}>
			{isShown && (
				<Popover
					opener={{ label: words.contents, icon: "goTo", className: toolbar.button, tabIndex }}
					hasPopup="menu"
					className={`${menu.menu} ${styles.menu}`}
					onKeyDown={moveFocus}
					content={(close) => {
						const headings = headingsIn(textAround(place.current));
						const highest = Math.min(...headings.map(levelOf));
						return headings.map((heading, index) => (
							<button
								// biome-ignore lint/suspicious/noArrayIndexKey: headings may have the same text, and stay where they are.
								key={index}
								type="button"
								role="menuitem"
								tabIndex={-1}
								dir="auto"
								data-level={levelOf(heading) - highest}
								onClick={() => {
									// Before: the focus returns to the button, and moves on from there.
									close();
									goTo(heading);
								}}
							>
								{wordsOf(heading)}
							</button>
						));
					}}
				/>
			)}
		</span>
	);
}

/** The text of the answer. Its thinking comes before it. */
function textAround(place: Element | null): Element | undefined {
	return [...(place?.closest("article")?.querySelectorAll(`.${markdown.markdown}`) ?? [])].at(-1);
}

/** Not those in quotes and lists. */
function headingsIn(text: Element | undefined): HTMLElement[] {
	const headings = text?.querySelectorAll<HTMLElement>(":scope > :is(h2, h3, h4, h5, h6)") ?? [];
	return [...headings].filter((heading) => wordsOf(heading) !== "");
}

function levelOf({ localName }: Element): number {
	return Number(localName.slice(1));
}

/** Without what is shown beside links, and with formulas as they are written. */
function wordsOf(heading: HTMLElement): string {
	const copy = heading.cloneNode(true) as HTMLElement;
	for (const where of copy.querySelectorAll(`.${markdown.where}`)) where.remove();
	for (const formula of copy.querySelectorAll<HTMLElement>("[data-source]")) formula.replaceWith(formula.dataset.source ?? "");
	return (copy.textContent ?? "").trim();
}

function goTo(heading: HTMLElement): void {
	heading.tabIndex = -1;
	heading.focus({ preventScroll: true });
	heading.scrollIntoView({ block: "start" });
}

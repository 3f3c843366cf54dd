// Around a table. One that fits is as high as it is, and its head stays in sight while the conversation scrolls. One that is too wide
// scrolls in the frame, sideways and down, with its head.

import { type ReactNode, useEffect, useRef } from "react";
import { reachable } from "../browser.ts";
import styles from "./Markdown.module.css";

export function TableFrame({ children }: { children: ReactNode }) {
	const frame = useRef<HTMLDivElement>(null);
	useEffect(() => (frame.current?.firstElementChild ? follow(frame.current, frame.current.firstElementChild) : undefined), []);
	return (
		<div
			ref={(element) => {
				frame.current = element;
				reachable(element);
			}}
			className={styles.table}
		>
			{children}
		</div>
	);
}

/** Returns how to stop. */
function follow(frame: HTMLElement, table: Element): () => void {
	/** Of the rows: while more of them come, the frame stays at its end. */
	let height = Number.POSITIVE_INFINITY;
	const observer = new ResizeObserver(() => {
		const wasAtEnd = frame.scrollTop + frame.clientHeight >= height - 1;
		const isWide = table.getBoundingClientRect().width > frame.clientWidth + 1;
		if (frame.hasAttribute("data-wide") !== isWide) frame.toggleAttribute("data-wide", isWide);
		if (wasAtEnd && frame.scrollHeight > height) frame.scrollTop = frame.scrollHeight;
		height = frame.scrollHeight;
	});
	observer.observe(frame);
	observer.observe(table);
	return () => observer.disconnect();
}

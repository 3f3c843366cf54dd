// The numbers of footnotes in a text, and the notes at its end. Each leads to the other. Loaded with the first text that
// may have some.

import { type MouseEvent, memo, type ReactNode } from "react";
import type { Node, Nodes } from "../../../src/markdown/nodes.ts";
import styles from "./Footnotes.module.css";
import { useWords } from "./words.ts";

/** `id`: of the text. Other texts on the page have footnotes with the same numbers. */
type Props<T> = { id: string; node: Extract<Node, { type: T }>; draw(nodes: Nodes): ReactNode };

export function Footnotes({ node, ...props }: Props<"footnote" | "footnotes">) {
	return node.type === "footnote" ? <Reference node={node} {...props} /> : <Notes node={node} {...props} />;
}

/** The number is drawn by the style sheet: copying and searching the text must not find it. */
const Reference = memo(({ id, node: { number, isFirst } }: Props<"footnote">) => {
	const words = useWords();
	return (
		<sup className={styles.reference}>
			<a
				id={isFirst ? referenceId(id, number) : undefined}
				href={`#${noteId(id, number)}`}
				aria-label={words.footnote(number)}
				onClick={(event) => lead(event, noteId(id, number))}
			>
				<span data-number={number} />
			</a>
		</sup>
	);
});

function Notes({ id, node: { numbers, items }, draw }: Props<"footnotes">) {
	const words = useWords();
	return (
		<section className={styles.notes} aria-label={words.footnotes}>
			<ol>
				{items.map((nodes, index) => {
					const number = numbers[index] as number;
					return <Note key={number} id={id} number={number} nodes={nodes} draw={draw} />;
				})}
			</ol>
		</section>
	);
}

const Note = memo(({ id, number, nodes, draw }: { id: string; number: number; nodes: Nodes; draw(nodes: Nodes): ReactNode }) => {
	const words = useWords();
	const back = (
		<a
			className={styles.back}
			href={`#${referenceId(id, number)}`}
			aria-label={words.backToText}
			onClick={(event) => lead(event, referenceId(id, number))}
		>
			<span />
		</a>
	);
	const last = nodes.at(-1);
	const isText = last?.type === "paragraph";
	return (
		<li id={noteId(id, number)} value={number} tabIndex={-1} dir="auto">
			{draw(isText ? nodes.slice(0, -1) : nodes)}
			<p>
				{isText && draw(last.nodes)}
				{/* It does not stand alone in a line. */}
				{"\u00a0"}
				{back}
			</p>
		</li>
	);
});

const noteId = (id: string, number: number) => `${id}-note-${number}`;
const referenceId = (id: string, number: number) => `${id}-ref-${number}`;

/** By note: the reference that somebody came from. */
const origins = new WeakMap<Element, HTMLElement>();

/** The address of the page stays: it is the conversation's. */
function lead(event: MouseEvent<HTMLAnchorElement>, id: string): void {
	event.preventDefault();
	const from = event.currentTarget;
	const origin = origins.get(from.closest("li[tabindex]") ?? from);
	const to = origin?.isConnected ? origin : document.getElementById(id);
	if (!to) return;
	if (to.matches("li")) origins.set(to, from);
	to.focus({ preventScroll: true });
	to.scrollIntoView({ block: "center" });
}

// Renders the tree of a Markdown text as React elements. Text must never become HTML. The tree comes from `markdown.ts`.

import { createContext, createElement, Fragment, memo, type ReactNode, useId, useMemo, useRef } from "react";
import type { Target } from "../../../src/markdown/links.ts";
import { type Block, type Citing, growMarkdown, nothingRead, readMarkdown } from "../../../src/markdown/markdown.ts";
import type { Footnotes, Node, Nodes } from "../../../src/markdown/nodes.ts";
import type { Mention } from "../../../src/protocol/message.ts";
import type { Citation, Source } from "../../../src/protocol/sources.ts";
import { useStrings } from "../languages/useStrings.ts";
import { useResearchParts } from "../research/useResearchParts.ts";
import { CodeBlock } from "./CodeBlock.tsx";
import { Diagram } from "./diagrams/Diagram.tsx";
import { Formula } from "./formulas/Formula.tsx";
import styles from "./Markdown.module.css";
import { Mentioned, Mentions } from "./MentionedText.tsx";
import { piecesOf } from "./pieces.ts";
import { TableFrame } from "./TableFrame.tsx";
import { useTextParts } from "./useTextParts.ts";

type Props = {
	source: string;
	isGrowing?: boolean;
	mentions?: readonly Mention[];
	/** The passages that rest on sources. */
	citations?: readonly Citation[];
	sources?: readonly Source[];
};

/** `isGrowing`: more text may be appended. A finished text is parsed again as a whole, as links may refer to its end. */
export function Markdown({ source, isGrowing = false, mentions = none, citations = none, sources = none }: Props) {
	const parts = useResearchParts(citations.length > 0);
	const citing = useMemo(() => parts && { citations, code: parts.citing }, [parts, citations]);
	// For growing texts before they need it: no footnote is shown as it is written meanwhile.
	const notes = useTextParts(isGrowing || source.includes("[^"));
	const id = useId();
	const mark = useMemo(
		() => (node: Marked) => {
			if (node.type === "citation") return parts && <parts.SourceMark index={node.source} source={sources[node.source]} />;
			return notes && <notes.Footnotes id={id} node={node} draw={drawAll} />;
		},
		[parts, sources, notes, id],
	);
	const blocks = useBlocks(source, isGrowing, mentions, citing, notes?.footnotes);
	return (
		<div className={styles.markdown}>
			<Mentions value={mentions}>
				<Marks value={mark}>
					{blocks.map(({ offset, node }) => (
						<OneBlock key={offset} node={node} />
					))}
				</Marks>
			</Mentions>
		</div>
	);
}

const none: readonly never[] = [];

/** Drawn by code that is loaded when it is needed. */
type Marked = Extract<Node, { type: "citation" | "footnote" | "footnotes" }>;

const Marks = createContext<(node: Marked) => ReactNode>(() => null);

function useBlocks(
	source: string,
	isGrowing: boolean,
	mentions: readonly Mention[],
	citing: Citing | undefined,
	footnotes: (() => Footnotes) | undefined,
): readonly Block[] {
	const grown = useRef(nothingRead);
	const whole = useMemo(
		() => (isGrowing ? [] : readMarkdown(source, mentions, citing, footnotes)),
		[source, isGrowing, mentions, citing, footnotes],
	);
	if (!isGrowing) return whole;
	grown.current = growMarkdown(grown.current, source, citing, footnotes);
	return [...grown.current.finished, ...grown.current.open];
}

const OneBlock = memo(({ node }: { node: Node }) => draw(node, "auto"));

/** Without keys: nodes are only ever appended. Flat: Preact merges a fragment with its only child, and draws both again when it gets another. */
function drawAll(nodes: Nodes): ReactNode {
	return createElement(Fragment, null, ...nodes.flatMap((node) => draw(node)));
}

/** `dir`: blocks at the top level have the direction of their text. */
function draw(node: Node, dir?: "auto"): ReactNode {
	switch (node.type) {
		case "text":
			return piecesOf(node.text);
		case "mention":
			return <Mentioned index={node.index} text={node.text} />;
		case "citation":
		case "footnote":
		case "footnotes":
			return <Marks.Consumer>{(mark) => mark(node)}</Marks.Consumer>;
		case "break":
			return <br />;
		case "rule":
			return <hr />;
		case "task":
			return <Task isDone={node.isDone} />;
		case "codespan":
			return <code>{node.text}</code>;
		case "formula":
			return <Formula tex={node.tex} source={node.text} isDisplay={node.isDisplay} />;
		case "code":
			if (node.language === "mermaid" && node.isWhole) return <Diagram code={node.text} />;
			return <CodeBlock language={node.language} code={node.text} isWhole={node.isWhole} />;
		case "paragraph":
			return <p dir={dir}>{drawAll(node.nodes)}</p>;
		case "quote":
			return <blockquote dir={dir}>{drawAll(node.nodes)}</blockquote>;
		case "strong":
			return <strong>{drawAll(node.nodes)}</strong>;
		case "emphasis":
			return <em>{drawAll(node.nodes)}</em>;
		case "deleted":
			return <del>{drawAll(node.nodes)}</del>;
		case "sub":
		case "sup":
		case "kbd":
			return createElement(node.type, null, drawAll(node.nodes));
		case "heading":
			return createElement(headings[node.level - 1] ?? "h6", { dir }, drawAll(node.nodes));
		case "list":
			return drawList(node, dir);
		case "table":
			return drawTable(node, dir);
		case "link":
			return <Link target={node.target}>{drawAll(node.nodes)}</Link>;
		case "picture":
			return <Picture target={node.target} text={node.text} />;
		default:
			return node satisfies never;
	}
}

/** The page's own heading is h1. */
const headings = ["h2", "h3", "h4", "h5"] as const;

function drawList({ start, hasTasks, items }: Extract<Node, { type: "list" }>, dir?: "auto"): ReactNode {
	const first = start ?? 0;
	const wide = first > 9_999 ? styles.widest : first > 99 ? styles.wide : undefined;
	const attributes = { dir, className: hasTasks ? styles.tasks : wide, ...(start !== null && { start }) };
	return createElement(start === null ? "ul" : "ol", attributes, ...items.map((nodes) => createElement("li", null, drawAll(nodes))));
}

function drawTable({ columns, head, rows }: Extract<Node, { type: "table" }>, dir?: "auto"): ReactNode {
	const classes = columns.map((align) => align && styles[align]);
	const row = (cells: readonly Nodes[], tag: "th" | "td") =>
		createElement("tr", null, ...cells.map((nodes, column) => createElement(tag, { className: classes[column] }, drawAll(nodes))));
	return (
		<TableFrame>
			<table dir={dir}>
				<thead>{row(head, "th")}</thead>
				{createElement("tbody", null, ...rows.map((cells) => row(cells, "td")))}
			</table>
		</TableFrame>
	);
}

function Task({ isDone }: { isDone: boolean }) {
	const strings = useStrings();
	return <input type="checkbox" checked={isDone} disabled aria-label={isDone ? strings.taskDone : strings.taskOpen} />;
}

/** Pictures are not loaded from elsewhere: a link stands in their place. */
function Picture({ target, text }: { target: Target | null; text: string }) {
	const name = useStrings().image(text);
	return target ? <Link target={target}>{name}</Link> : name;
}

/** Shows the target beside the text, unless the text says it. */
function Link({ target: { href, where }, children }: { target: Target; children: ReactNode }) {
	return (
		<a href={href} title={href} target="_blank" rel="noopener noreferrer nofollow">
			{children}
			{where !== null && (
				<bdi className={styles.where} dir="ltr">
					{where}
				</bdi>
			)}
		</a>
	);
}

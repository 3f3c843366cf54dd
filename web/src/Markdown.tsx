// Markdown as React elements. No text ever becomes HTML: tags are shown as text, links have an allow-list, images are not loaded.

import type { MarkedToken, Token, Tokens } from "marked";
import { createContext, createElement, Fragment, memo, type ReactNode, useContext, useMemo, useRef } from "react";
import type { Mention } from "../../src/protocol/message.ts";
import { type Block, growBlocks, noBlocks, readBlocks, readMarkedBlocks } from "./blocks.ts";
import { reachable } from "./browser.ts";
import { CodeBlock } from "./CodeBlock.tsx";
import { decodeEntities } from "./entities.ts";
import styles from "./Markdown.module.css";
import { MentionedText, Mentions } from "./MentionedText.tsx";
import { bare, marked } from "./mentions.ts";
import { strings } from "./strings.ts";

type Props = { source: string; isGrowing?: boolean; mentions?: readonly Mention[] };

/** `isGrowing`: more may be appended. Once it no longer grows the whole text is read once more, as links may refer to its end. */
export function Markdown({ source, isGrowing = false, mentions = nobody }: Props) {
	return (
		<div className={styles.markdown} dir="auto">
			<Mentions value={mentions}>{isGrowing ? <Growing source={source} /> : <Whole source={source} mentions={mentions} />}</Mentions>
		</div>
	);
}

const nobody: readonly Mention[] = [];

function Growing({ source }: { source: string }) {
	const grown = useRef(noBlocks);
	grown.current = growBlocks(grown.current, source);
	return <Blocks blocks={[...grown.current.finished, ...grown.current.open]} />;
}

function Whole({ source, mentions }: { source: string; mentions: readonly Mention[] }) {
	const blocks = useMemo(() => (mentions.length > 0 ? readMarkedBlocks(marked(source, mentions)) : readBlocks(source)), [source, mentions]);
	return <Blocks blocks={blocks} />;
}

function Blocks({ blocks }: { blocks: readonly Block[] }) {
	return blocks.map(({ offset, token }) => <OneBlock key={offset} token={token} />);
}

const OneBlock = memo(({ token }: { token: MarkedToken }) => render(token, 0));

/** Nobody writes so deep in earnest, and a browser's layout has a bottom. */
const deepest = 24;

/** Children by position, as they only ever grow at the end. */
function renderAll(tokens: readonly Token[], depth: number): ReactNode {
	return createElement(Fragment, null, ...tokens.map((token) => render(token as MarkedToken, depth)));
}

function render(token: MarkedToken, depth: number): ReactNode {
	if (depth > deepest) return token.raw;
	const inner = (tokens: readonly Token[]) => renderAll(tokens, depth + 1);
	switch (token.type) {
		case "space":
		case "def":
			return null;
		case "hr":
			return <hr />;
		case "br":
			return <br />;
		case "heading":
			return <Heading depth={token.depth}>{inner(token.tokens)}</Heading>;
		case "paragraph":
			return <p>{inner(token.tokens)}</p>;
		case "blockquote":
			return <blockquote>{inner(token.tokens)}</blockquote>;
		case "list":
			return <List list={token} depth={depth} />;
		case "list_item":
			return <li>{inner(token.tokens)}</li>;
		case "checkbox":
			return <input type="checkbox" checked={token.checked} disabled aria-label={token.checked ? strings.taskDone : strings.taskOpen} />;
		case "table":
			return <Table table={token} depth={depth} />;
		case "code":
			return <CodeBlock language={token.lang?.trim().split(/\s/)[0] ?? ""} code={token.text} />;
		case "codespan":
			return <code>{token.text}</code>;
		case "strong":
			return <strong>{inner(token.tokens)}</strong>;
		case "em":
			return <em>{inner(token.tokens)}</em>;
		case "del":
			return <del>{inner(token.tokens)}</del>;
		case "link":
			if (token.autolink) return <SafeLink href={token.href} raw={token.raw} text={token.text} />;
			return (
				<SafeLink href={decodeEntities(token.href)} raw={token.raw} text={decodeEntities(token.text)}>
					{inner(token.tokens)}
				</SafeLink>
			);
		case "image":
			// Loading it would tell its server who reads here, and whatever a text made of others' words puts into the address.
			return <SafeLink href={decodeEntities(token.href)} raw={token.raw} text={strings.image(decodeEntities(token.text))} />;
		case "html":
			return token.block ? <p>{token.text}</p> : token.text;
		case "escape":
			return token.text;
		case "text":
			return token.tokens ? inner(token.tokens) : textOf(decodeEntities(token.text));
		default:
			token satisfies never;
	}
}

/** Most texts name nobody. */
function textOf(text: string): ReactNode {
	return bare(text) === text ? text : <MentionedText text={text} />;
}

/** Below the page's own heading. */
function Heading({ depth, children }: { depth: number; children: ReactNode }) {
	const Tag = (["h2", "h3", "h4", "h5"] as const)[depth - 1] ?? "h6";
	return <Tag>{children}</Tag>;
}

function List({ list, depth }: { list: Tokens.List; depth: number }) {
	const items = renderAll(list.items, depth + 1);
	const className = list.items.some(({ task }) => task) ? styles.tasks : undefined;
	if (!list.ordered) return <ul className={className}>{items}</ul>;
	return (
		<ol className={className} start={list.start === "" ? undefined : list.start}>
			{items}
		</ol>
	);
}

function Table({ table, depth }: { table: Tokens.Table; depth: number }) {
	const row = (cells: readonly Tokens.TableCell[], tag: "th" | "td") =>
		createElement(
			"tr",
			null,
			...cells.map((cell) => createElement(tag, { className: cell.align && styles[cell.align] }, renderAll(cell.tokens, depth + 1))),
		);
	return (
		<div ref={reachable} className={styles.table}>
			<table>
				<thead>{row(table.header, "th")}</thead>
				{createElement("tbody", null, ...table.rows.map((cells) => row(cells, "td")))}
			</table>
		</div>
	);
}

/** A link within a link would go elsewhere than the one around it says. */
const InLink = createContext(false);

type LinkProps = { href: string; raw: string; text: string; children?: ReactNode };

/** A link to where a link may go, which shows where that is; else what was written. `children`: the text as it looks. */
function SafeLink({ href, raw, text, children = text }: LinkProps) {
	const isInLink = useContext(InLink);
	const url = URL.canParse(href) ? new URL(href) : null;
	if (!url || !["http:", "https:", "mailto:"].includes(url.protocol)) return raw;
	if (isInLink) return children;
	return (
		<a href={url.href} title={url.href} target="_blank" rel="noopener noreferrer nofollow">
			<InLink value={true}>{children}</InLink>
			{!saysWhere(text, url) && (
				<bdi className={styles.where} dir="ltr">
					{whereOf(url)}
				</bdi>
			)}
		</a>
	);
}

/** A host of other letters than it seems to have stands here as `xn--…`. */
function whereOf({ host, pathname, href }: URL): string {
	return host || pathname || href;
}

/** Whether a link's text is its address, or the beginning of it. A name before the host is made to be taken for it. */
function saysWhere(text: string, url: URL): boolean {
	const said = text.replace(/^(?:https?:\/\/|mailto:)/i, "");
	const where = whereOf(url);
	const isSaid = said.slice(0, where.length).toLowerCase() === where.toLowerCase();
	return isSaid && url.username === "" && /^(?:[/?#][!-~]*)?$/.test(said.slice(where.length));
}

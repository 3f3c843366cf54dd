// A code block with its language and a button to copy it. It is highlighted once it is complete and its grammar is loaded; nothing moves.

import { createElement, Fragment, type RefObject, useEffect, useMemo, useRef, useState } from "react";
import { copyText, reachable } from "../browser.ts";
import { useLazy } from "../controls/useLazy.ts";
import { useStrings } from "../languages/useStrings.ts";
import type { Piece } from "./highlighter.ts";
import styles from "./Markdown.module.css";
import { piecesOf } from "./pieces.ts";

type Highlighting = typeof import("./highlighting.ts");
/** Kept for blocks that return to the page, which are then highlighted at once. */
let known: Highlighting | undefined;
const load = async (): Promise<Highlighting> => {
	known = await import("./highlighting.ts");
	return known;
};

type Props = { language: string; code: string; isWhole: boolean };

export function CodeBlock({ language, code, isWhole }: Props) {
	const strings = useStrings();
	const text = useRef<HTMLElement>(null);
	const pieces = useLater(usePieces(language, code, isWhole), useSelected(text));
	const [copied, setCopied] = useState<"no" | "yes" | "failed">("no");
	const copy = async () => setCopied((await copyText(code)) ? "yes" : "failed");
	return (
		<figure className={styles.code} dir="ltr">
			<figcaption>
				<span>{language || strings.code}</span>
				<button type="button" aria-label={copied === "no" ? strings.copyCode : undefined} onClick={copy} onBlur={() => setCopied("no")}>
					{copied === "yes" ? strings.copied : copied === "failed" ? strings.copyFailed : strings.copy}
				</button>
			</figcaption>
			<pre ref={reachable}>
				<code ref={text}>{createElement(Fragment, null, ...(pieces?.map(drawPiece) ?? piecesOf(code)))}</code>
			</pre>
		</figure>
	);
}

function drawPiece({ text, kind }: Piece) {
	return kind === null ? text : <span data-kind={kind}>{text}</span>;
}

/**
 * True while something in the element is selected. Never read the selection while rendering: that computes the layout, and a log
 * whose elements are just being replaced is too short for a moment, so the browser would scroll it away from its end.
 */
function useSelected(element: RefObject<HTMLElement | null>): boolean {
	const [isSelected, setIsSelected] = useState(false);
	useEffect(() => {
		const update = () => {
			const selection = document.getSelection();
			setIsSelected(selection?.isCollapsed === false && element.current !== null && selection.containsNode(element.current, true));
		};
		document.addEventListener("selectionchange", update);
		return () => document.removeEventListener("selectionchange", update);
	}, [element]);
	return isSelected;
}

/** Plain code stays plain while something in it is selected: colouring it would end the selection. */
function useLater<T>(pieces: T | null, isSelected: boolean): T | null {
	const shown = useRef<T>(null);
	if (!isSelected || shown.current) shown.current = pieces;
	return shown.current;
}

/** The highlighted pieces; `null` while the code is plain. */
function usePieces(name: string, code: string, isWhole: boolean): readonly Piece[] | null {
	const isWanted = isWhole && name !== "";
	const highlighting = useLazy(load, isWanted) ?? known;
	const language = isWanted ? highlighting?.languageOf(name, code) : undefined;
	const [isHere, setHere] = useState(false);
	// biome-ignore lint/correctness/useExhaustiveDependencies: highlight() returns pieces once the grammar is loaded.
	const pieces = useMemo(
		() => (language ? (highlighting?.highlight(language, code) ?? null) : null),
		[highlighting, language, code, isHere],
	);
	const missing = pieces === null ? language : undefined;
	useEffect(() => {
		if (!missing || !highlighting) return;
		let isCurrent = true;
		highlighting.loadLanguage(missing).then(
			() => isCurrent && setHere(true),
			// The code stays plain.
			() => {},
		);
		return () => {
			isCurrent = false;
		};
	}, [highlighting, missing]);
	return pieces;
}

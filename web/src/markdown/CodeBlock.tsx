// A block of code: its language, the code as it is, a button that copies it. It gets its colours when it is whole and they are here,
// which moves nothing.

import { createElement, Fragment, useEffect, useMemo, useState } from "react";
import { copyText, reachable } from "../browser.ts";
import { useLazy } from "../controls/useLazy.ts";
import { useStrings } from "../languages/useStrings.ts";
import type { Piece } from "./highlighter.ts";
import styles from "./Markdown.module.css";

type Highlighting = typeof import("./highlighting.ts");
/** Kept here too: what comes back to the page has its colours at once. */
let known: Highlighting | undefined;
const load = async (): Promise<Highlighting> => {
	known = await import("./highlighting.ts");
	return known;
};

type Props = { language: string; code: string; isWhole: boolean };

export function CodeBlock({ language, code, isWhole }: Props) {
	const strings = useStrings();
	const pieces = usePieces(language, code, isWhole);
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
				<code>{pieces ? createElement(Fragment, null, ...pieces.map(drawPiece)) : code}</code>
			</pre>
		</figure>
	);
}

function drawPiece({ text, kind }: Piece) {
	return kind === null ? text : <span data-kind={kind}>{text}</span>;
}

/** The code in its pieces; `null` as long as it is one. */
function usePieces(name: string, code: string, isWhole: boolean): readonly Piece[] | null {
	const isWanted = isWhole && name !== "";
	const highlighting = useLazy(load, isWanted) ?? known;
	const language = isWanted ? highlighting?.languageOf(name, code) : undefined;
	const [isHere, setHere] = useState(false);
	// biome-ignore lint/correctness/useExhaustiveDependencies: there may be something when it is here.
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
			// It stays plain.
			() => {},
		);
		return () => {
			isCurrent = false;
		};
	}, [highlighting, missing]);
	return pieces;
}

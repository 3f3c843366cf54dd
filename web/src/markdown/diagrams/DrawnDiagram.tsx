// A diagram, drawn once it comes near the screen, and its source on demand. Loaded with the first diagram.

import { type CSSProperties, type RefObject, useEffect, useRef, useState } from "react";
import { reachable } from "../../browser.ts";
import { CodeBlock } from "../CodeBlock.tsx";
import styles from "./DrawnDiagram.module.css";
import { drawDiagram, knownOutcome, type Outcome } from "./drawing.ts";
import type { Palette } from "./messages.ts";
import { usePalette } from "./palette.ts";
import { useWords } from "./words.ts";

export function DrawnDiagram({ code }: { code: string }) {
	const words = useWords();
	const palette = usePalette();
	const place = useRef<HTMLElement>(null);
	const { outcome, draw } = useOutcome(code, palette, useNear(place));
	const [isSource, setIsSource] = useState(false);
	const isDrawn = outcome?.type === "drawn";
	return (
		<CodeBlock
			language="mermaid"
			code={code}
			isWhole
			extra={{
				place,
				button: isDrawn ? (
					<button type="button" aria-pressed={isSource} onClick={() => setIsSource(!isSource)}>
						{words.source}
					</button>
				) : (
					outcome?.type === "missing" && (
						<button type="button" onClick={draw}>
							{words.draw}
						</button>
					)
				),
				note: outcome && !isDrawn && <p className={styles.note}>{words[outcome.type]}</p>,
				picture: isDrawn && !isSource && <Picture {...outcome} name={nameOf(code, words)} isDark={palette.isDark} />,
			}}
		/>
	);
}

type PictureProps = { url: string; width: number; height: number; name: string; isDark: boolean };

function Picture({ url, width, height, name, isDark }: PictureProps) {
	// A wide one gets smaller only as long as it can be read.
	const readable = { "--readable": `${Math.round(width * 0.6)}px` } as CSSProperties;
	return (
		<div ref={reachable} className={styles.picture} data-dark={isDark}>
			<img src={url} width={width} height={height} alt={name} style={readable} draggable={false} />
		</div>
	);
}

function nameOf(code: string, words: { diagram: string; titled(title: string): string }): string {
	const title = /^\s*(?:accTitle\s*:|title[ \t:])\s*(\S.*?)\s*$/m.exec(code)?.[1];
	return title ? words.titled(title) : words.diagram;
}

/** The outcome for the colours before stays until there is one for those of now. */
function useOutcome(code: string, palette: Palette, isWanted: boolean): { outcome: Outcome | undefined; draw(): void } {
	const [drawn, setDrawn] = useState<Outcome>();
	const [asked, setAsked] = useState(0);
	const known = knownOutcome(code, palette);
	const isKnown = known !== undefined;
	useEffect(() => {
		if (!isWanted || isKnown) return;
		const stop = new AbortController();
		void drawDiagram(code, palette, asked > 0, stop.signal).then((outcome) => outcome && !stop.signal.aborted && setDrawn(outcome));
		return () => stop.abort();
	}, [code, palette, isWanted, isKnown, asked]);
	return { outcome: known ?? drawn, draw: () => setAsked(asked + 1) };
}

/** True once the element has come within a screen of what is visible. */
function useNear(place: RefObject<HTMLElement | null>): boolean {
	const [isNear, setIsNear] = useState(false);
	useEffect(() => {
		if (!place.current) return;
		const log = place.current.closest("[role=log]");
		const observer = new IntersectionObserver((entries) => entries.some(({ isIntersecting }) => isIntersecting) && setIsNear(true), {
			root: log,
			rootMargin: "100% 0%",
		});
		observer.observe(place.current);
		return () => observer.disconnect();
	}, [place]);
	return isNear;
}

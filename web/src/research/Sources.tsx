// The web pages that a reply rests on, below it. Their titles are strangers' words, and their addresses are checked again.

import { type ReactNode, useId, useState } from "react";
import { type Source, webAddress } from "../../../src/protocol/sources.ts";
import styles from "./Research.module.css";
import { hostOf, useWords } from "./words.ts";

/** More than these are folded. */
const maxOpen = 3;

export function Sources({ sources }: { sources: readonly Source[] }) {
	const words = useWords();
	const isFolded = sources.length > maxOpen;
	const [isOpen, setIsOpen] = useState(false);
	const listId = useId();
	const count = words.sources(sources.length);
	return (
		<>
			{isFolded ? (
				<button
					type="button"
					className={styles.line}
					aria-expanded={isOpen}
					aria-controls={isOpen ? listId : undefined}
					onClick={() => setIsOpen(!isOpen)}
				>
					{count}
				</button>
			) : (
				<p className={styles.heading}>{count}</p>
			)}
			{(isOpen || !isFolded) && (
				<ol id={listId} className={styles.sources} aria-label={count}>
					{sources.map((source) => (
						<li key={source.url}>
							<SourceLink source={source}>
								<bdi>{source.title}</bdi>
							</SourceLink>{" "}
							<bdi className={styles.host} dir="ltr">
								{hostOf(source.url)}
							</bdi>
						</li>
					))}
				</ol>
			)}
		</>
	);
}

/** Text, if the address is no web page's. */
export function SourceLink({ source, label, children }: { source: Source; label?: string; children: ReactNode }) {
	const href = webAddress(source.url);
	if (href === undefined)
		return label === undefined ? (
			children
		) : (
			<span role="img" aria-label={label}>
				{children}
			</span>
		);
	return (
		<a href={href} title={label ?? href} aria-label={label} target="_blank" rel="noopener noreferrer nofollow">
			{children}
		</a>
	);
}

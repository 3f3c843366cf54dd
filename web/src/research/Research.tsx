// What Claude looks up for a reply, below its text: the search that runs; at the end the sources, and everything that was looked up.

import { useId, useState } from "react";
import type { Message } from "../../../src/protocol/message.ts";
import type { Tool } from "../../../src/protocol/sources.ts";
import styles from "./Research.module.css";
import { Sources } from "./Sources.tsx";
import { failureOf, phraseOf, useWords } from "./words.ts";

export function Research({ reply: { status, tools = [], sources = [] } }: { reply: Message }) {
	if (status === "streaming") return <Running tool={tools.findLast(({ status }) => status === "running")} />;
	return (
		<div className={styles.research}>
			{sources.length > 0 && <Sources sources={sources} />}
			{tools.length > 0 && <Lookups tools={tools} />}
		</div>
	);
}

/** Silent to screen readers: the conversation announces it once. */
function Running({ tool }: { tool: Tool | undefined }) {
	const words = useWords();
	if (!tool) return null;
	const { verb, subject } = phraseOf(tool, words);
	return (
		<p className={styles.running}>
			{verb} <bdi>{subject}</bdi>
		</p>
	);
}

function Lookups({ tools }: { tools: readonly Tool[] }) {
	const words = useWords();
	const [isOpen, setIsOpen] = useState(false);
	const listId = useId();
	const failed = tools.filter(({ status }) => status === "failed").length;
	return (
		<>
			<button
				type="button"
				className={styles.line}
				aria-expanded={isOpen}
				aria-controls={isOpen ? listId : undefined}
				onClick={() => setIsOpen(!isOpen)}
			>
				{words.lookups(tools.length)}
				{failed > 0 && ` · ${words.failed(failed)}`}
			</button>
			{isOpen && (
				<ul id={listId} className={styles.lookups}>
					{tools.map((tool, index) => {
						const { verb, subject } = phraseOf(tool, words);
						return (
							// biome-ignore lint/suspicious/noArrayIndexKey: a tool keeps its place.
							<li key={index}>
								{verb} <bdi>{subject}</bdi>
								{tool.status === "failed" && <span className={styles.failure}>{failureOf(tool, words)}</span>}
							</li>
						);
					})}
				</ul>
			)}
		</>
	);
}

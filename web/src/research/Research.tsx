// What Claude looks up and calls for a reply, below its text: what runs or waits; at the end the sources, and everything that was done.

import { type ReactNode, useId, useState } from "react";
import type { Message } from "../../../src/protocol/message.ts";
import type { Tool } from "../../../src/protocol/sources.ts";
import { Calls } from "./Calls.tsx";
import { isCall, isDeclined } from "./decision.ts";
import styles from "./Research.module.css";
import { Sources } from "./Sources.tsx";
import { failureOf, phraseOf, useWords } from "./words.ts";

/** `reply`: a message, or a private answer. */
export function Research({ reply }: { reply: Pick<Message, "id" | "status" | "tools" | "sources"> }) {
	const { status, tools = [], sources = [] } = reply;
	const calls = tools.filter(isCall);
	const lookups = tools.filter((tool) => !isCall(tool));
	if (status === "streaming")
		return (
			<>
				<Running tool={lookups.findLast(({ status }) => status === "running")} />
				{calls.length > 0 && <Calls reply={reply} calls={calls} />}
			</>
		);
	return (
		<div className={styles.research}>
			{sources.length > 0 && <Sources sources={sources} />}
			{lookups.length > 0 && <Lookups tools={lookups} />}
			{calls.length > 0 && <PastCalls reply={reply} calls={calls} />}
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
	const failed = tools.filter(({ status }) => status === "failed").length;
	return (
		<Folded line={[words.lookups(tools.length), failed > 0 && words.failed(failed)]}>
			<ul className={styles.lookups}>
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
		</Folded>
	);
}

function PastCalls({ reply, calls }: { reply: Pick<Message, "id">; calls: readonly Tool[] }) {
	const words = useWords();
	const declined = calls.filter(isDeclined).length;
	const failed = calls.filter(({ status }) => status === "failed").length - declined;
	return (
		<Folded line={[words.calls.count(calls.length), declined > 0 && words.calls.declined(declined), failed > 0 && words.failed(failed)]}>
			<Calls reply={reply} calls={calls} />
		</Folded>
	);
}

function Folded({ line, children }: { line: readonly (string | false)[]; children: ReactNode }) {
	const [isOpen, setIsOpen] = useState(false);
	const id = useId();
	return (
		<>
			<button
				type="button"
				className={styles.line}
				aria-expanded={isOpen}
				aria-controls={isOpen ? id : undefined}
				onClick={() => setIsOpen(!isOpen)}
			>
				{line.filter((part) => part !== false).join(" · ")}
			</button>
			{isOpen && (
				<div id={id} className={styles.unfolded}>
					{children}
				</div>
			)}
		</>
	);
}

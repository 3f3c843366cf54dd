// A summary with links to the messages that it rests on: the one that Claude reads, or one of what the reader has missed.

import { useCallback, useEffect, useState } from "react";
import * as v from "valibot";
import { Link } from "wouter";
import { type Summary, summarySchema } from "../../../src/protocol/memory/summary.ts";
import { session } from "../account/currentSession.ts";
import { type ApiError, call } from "../api.ts";
import { Modal } from "../controls/Modal.tsx";
import { useStrings } from "../languages/useStrings.ts";
import { modelName } from "../live/replyStatus.ts";
import { Markdown } from "../markdown/Markdown.tsx";
import { pathOf } from "../paths.ts";
import styles from "./SeenDialog.module.css";
import { useWords } from "./words.ts";

const pathTo = (id: string, what: string) => `/conversations/${encodeURIComponent(id)}/${what}`;

const claudesSummary = (token: string, id: string) =>
	call(v.object({ summary: v.nullable(summarySchema) }), "GET", pathTo(id, "summary"), { token });

const catchUp = (token: string, id: string, after: number) =>
	call(v.object({ summary: summarySchema }), "POST", pathTo(id, "catch-up"), { token, body: { after } });

/** `after`: the last message that the reader had read, for a summary of what came then. Without it, the one that Claude reads. */
type Props = { id: string; after: number | undefined; onClose(): void };

export function SummaryDialog({ id, after, onClose }: Props) {
	const strings = useStrings();
	const words = useWords();
	const [found, setFound] = useState<{ summary: Summary | null } | { error: ApiError }>();
	const [attempt, setAttempt] = useState(0);
	const again = useCallback(() => {
		setFound(undefined);
		setAttempt((before) => before + 1);
	}, []);
	const isUnreachable = found !== undefined && "error" in found && found.error.code === "unreachable";
	const isMissing = found === undefined || isUnreachable;
	useEffect(() => {
		if (!isMissing) return;
		// A request from before the network was away may never be answered. The server goes on with it, and nobody pays twice.
		addEventListener("online", again);
		return () => removeEventListener("online", again);
	}, [isMissing, again]);
	// biome-ignore lint/correctness/useExhaustiveDependencies: each attempt asks again.
	useEffect(() => {
		let isOpen = true;
		const load = (token: string) => (after === undefined ? claudesSummary(token, id) : catchUp(token, id, after));
		void session.call(load).then((result) => isOpen && setFound("value" in result ? result.value : result));
		return () => {
			isOpen = false;
		};
	}, [id, after, attempt]);
	const waiting = after === undefined ? strings.loading : words.summing;
	const said = found === undefined ? waiting : "error" in found ? found.error.message : found.summary === null ? words.summaryGone : "";
	return (
		<Modal title={after === undefined ? words.summary : words.catchUp} onClose={onClose}>
			{/* The role comes before its content, so that a change is announced. */}
			<p role="status" hidden={said === ""}>
				{said}
			</p>
			{isUnreachable && (
				<button type="button" onClick={again}>
					{strings.tryAgain}
				</button>
			)}
			{found && "summary" in found && found.summary && (
				<div className={styles.seen}>
					{after === undefined && <p className={styles.intro}>{words.summaryIntro}</p>}
					<Markdown source={found.summary.text} />
					<About summary={found.summary} id={id} onGo={onClose} />
				</div>
			)}
		</Modal>
	);
}

function About({ summary: { fromSeq, uptoSeq, model, madeAt, cost }, id, onGo }: { summary: Summary; id: string; onGo(): void }) {
	const strings = useStrings();
	const words = useWords();
	return (
		<footer className={styles.about}>
			<Link href={pathOf(id, fromSeq)} onClick={onGo}>
				{words.places(fromSeq, uptoSeq)}
			</Link>
			<span>{words.by(modelName(model), strings.formatDayAndTime(Date.parse(madeAt)))}</span>
			{cost && <span>{words.cost(cost.usd)}</span>}
		</footer>
	);
}

// One message: whose it is, its text, and what became of it.

import type { ReactNode } from "react";
import { type Reason, reasons } from "../../../src/protocol/errors.ts";
import type { Message } from "../../../src/protocol/message.ts";
import { claude } from "../../../src/protocol/person.ts";
import { ErrorBoundary } from "../ErrorBoundary.tsx";
import { Markdown } from "../Markdown.tsx";
import { hueOf } from "../person.ts";
import { formatDayAndTime, formatTime, strings } from "../strings.ts";
import type { Outgoing } from "../transcript.ts";
import styles from "./MessageArticle.module.css";

type Props = {
	message: Message;
	isOwn: boolean;
	/** Of the same person as the one above. */
	isContinued: boolean;
	/** Nothing came after it: whoever said it may wonder whether it arrived. */
	isLast: boolean;
	onRetry: ((messageId: string) => void) | undefined;
};

export function MessageArticle({ message, isOwn, isContinued, isLast, onRetry }: Props) {
	const { id, author, content, createdAt, status } = message;
	const isGrowing = status === "streaming";
	const note = isOwn && isLast ? strings.sent : noteOn(message);
	return (
		<Article
			author={author.username}
			at={Date.parse(createdAt)}
			kind={kindOf(message, isOwn)}
			hue={hueOf(author.userId)}
			isContinued={isContinued}
		>
			{content !== "" && <Text content={content} isGrowing={isGrowing} />}
			{isGrowing && content === "" && <p className={styles.thinking}>{strings.thinking}</p>}
			{note !== undefined && <p className={styles.note}>{note}</p>}
			{onRetry && (
				<p className={styles.actions}>
					<button type="button" onClick={() => onRetry(id)}>
						{strings.retry}
					</button>
				</p>
			)}
		</Article>
	);
}

type OutgoingProps = {
	outgoing: Outgoing;
	author: string;
	isContinued: boolean;
	/** What becomes of it. */
	note: string;
	onRetry(clientId: string): void;
	onDiscard(clientId: string): void;
};

/** One's own message that is not yet known to be stored. */
export function OutgoingArticle({ outgoing, author, isContinued, note, onRetry, onDiscard }: OutgoingProps) {
	const { clientId, content, saidAt, state } = outgoing;
	return (
		<Article author={author} at={saidAt} kind="own" hue={0} isContinued={isContinued}>
			<Text content={content} />
			{state.type === "failed" ? (
				<>
					<p role="alert" className={styles.problem}>
						{state.text}
					</p>
					<p className={styles.actions}>
						<button type="button" onClick={() => onRetry(clientId)}>
							{strings.retry}
						</button>
						<button type="button" onClick={() => onDiscard(clientId)}>
							{strings.discard}
						</button>
					</p>
				</>
			) : (
				<p className={styles.note}>{note}</p>
			)}
		</Article>
	);
}

type Kind = "claude" | "other" | "own";

function kindOf({ author }: Message, isOwn: boolean): Kind {
	if (author.userId === claude.userId) return "claude";
	return isOwn ? "own" : "other";
}

type ArticleProps = { author: string; at: number; kind: Kind; hue: number; isContinued: boolean; children: ReactNode };

function Article({ author, at, kind, hue, isContinued, children }: ArticleProps) {
	const time = formatTime(at);
	return (
		<article
			className={styles.article}
			data-kind={kind}
			data-hue={hue}
			data-continued={isContinued}
			aria-label={strings.articleLabel(author, time)}
		>
			{!isContinued && (
				<header className={styles.by}>
					<bdi>{author}</bdi>
					<time dateTime={new Date(at).toISOString()} title={formatDayAndTime(at)}>
						{time}
					</time>
				</header>
			)}
			<div className={styles.body}>{children}</div>
		</article>
	);
}

function Text({ content, isGrowing = false }: { content: string; isGrowing?: boolean }) {
	return (
		<ErrorBoundary fallback={<p dir="auto">{content}</p>}>
			<Markdown source={content} isGrowing={isGrowing} />
		</ErrorBoundary>
	);
}

/** Why a reply is not simply Claude's whole answer. */
function noteOn({ status, reason, attempts }: Message): string | undefined {
	if (status === "complete" && reason === undefined && attempts) return strings.wentOn;
	if (status === "stopped") return strings.stopped;
	if (status === "failed") return reasons[reason as Reason] ?? reasons.internal;
	return reasons[reason as Reason];
}

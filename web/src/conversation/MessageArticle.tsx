// One message: what it answers, its text, what became of it, and what can be done with it.

import { type Reason, reasons } from "../../../src/protocol/errors.ts";
import type { Mention, Message } from "../../../src/protocol/message.ts";
import { claude } from "../../../src/protocol/person.ts";
import { ErrorBoundary } from "../ErrorBoundary.tsx";
import { Markdown } from "../Markdown.tsx";
import { hueOf } from "../person.ts";
import { strings } from "../strings.ts";
import styles from "./Article.module.css";
import { Article, type Kind } from "./Article.tsx";
import { Edited } from "./Edited.tsx";
import { Quote } from "./Quote.tsx";
import { Reactions } from "./Reactions.tsx";
import { Toolbar } from "./Toolbar.tsx";
import { useVersions, VersionButtons } from "./Versions.tsx";

type Props = {
	message: Message;
	isOwn: boolean;
	/** Of the same person as the one above. */
	isContinued: boolean;
	/** One is at it. */
	isActive: boolean;
	/** What it answers is in the view. */
	isQuoteHere: boolean;
	/** What is to be said below it of its way to the others. */
	fate: string | undefined;
	onRetry: ((messageId: string) => void) | undefined;
};

export function MessageArticle({ message, isOwn, isContinued, isActive, isQuoteHere, fate, onRetry }: Props) {
	const versions = useVersions(message);
	const { id, author, content, status, reason, attempts, mentions } = { ...message, ...versions.shown };
	const { createdAt, editedAt, deletedAt, replyTo, quoted } = message;
	const isGrowing = status === "streaming";
	const note = fate ?? noteOn({ status, reason, attempts });
	return (
		<Article
			id={id}
			author={author.username}
			at={Date.parse(createdAt)}
			kind={kindOf(message, isOwn)}
			hue={hueOf(author.userId)}
			isContinued={isContinued}
			isActive={isActive}
			below={<Reactions message={message} />}
		>
			{replyTo !== undefined && quoted && <Quote replyTo={replyTo} quoted={quoted} isHere={isQuoteHere} />}
			{deletedAt !== undefined && <p className={styles.deleted}>{strings.deletedMessage}</p>}
			{content !== "" && <Text content={content} isGrowing={isGrowing} mentions={mentions} />}
			{isGrowing && content === "" && <p className={styles.thinking}>{strings.thinking}</p>}
			{editedAt !== undefined && deletedAt === undefined && <Edited at={Date.parse(editedAt)} />}
			{note !== undefined && <p className={styles.note}>{note}</p>}
			<VersionButtons versions={versions} />
			{onRetry && (
				<p className={styles.actions}>
					<button type="button" onClick={() => onRetry(id)}>
						{strings.retry}
					</button>
				</p>
			)}
			{deletedAt === undefined && !isGrowing && <Toolbar message={message} isActive={isActive} />}
		</Article>
	);
}

export function Text({ content, isGrowing = false, mentions }: { content: string; isGrowing?: boolean; mentions?: readonly Mention[] }) {
	return (
		<ErrorBoundary fallback={<p dir="auto">{content}</p>}>
			<Markdown source={content} isGrowing={isGrowing} mentions={mentions} />
		</ErrorBoundary>
	);
}

function kindOf({ author }: Message, isOwn: boolean): Kind {
	if (author.userId === claude.userId) return "claude";
	return isOwn ? "own" : "other";
}

/** Why a reply is not simply Claude's whole answer. */
function noteOn({ status, reason, attempts }: Pick<Message, "status" | "reason" | "attempts">): string | undefined {
	if (status === "complete" && reason === undefined && attempts) return strings.wentOn;
	if (status === "stopped") return strings.stopped;
	if (status === "failed") return reasons[reason as Reason] ?? reasons.internal;
	return reasons[reason as Reason];
}

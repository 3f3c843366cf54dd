// One message: what it answers, its text, what became of it, and what can be done with it.

import { useContext } from "react";
import type { Reason } from "../../../../src/protocol/errors.ts";
import type { Mention, Message } from "../../../../src/protocol/message.ts";
import { claude } from "../../../../src/protocol/person.ts";
import { ErrorBoundary } from "../../ErrorBoundary.tsx";
import type { Catalogue } from "../../languages/catalogue.ts";
import { useStrings } from "../../languages/useStrings.ts";
import { phaseOf } from "../../live/replyStatus.ts";
import { Markdown } from "../../markdown/Markdown.tsx";
import { type Names, People } from "../../markdown/MentionedText.tsx";
import { namesOf } from "../../people/names.ts";
import { hueOf } from "../../people/person.ts";
import styles from "./Article.module.css";
import { Article, type Kind } from "./Article.tsx";
import { Edited } from "./Edited.tsx";
import { Quote } from "./Quote.tsx";
import { Reactions } from "./Reactions.tsx";
import { ReplyBar, ReplyBarPlaceholder } from "./ReplyBar.tsx";
import { SeenBy } from "./SeenBy.tsx";
import { Thinking } from "./Thinking.tsx";
import { Toolbar } from "./Toolbar.tsx";
import { useVersions } from "./Versions.tsx";

/** Who has seen it, or what else became of it. */
export type Delivery = readonly string[] | string | undefined;

type Props = {
	message: Message;
	isOwn: boolean;
	/** Of the same person as the one above. */
	isContinued: boolean;
	/** One is at it. */
	isActive: boolean;
	/** What is to be said below it of its way to the others. */
	delivery: Delivery;
	onRetry: ((messageId: string) => void) | undefined;
};

export function MessageArticle({ message, isOwn, isContinued, isActive, delivery, onRetry }: Props) {
	const strings = useStrings();
	const versions = useVersions(message);
	const people = useContext(People);
	const looked: Message = { ...message, ...versions.shown };
	const { id, author, content, status, mentions, thinking } = looked;
	const { createdAt, editedAt, deletedAt, quoted, askedBy, role, seq } = message;
	const isGrowing = status === "streaming";
	const isAnswer = role === "assistant" && deletedAt === undefined;
	const note = typeof delivery === "object" ? <SeenBy names={delivery} /> : (delivery ?? noteOn(looked, people, strings));
	return (
		<Article
			id={id}
			author={author.username}
			at={Date.parse(createdAt)}
			kind={kindOf(message, isOwn)}
			hue={hueOf(author.userId)}
			isContinued={isContinued}
			isActive={isActive}
			about={askedBy && people.isGroup ? strings.askedBy(namesOf(askedBy, people, strings)) : undefined}
			tools={deletedAt === undefined && toolsOf()}
			place={seq}
			below={<Reactions message={message} />}
		>
			{quoted && <Quote quoted={quoted} />}
			{deletedAt !== undefined && <p className={styles.deleted}>{strings.deletedMessage}</p>}
			{isAnswer && (
				<Thinking phase={phaseOf(looked)}>
					{thinking !== undefined && <Text content={thinking} isGrowing={isGrowing && content === ""} />}
				</Thinking>
			)}
			{content !== "" && <Text content={content} isGrowing={isGrowing} mentions={mentions} />}
			{editedAt !== undefined && deletedAt === undefined && <Edited at={Date.parse(editedAt)} />}
			{note !== undefined && <p className={status === "failed" ? styles.problem : styles.note}>{note}</p>}
			{onRetry && (
				<p className={styles.actions}>
					<button type="button" onClick={() => onRetry(id)}>
						{strings.retry}
					</button>
				</p>
			)}
		</Article>
	);

	function toolsOf() {
		if (!isAnswer) return <Toolbar message={message} isActive={isActive} />;
		return isGrowing ? <ReplyBarPlaceholder /> : <ReplyBar message={message} versions={versions} isActive={isActive} />;
	}
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
function noteOn({ status, reason, attempts, content, stoppedBy }: Message, people: Names, strings: Catalogue): string | undefined {
	switch (status) {
		case "streaming":
			// Where nothing has come yet, it stands in its place.
			return reason === undefined || content === "" ? undefined : strings.busy;
		case "stopped":
			return stoppedBy ? strings.stoppedBy(namesOf([stoppedBy], people, strings)) : strings.stopped;
		case "failed":
			return strings.reasons[reason as Reason] ?? strings.reasons.internal;
		case "complete":
			if (reason !== undefined) return strings.reasons[reason as Reason];
			// Before its first word nothing can be interrupted.
			return attempts?.some(({ offset }) => offset > 0) ? strings.wentOn : undefined;
		default:
			return status satisfies never;
	}
}

// One message: its quote, its text, its state, and the actions on it.

import { useContext } from "react";
import type { Reason } from "../../../../src/protocol/errors.ts";
import type { Mention, Message, Version } from "../../../../src/protocol/message.ts";
import { claude, nameOfAuthor } from "../../../../src/protocol/person.ts";
import type { Research } from "../../../../src/protocol/sources.ts";
import { ErrorBoundary } from "../../ErrorBoundary.tsx";
import { Files } from "../../files/Files.tsx";
import { useFileParts } from "../../files/useFileParts.ts";
import type { Catalogue } from "../../languages/catalogue.ts";
import { useStrings } from "../../languages/useStrings.ts";
import { phaseOf } from "../../live/replyStatus.ts";
import { Markdown } from "../../markdown/Markdown.tsx";
import { type Names, People } from "../../markdown/MentionedText.tsx";
import { namesOf } from "../../people/names.ts";
import { hueOf } from "../../people/person.ts";
import { useResearchParts } from "../../research/useResearchParts.ts";
import styles from "./Article.module.css";
import { Article, type Kind } from "./Article.tsx";
import { Edited } from "./Edited.tsx";
import { Quote } from "./Quote.tsx";
import { Reactions } from "./Reactions.tsx";
import { ReplyBar, ReplyBarPlaceholder } from "./ReplyBar.tsx";
import { SeenBy } from "./SeenBy.tsx";
import { Thinking } from "./Thinking.tsx";
import { Toolbar } from "./Toolbar.tsx";
import { Unsent, type UnsentState } from "./Unsent.tsx";
import { useVersions } from "./Versions.tsx";

/** The names of those who have seen the message, or a word about it. */
export type Delivery = readonly string[] | string | undefined;

type Props = {
	message: Message;
	isOwn: boolean;
	/** The message above is by the same person: the header is left out. */
	isContinued: boolean;
	/** The tab key goes to this message. */
	isActive: boolean;
	delivery: Delivery;
	/** It is not stored yet. */
	unsent?: UnsentState | undefined;
	onRetry: ((messageId: string) => void) | undefined;
	/** It reached the length limit, and can go on. */
	onContinue: ((messageId: string) => void) | undefined;
};

export function MessageArticle({ message, isOwn, isContinued, isActive, delivery, unsent, onRetry, onContinue }: Props) {
	const strings = useStrings();
	const versions = useVersions(message);
	const people = useContext(People);
	/** In the version that is shown. */
	const shown: Message = versions.shown ? { ...message, ...noFacts, ...versions.shown } : message;
	const { id, author, content, status, mentions, thinking, tools = [], sources = [], unreadFiles } = shown;
	const { createdAt, editedAt, deletedAt, quoted, askedBy, sharedBy, role, seq, pinned, files, conversationId } = message;
	const isGrowing = status === "streaming";
	const isReply = role === "assistant" && deletedAt === undefined;
	const research = useResearchParts(isReply && tools.length + sources.length > 0);
	const isLookingUp = isGrowing && research !== undefined && tools.some(({ status }) => status === "running");
	const note = typeof delivery === "object" ? <SeenBy names={delivery} /> : (delivery ?? noteOn(shown, people, strings));
	return (
		<Article
			id={unsent ? undefined : id}
			author={nameOfAuthor(author)}
			at={Date.parse(createdAt)}
			kind={kindOf(message, isOwn)}
			hue={hueOf(author.userId)}
			isContinued={isContinued}
			isActive={isActive}
			about={
				sharedBy
					? strings.sharedBy(namesOf([sharedBy], people, strings))
					: askedBy && people.isGroup
						? strings.askedBy(namesOf(askedBy, people, strings))
						: undefined
			}
			tools={deletedAt === undefined && !unsent && toolsOf()}
			place={unsent ? undefined : seq}
			below={<Reactions message={message} />}
		>
			{quoted && <Quote quoted={quoted} />}
			{deletedAt !== undefined && <p className={styles.deleted}>{strings.deletedMessage}</p>}
			{isReply && (
				<Thinking phase={isLookingUp ? "answering" : phaseOf(shown)}>
					{thinking !== undefined && <Text content={thinking} isGrowing={isGrowing && content === ""} />}
				</Thinking>
			)}
			{files && <Files conversationId={conversationId} files={files} />}
			{content !== "" && <Text content={content} isGrowing={isGrowing} mentions={mentions} research={shown} />}
			{research && <research.Research reply={shown} />}
			{isReply && unreadFiles && <UnreadNote files={unreadFiles} />}
			{editedAt !== undefined && deletedAt === undefined && <Edited at={Date.parse(editedAt)} />}
			{note !== undefined && <p className={status === "failed" ? styles.problem : styles.note}>{note}</p>}
			{pinned && <p className={styles.note}>{strings.pinnedBy(namesOf([{ ...pinned, username: strings.somebody }], people, strings))}</p>}
			{unsent && <Unsent {...unsent} />}
			{(onRetry ?? onContinue) && (
				<p className={styles.actions}>
					<button type="button" onClick={() => (onRetry ?? onContinue)?.(id)}>
						{onRetry ? strings.retry : strings.continueReply}
					</button>
				</p>
			)}
		</Article>
	);

	function toolsOf() {
		if (!isReply) return <Toolbar message={message} isContinued={isContinued} isActive={isActive} />;
		return isGrowing ? (
			<ReplyBarPlaceholder />
		) : (
			<ReplyBar message={message} versions={versions} isContinued={isContinued} isActive={isActive} />
		);
	}
}

export function UnreadNote({ files }: { files: NonNullable<Message["unreadFiles"]> }) {
	const parts = useFileParts(true);
	return parts && <parts.UnreadFiles files={files} />;
}

/** What a version does not have must not come from the current text. */
const noFacts = {
	reason: undefined,
	thinking: undefined,
	stoppedBy: undefined,
	attempts: undefined,
	tools: undefined,
	sources: undefined,
	citations: undefined,
	unreadFiles: undefined,
} satisfies Partial<Version>;

type TextProps = { content: string; isGrowing?: boolean; mentions?: readonly Mention[]; research?: Research };

export function Text({ content, isGrowing = false, mentions, research }: TextProps) {
	return (
		<ErrorBoundary fallback={<p dir="auto">{content}</p>}>
			<Markdown source={content} isGrowing={isGrowing} mentions={mentions} citations={research?.citations} sources={research?.sources} />
		</ErrorBoundary>
	);
}

function kindOf({ author }: Message, isOwn: boolean): Kind {
	if (author.userId === claude.userId) return "claude";
	return isOwn ? "own" : "other";
}

/** Says what is unusual about a reply. */
function noteOn({ status, reason, attempts, content, stoppedBy }: Message, people: Names, strings: Catalogue): string | undefined {
	switch (status) {
		case "streaming":
			// Without any text yet, it is shown in place of the text.
			return reason === undefined || content === "" ? undefined : strings.busy;
		case "stopped":
			return stoppedBy ? strings.stoppedBy(namesOf([stoppedBy], people, strings)) : strings.stopped;
		case "failed":
			return strings.reasons[reason as Reason] ?? strings.reasons.internal;
		case "complete":
			if (reason !== undefined) return strings.reasons[reason as Reason];
			// An attempt that failed before its first word interrupted nothing.
			return attempts?.some(({ offset, reason }) => offset > 0 && reason !== "max_tokens") ? strings.wentOn : undefined;
		default:
			return status satisfies never;
	}
}

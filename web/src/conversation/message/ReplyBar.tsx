// The buttons below a reply of Claude's: its actions, its versions, its cost. They have a row of their own, so that they cover nothing.

import { useContext, useId, useState } from "react";
import type { Message } from "../../../../src/protocol/message.ts";
import { useLazy } from "../../controls/useLazy.ts";
import { Icon } from "../../icons.tsx";
import { useStrings } from "../../languages/useStrings.ts";
import { costOf } from "../../live/replyStatus.ts";
import { useTextParts } from "../../markdown/useTextParts.ts";
import { CopyButton, CopyStatus, useCopy } from "./CopyButton.tsx";
import { MessageActions } from "./MessageActions.ts";
import styles from "./ReplyBar.module.css";
import toolbar from "./Toolbar.module.css";
import { MessageButtons, Time } from "./Toolbar.tsx";
import { VersionButtons, type Versions } from "./Versions.tsx";

const loadDetails = () => import("../../money/ReplyDetails.tsx");

type Props = {
	message: Message;
	/** One of them may be shown instead of the current text. */
	versions: Versions;
	/** Its time is in no header. */
	isContinued: boolean;
	/** The tab key goes only to the buttons of the active message. */
	isActive: boolean;
};

export function ReplyBar({ message, versions, isContinued, isActive }: Props) {
	const strings = useStrings();
	const { actor } = useContext(MessageActions);
	const copying = useCopy();
	const [isDetailed, setIsDetailed] = useState(false);
	const detailsId = useId();
	const shown = versions.shown ?? message;
	const cost = costOf(shown);
	const cached = cost && cost.cached > 0 ? ` · ${strings.cached(cost.cached)}` : "";
	const hasDetails = [cost, shown.model, shown.usage, shown.elapsedMs].some((fact) => fact !== undefined);
	const details = useLazy(loadDetails, isDetailed);
	const { content } = shown;
	const parts = useTextParts(content.split("\n#").length > 3);
	const tabIndex = isActive ? 0 : -1;
	return (
		<>
			<div className={styles.bar} data-last={message.id === actor.lastReplyId}>
				{content !== "" && <CopyButton text={content} tabIndex={tabIndex} copying={copying} />}
				<MessageButtons message={message} tabIndex={tabIndex} />
				{parts && <parts.Outline content={content} tabIndex={tabIndex} />}
				{hasDetails && (
					<button
						type="button"
						className={cost ? styles.cost : toolbar.button}
						tabIndex={tabIndex}
						aria-label={cost ? `${strings.details}: ${strings.cost(cost)}${cached}` : strings.details}
						title={strings.details}
						aria-expanded={isDetailed}
						aria-controls={isDetailed && details ? detailsId : undefined}
						onClick={() => setIsDetailed(!isDetailed)}
					>
						{cost ? strings.cost(cost) : <Icon name="details" />}
						{cached !== "" && <span className={styles.cached}>{cached}</span>}
					</button>
				)}
				{isContinued && <Time at={Date.parse(message.createdAt)} />}
				<VersionButtons versions={versions} />
				<CopyStatus copying={copying} />
			</div>
			{isDetailed && hasDetails && details && <details.ReplyDetails id={detailsId} conversationId={message.conversationId} reply={shown} />}
		</>
	);
}

/** Keeps the height while the reply is written, so that nothing moves when it ends. */
export function ReplyBarPlaceholder() {
	return <div className={styles.bar} />;
}

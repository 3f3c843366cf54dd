// The buttons below a reply of Claude's: its actions, its versions, its cost. They have a row of their own, so that they cover nothing.

import { useContext, useId, useState } from "react";
import type { Message } from "../../../../src/protocol/message.ts";
import { Icon } from "../../icons.tsx";
import { useStrings } from "../../languages/useStrings.ts";
import { costOf } from "../../live/replyStatus.ts";
import { CopyButton, CopyStatus, useCopy } from "./CopyButton.tsx";
import { MessageActions } from "./MessageActions.ts";
import styles from "./ReplyBar.module.css";
import toolbar from "./Toolbar.module.css";
import { MessageButtons } from "./Toolbar.tsx";
import { VersionButtons, type Versions } from "./Versions.tsx";

type Props = {
	message: Message;
	/** One of them may be shown instead of the current text. */
	versions: Versions;
	/** The tab key goes only to the buttons of the active message. */
	isActive: boolean;
};

export function ReplyBar({ message, versions, isActive }: Props) {
	const strings = useStrings();
	const { actor } = useContext(MessageActions);
	const copying = useCopy();
	const [isDetailed, setIsDetailed] = useState(false);
	const detailsId = useId();
	const { content } = versions.shown ?? message;
	const details = strings.cost(costOf(versions.shown ?? message));
	const tabIndex = isActive ? 0 : -1;
	return (
		<>
			<div className={styles.bar} data-last={message.id === actor.lastReplyId}>
				{content !== "" && <CopyButton text={content} tabIndex={tabIndex} copying={copying} />}
				<MessageButtons message={message} tabIndex={tabIndex} />
				{details !== "" && (
					<button
						type="button"
						className={toolbar.button}
						tabIndex={tabIndex}
						aria-label={strings.details}
						title={strings.details}
						aria-expanded={isDetailed}
						aria-controls={isDetailed ? detailsId : undefined}
						onClick={() => setIsDetailed(!isDetailed)}
					>
						<Icon name="details" />
					</button>
				)}
				<VersionButtons versions={versions} />
				<CopyStatus copying={copying} />
			</div>
			{isDetailed && details !== "" && (
				<p id={detailsId} className={styles.details}>
					{details}
				</p>
			)}
		</>
	);
}

/** Keeps the height while the reply is written, so that nothing moves when it ends. */
export function ReplyBarPlaceholder() {
	return <div className={styles.bar} />;
}

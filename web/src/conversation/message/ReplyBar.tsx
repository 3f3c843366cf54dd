// Below an answer of Claude's, in its own row, so that it covers nothing: what can be done with it, its versions, what it took.

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
	/** Of which one may be looked at instead of the message as it stands. */
	versions: Versions;
	/** One is at the message; the tab key comes to no other one's buttons. */
	isActive: boolean;
};

export function ReplyBar({ message, versions, isActive }: Props) {
	const strings = useStrings();
	const { doer } = useContext(MessageActions);
	const copying = useCopy();
	const [isDetailed, setIsDetailed] = useState(false);
	const detailsId = useId();
	const { content } = versions.shown ?? message;
	const details = strings.cost(costOf(versions.shown ?? message));
	const tabIndex = isActive ? 0 : -1;
	return (
		<>
			<div className={styles.bar} data-last={message.id === doer.lastReplyId}>
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

/** Where it will be once the answer has ended, so that nothing moves then. */
export function ReplyBarPlaceholder() {
	return <div className={styles.bar} />;
}

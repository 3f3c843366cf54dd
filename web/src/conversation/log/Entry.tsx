// A message in the log, below the date if a new day begins, and below lines if it is the first unread one or the first after a summary.

import { type ComponentProps, memo, type ReactNode } from "react";
import type { Message } from "../../../../src/protocol/message.ts";
import { useStrings } from "../../languages/useStrings.ts";
import type { Line } from "../../people/noticeLines.ts";
import { MessageArticle } from "../message/MessageArticle.tsx";
import type { NoticeLines } from "../NoticeLines.tsx";
import styles from "./Log.module.css";

/** In ms: messages of one person within this time share one header. */
const groupInterval = 5 * 60_000;

type Props = Omit<ComponentProps<typeof MessageArticle>, "isContinued"> & {
	before: Message | undefined;
	isNew: boolean;
	/** Something stands between it and the message before. */
	isApart: boolean;
	/** Who came and went after it. */
	lines?: readonly Line[] | undefined;
	Lines?: typeof NoticeLines | undefined;
	below: ReactNode;
	/** Opens the summary that Claude reads in place of everything before this message. */
	onSummary?: (() => void) | undefined;
};

export const Entry = memo(({ before, isNew, isApart, lines, Lines, below, onSummary, ...props }: Props) => {
	const strings = useStrings();
	const { message } = props;
	const at = Date.parse(message.createdAt);
	const isNewDay = before === undefined || dayOf(Date.parse(before.createdAt)) !== dayOf(at);
	const isContinued = !isNewDay && !isNew && !isApart && !onSummary && continues(before, message.author.userId, at);
	return (
		<>
			{onSummary && (
				<button type="button" className={styles.summarized} onClick={onSummary}>
					{strings.summarized}
				</button>
			)}
			{isNewDay && <p className={styles.day}>{strings.formatDay(at, Date.now())}</p>}
			{isNew && <p className={styles.new}>{strings.newSince}</p>}
			<MessageArticle {...props} isContinued={isContinued} />
			{below}
			{lines && Lines && <Lines lines={lines} day={dayOf(at)} />}
		</>
	);
});

function continues(before: Message | undefined, userId: string, at: number): boolean {
	return before?.author.userId === userId && at - Date.parse(before.createdAt) < groupInterval;
}

export function dayOf(at: number): string {
	return new Date(at).toDateString();
}

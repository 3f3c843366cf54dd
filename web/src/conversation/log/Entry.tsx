// A message in the log, below the date if a new day begins, and below a line if it is the first unread one.

import { type ComponentProps, memo } from "react";
import type { Message } from "../../../../src/protocol/message.ts";
import { useStrings } from "../../languages/useStrings.ts";
import { MessageArticle } from "../message/MessageArticle.tsx";
import styles from "./Log.module.css";

/** In ms: messages of one person within this time share one header. */
const groupInterval = 5 * 60_000;

type Props = Omit<ComponentProps<typeof MessageArticle>, "isContinued"> & { before: Message | undefined; isNew: boolean };

export const Entry = memo(({ before, isNew, ...props }: Props) => {
	const strings = useStrings();
	const { message } = props;
	const at = Date.parse(message.createdAt);
	const isNewDay = before === undefined || dayOf(Date.parse(before.createdAt)) !== dayOf(at);
	const isContinued = !isNewDay && !isNew && continues(before, message.author.userId, at);
	return (
		<>
			{isNewDay && <p className={styles.day}>{strings.formatDay(at, Date.now())}</p>}
			{isNew && <p className={styles.new}>{strings.newSince}</p>}
			<MessageArticle {...props} isContinued={isContinued} />
		</>
	);
});

export function continues(before: Message | undefined, userId: string, at: number): boolean {
	return before?.author.userId === userId && at - Date.parse(before.createdAt) < groupInterval;
}

function dayOf(at: number): string {
	return new Date(at).toDateString();
}

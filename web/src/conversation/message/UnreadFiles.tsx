// The line below a reply that names the files which Claude could not read. A file is named as its message has it: if that is gone, it is left out.

import { Fragment, useContext } from "react";
import type { Message } from "../../../../src/protocol/message.ts";
import { useWords } from "../../files/words.ts";
import styles from "./Article.module.css";
import { LoadedMessages } from "./MessageActions.ts";

export function UnreadFiles({ files: unread }: { files: NonNullable<Message["unreadFiles"]> }) {
	const words = useWords();
	const messages = useContext(LoadedMessages);
	const reasons = new Map(unread.map(({ fileId, reason }) => [fileId, reason]));
	const named = messages.flatMap(({ files = [] }) => files.filter(({ id }) => reasons.has(id)));
	if (named.length === 0) return null;
	return (
		<p className={styles.note}>
			{words.unread}{" "}
			{named.map(({ id, name, waveform }, at) => (
				<Fragment key={id}>
					{at > 0 && ", "}
					<bdi>{waveform ? words.voice : name}</bdi> ({words.unreadFor[reasons.get(id) ?? "type"]})
				</Fragment>
			))}
		</p>
	);
}

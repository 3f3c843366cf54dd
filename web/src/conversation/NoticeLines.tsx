// Lines between messages that say who came and went, and what the title became.

import { useContext } from "react";
import type { Catalogue } from "../languages/catalogue.ts";
import { useStrings } from "../languages/useStrings.ts";
import { type Names, People } from "../markdown/MentionedText.tsx";
import { namesOf } from "../people/names.ts";
import type { Line } from "../people/noticeLines.ts";
import styles from "./log/Log.module.css";
import { useWords, type Words } from "./noticeWords.ts";

/** `day`: the one of the message beside them, as `toDateString` writes it. The time of another day has its date. */
export function NoticeLines({ lines, day }: { lines: readonly Line[]; day: string }) {
	const strings = useStrings();
	const words = useWords();
	const names = useContext(People);
	return lines.map((line) => {
		const at = Date.parse(line.at);
		const format = new Date(at).toDateString() === day ? strings.formatTime : strings.formatDayAndTime;
		return (
			<p key={line.id} className={styles.notice}>
				{sentenceOf(line, words, strings, names)} · <time dateTime={line.at}>{format(at)}</time>
			</p>
		);
	});
}

export function sentenceOf(
	{ action, actor, people, title = "" }: Line,
	words: Words,
	strings: Catalogue,
	names: Pick<Names, "nameOf" | "userId">,
): string {
	const by = actor.userId === names.userId ? undefined : strings.names(namesOf([actor], names, strings), 1);
	const who = strings.names(namesOf(people, names, strings), 3);
	if (action === "title_changed") return words.renamed(title, by);
	return action === "removed" ? words.removed(who, by) : words[action](who, people.length);
}

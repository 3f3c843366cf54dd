// The frame of a message: whose it is, when it was said, and what stands in it.

import type { ReactNode } from "react";
import { useStrings } from "../../languages/useStrings.ts";
import styles from "./Article.module.css";

export type Kind = "claude" | "other" | "own";

type Props = {
	/** By which it is found again. */
	id?: string;
	author: string;
	/** In ms. */
	at: number;
	kind: Kind;
	hue: number;
	/** Of the same person as the one above. */
	isContinued: boolean;
	/** Whether the tab key comes to it; other keys come to all that have an `id`. */
	isActive?: boolean;
	/** For whom an answer is, beside whose it is. */
	about?: string;
	/** What can be done with it: beside what is in it, or below that. */
	tools?: ReactNode;
	/** Its place in the conversation, of which nobody knows how many there will be. */
	place?: number;
	/** Below what is in it. */
	below?: ReactNode;
	children: ReactNode;
};

export function Article({ id, author, at, kind, hue, isContinued, isActive = false, about, place, tools, below, children }: Props) {
	const strings = useStrings();
	const time = strings.formatTime(at);
	return (
		<article
			className={styles.article}
			data-id={id}
			data-kind={kind}
			data-hue={hue}
			data-continued={isContinued}
			tabIndex={id === undefined ? undefined : isActive ? 0 : -1}
			aria-posinset={place}
			aria-setsize={place === undefined ? undefined : -1}
			aria-label={strings.articleLabel(author, time, about)}
		>
			{!isContinued && (
				<header className={styles.by}>
					<bdi>{author}</bdi>
					<time dateTime={new Date(at).toISOString()} title={strings.formatDayAndTime(at)}>
						{time}
					</time>
					{about !== undefined && (
						<span className={styles.about} title={about}>
							{about}
						</span>
					)}
				</header>
			)}
			<div className={styles.body}>
				<div className={styles.bubble}>{children}</div>
				{tools}
			</div>
			{below}
		</article>
	);
}

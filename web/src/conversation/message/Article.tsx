// The frame of a message: its author and time, its content, and its actions.

import type { ReactNode } from "react";
import { useStrings } from "../../languages/useStrings.ts";
import styles from "./Article.module.css";

export type Kind = "claude" | "other" | "own";

type Props = {
	id?: string | undefined;
	author: string;
	/** In ms. */
	at: number;
	kind: Kind;
	hue: number;
	/** The message above is by the same person: the header is left out. */
	isContinued: boolean;
	/** The tab key goes to this message. Other keys reach every message with an `id`. */
	isActive?: boolean;
	/** The person who asked for a reply, beside its author. */
	about?: string;
	/** The actions, beside the content or below it. */
	tools?: ReactNode;
	/** Its position in the conversation, whose length is unknown. */
	place?: number | undefined;
	/** Below the content. */
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

// What a message answers, in one line above it; leads there where that is in the view.

import { createContext, useContext } from "react";
import type { Message } from "../../../src/protocol/message.ts";
import { lineOf } from "../line.ts";
import { People } from "../MentionedText.tsx";
import { hueOf } from "../person.ts";
import { strings } from "../strings.ts";
import styles from "./Quote.module.css";

/** Brings a message that is in the view before the reader's eyes. */
export const Show = createContext((_messageId: string) => {});

type Props = { replyTo: string; quoted: NonNullable<Message["quoted"]>; isHere: boolean };

export function Quote({ replyTo, quoted: { author, content }, isHere }: Props) {
	const show = useContext(Show);
	const { nameOf } = useContext(People);
	const name = nameOf(author.userId) ?? author.username;
	const inside = (
		<>
			<bdi>{name}</bdi> <span dir="auto">{content === "" ? strings.deletedQuote : lineOf(content)}</span>
		</>
	);
	const shared = {
		className: styles.quote,
		"data-hue": hueOf(author.userId),
		"data-of": author.userId === "claude" ? "claude" : undefined,
	};
	if (!isHere) return <p {...shared}>{inside}</p>;
	return (
		<button type="button" {...shared} title={strings.inAnswerTo(name)} onClick={() => show(replyTo)}>
			{inside}
		</button>
	);
}

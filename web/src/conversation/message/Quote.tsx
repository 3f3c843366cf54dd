// The quoted message in one line, which leads to it.

import { createContext, useContext } from "react";
import type { Message } from "../../../../src/protocol/message.ts";
import { lineOf } from "../../files/fileLine.ts";
import { useStrings } from "../../languages/useStrings.ts";
import { People } from "../../markdown/MentionedText.tsx";
import { hueOf } from "../../people/person.ts";
import styles from "./Quote.module.css";

/** Shows the message at a `seq`, loading it if necessary. */
export const GoToMessage = createContext((_seq: number) => {});

export function Quote({ quoted }: { quoted: NonNullable<Message["quoted"]> }) {
	const { author, seq } = quoted;
	const strings = useStrings();
	const goTo = useContext(GoToMessage);
	const { nameOf } = useContext(People);
	const name = nameOf(author.userId) ?? author.username;
	const inside = (
		<>
			<bdi>{name}</bdi> <span dir="auto">{lineOf(quoted, strings) || strings.deletedQuote}</span>
		</>
	);
	const shared = {
		className: styles.quote,
		"data-hue": hueOf(author.userId),
		"data-of": author.userId === "claude" ? "claude" : undefined,
	};
	// An older server, during a deployment, may not send the seq.
	if (seq === undefined) return <p {...shared}>{inside}</p>;
	return (
		<button type="button" {...shared} title={strings.inAnswerTo(name)} onClick={() => goTo(seq)}>
			{inside}
		</button>
	);
}

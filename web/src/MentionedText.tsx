// Text in which members are named, each by the name that they have today.

import { createContext, createElement, Fragment, useContext } from "react";
import type { Mention } from "../../src/protocol/message.ts";
import styles from "./Markdown.module.css";
import { partsOf } from "./mentions.ts";

export type Names = {
	/** What somebody is called today; `undefined` for whoever is not here any more. */
	nameOf(userId: string): string | undefined;
	/** Who reads. */
	userId: string;
	/** Whether there is anybody else, so that it is to be said who did something. */
	isGroup: boolean;
};

export const People = createContext<Names>({ nameOf: () => undefined, userId: "", isGroup: false });

/** Those of the text that is shown, in the order of its marks. */
export const Mentions = createContext<readonly Mention[]>([]);

/** `text` is as it was marked. */
export function MentionedText({ text }: { text: string }) {
	const mentions = useContext(Mentions);
	if (mentions.length === 0) return text;
	const parts = partsOf(text).map((part) =>
		typeof part === "string" ? part : <Name key={part.index} userId={mentions[part.index]?.userId ?? ""} text={part.text} />,
	);
	return createElement(Fragment, null, ...parts);
}

function Name({ userId, text }: { userId: string; text: string }) {
	const people = useContext(People);
	const name = people.nameOf(userId);
	return (
		<bdi className={styles.mention} data-you={userId === people.userId}>
			{name === undefined ? text : `@${name}`}
		</bdi>
	);
}

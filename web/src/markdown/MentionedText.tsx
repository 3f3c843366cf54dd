// Mentions in a text, each with the member's current name.

import { createContext, useContext } from "react";
import type { Mention } from "../../../src/protocol/message.ts";
import styles from "./Markdown.module.css";

export type Names = {
	/** The current name; `undefined` for former members. */
	nameOf(userId: string): string | undefined;
	/** The reader. */
	userId: string;
	/** True if more than one person takes part, so that actions need a name. */
	isGroup: boolean;
};

export const People = createContext<Names>({ nameOf: () => undefined, userId: "", isGroup: false });

/** The mentions of the text that is rendered, in order. */
export const Mentions = createContext<readonly Mention[]>([]);

/** `text`: the mention as it was written. */
export function Mentioned({ index, text }: { index: number; text: string }) {
	const { userId } = useContext(Mentions)[index] ?? nobody;
	const people = useContext(People);
	const name = people.nameOf(userId);
	return (
		<bdi className={styles.mention} data-you={userId === people.userId}>
			{name === undefined ? text : `@${name}`}
		</bdi>
	);
}

const nobody = { userId: "" };

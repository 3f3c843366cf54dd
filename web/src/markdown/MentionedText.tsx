// Members that are named in a text, each by the name that they have today.

import { createContext, useContext } from "react";
import type { Mention } from "../../../src/protocol/message.ts";
import styles from "./Markdown.module.css";

export type Names = {
	/** What somebody is called today; `undefined` for whoever is not here any more. */
	nameOf(userId: string): string | undefined;
	/** Who reads. */
	userId: string;
	/** Whether there is anybody else, so that it is to be said who did something. */
	isGroup: boolean;
};

export const People = createContext<Names>({ nameOf: () => undefined, userId: "", isGroup: false });

/** Those of the text that is shown, in their order. */
export const Mentions = createContext<readonly Mention[]>([]);

/** One of them; `text` as it was written. */
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

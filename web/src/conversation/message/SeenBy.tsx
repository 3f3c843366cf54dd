// The people who have seen a message: by name, or a number that shows the names when pressed or pointed at. Keeps its place while
// a name is empty, as some are until the members are known.

import { useState } from "react";
import { useStrings } from "../../languages/useStrings.ts";
import styles from "./SeenBy.module.css";

/** The others are counted. */
const maxNames = 20;

export function SeenBy({ names }: { names: readonly string[] }) {
	const strings = useStrings();
	const [isOpen, setIsOpen] = useState(false);
	const all = names.includes("") ? "\u00a0" : strings.seenBy(strings.names(names, maxNames));
	if (names.length <= 2) return all;
	return (
		<button type="button" className={styles.seen} aria-expanded={isOpen} title={all} onClick={() => setIsOpen(!isOpen)}>
			{isOpen ? all : strings.seenBy(strings.people(names.length))}
		</button>
	);
}

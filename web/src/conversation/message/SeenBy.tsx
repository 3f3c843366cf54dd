// Who has seen a message: by name, or how many where they are more, of whom a press or a pointer tells the names.

import { useState } from "react";
import { useStrings } from "../../languages/useStrings.ts";
import styles from "./SeenBy.module.css";

/** Of more, the rest is a number. */
const mostNames = 20;

export function SeenBy({ names }: { names: readonly string[] }) {
	const strings = useStrings();
	const [isOpen, setIsOpen] = useState(false);
	const all = strings.seenBy(strings.names(names, mostNames));
	if (names.length <= 2) return all;
	return (
		<button type="button" className={styles.seen} aria-expanded={isOpen} title={all} onClick={() => setIsOpen(!isOpen)}>
			{isOpen ? all : strings.seenBy(strings.people(names.length))}
		</button>
	);
}

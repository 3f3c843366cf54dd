// Says above the composer what is left to a member whom a link limits.

import type { May } from "../../../src/protocol/people/link.ts";
import styles from "./links.module.css";
import { useWords } from "./words.ts";

export function YourLimits({ may }: { may: May }) {
	const words = useWords();
	const parts = words.yours(may);
	return parts.length > 0 ? <p className={styles.left}>{parts.join(" ")}</p> : null;
}

// Says that a text is not the one that was said first, and since when.

import { formatDayAndTime, strings } from "../../strings.ts";
import styles from "./Article.module.css";

export function Edited({ at }: { at: number }) {
	return (
		<small className={styles.edited}>
			<time dateTime={new Date(at).toISOString()} title={formatDayAndTime(at)}>
				{strings.edited}
			</time>
		</small>
	);
}

// Marks an edited message, with the time of the edit.

import { useStrings } from "../../languages/useStrings.ts";
import styles from "./Article.module.css";

export function Edited({ at }: { at: number }) {
	const strings = useStrings();
	return (
		<small className={styles.edited}>
			<time dateTime={new Date(at).toISOString()} title={strings.formatDayAndTime(at)}>
				{strings.edited}
			</time>
		</small>
	);
}

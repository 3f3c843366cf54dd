// Links that skip the list of conversations, visible while they have the focus.

import { useStrings } from "../languages/useStrings.ts";
import { goTo } from "./landmarks.ts";
import styles from "./SkipLinks.module.css";

export function SkipLinks() {
	const strings = useStrings();
	return (
		<div className={styles.links}>
			<button type="button" onClick={() => goTo("[role=log]")}>
				{strings.skipToMessages}
			</button>
			<button type="button" onClick={() => goTo("main > footer")}>
				{strings.skipToField}
			</button>
		</div>
	);
}

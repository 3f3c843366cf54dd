// Stands in for the emoji picker if it could not be loaded.

import { useStrings } from "../languages/useStrings.ts";
import styles from "./EmojiButton.module.css";

export function NoEmoji() {
	const strings = useStrings();
	return (
		<p role="alert" className={styles.failed}>
			{strings.emojiNotLoaded}
		</p>
	);
}

// In the place of the emoji, where they could not be had.

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

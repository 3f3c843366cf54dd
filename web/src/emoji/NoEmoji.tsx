// In the place of the emoji, where they could not be had.

import { strings } from "../strings.ts";
import styles from "./EmojiButton.module.css";

export function NoEmoji() {
	return (
		<p role="alert" className={styles.failed}>
			{strings.emojiNotLoaded}
		</p>
	);
}

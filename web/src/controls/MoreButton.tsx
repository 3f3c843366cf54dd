// The button that loads more of a list, in either direction, and shows the progress.

import type { Extent } from "../live/historyWindow.ts";
import styles from "./MoreButton.module.css";

type Props = { extent: Extent; words: { more: string; loading: string; failed: string }; onMore(): void };

export function MoreButton({ extent, words, onMore }: Props) {
	if (extent === "none") return null;
	return (
		<button type="button" className={styles.more} aria-disabled={extent === "loading"} onClick={onMore}>
			{extent === "some" ? words.more : words[extent]}
		</button>
	);
}

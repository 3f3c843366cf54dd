// A quiet button that fetches what comes before or after what is there, and says how far that is.

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

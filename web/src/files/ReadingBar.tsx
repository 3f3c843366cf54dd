// The bar above the composer while a message is read aloud.

import { useEffect, useSyncExternalStore } from "react";
import { goTo } from "../keyboard/landmarks.ts";
import styles from "./ReadingBar.module.css";
import { isReadingAloud, stopReading, subscribe } from "./readAloud.ts";
import { useWords } from "./words.ts";

export function ReadingBar() {
	const words = useWords();
	const isReading = useSyncExternalStore(subscribe, isReadingAloud);
	// Another conversation is silent.
	useEffect(() => stopReadingIfAny, []);
	if (!isReading) return null;
	return (
		<p className={styles.bar}>
			<button
				type="button"
				onClick={() => {
					stopReading();
					// The button disappears, and the focus must not be lost with it.
					goTo("main > footer");
				}}
			>
				{words.stopReading}
			</button>
		</p>
	);
}

function stopReadingIfAny(): void {
	if (isReadingAloud()) stopReading();
}

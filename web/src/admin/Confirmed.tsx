// A button whose act is asked about before it is done.

import { useState } from "react";
import styles from "./AdminPage.module.css";
import { useWords } from "./words.ts";

/** `name`: the act with its object, for screen readers. */
export function Confirmed({ label, name, question, onConfirm }: { label: string; name: string; question: string; onConfirm: () => void }) {
	const words = useWords();
	const [asks, setAsks] = useState(false);
	if (!asks)
		return (
			<button type="button" aria-label={name} onClick={() => setAsks(true)}>
				{label}
			</button>
		);
	return (
		<fieldset aria-label={name} className={styles.asks}>
			<p>{question}</p>
			<button
				type="button"
				className={styles.danger}
				onClick={() => {
					setAsks(false);
					onConfirm();
				}}
				// biome-ignore lint/a11y/noAutofocus: the person has just asked for it.
				autoFocus
			>
				{label}
			</button>
			<button type="button" onClick={() => setAsks(false)}>
				{words.cancel}
			</button>
		</fieldset>
	);
}

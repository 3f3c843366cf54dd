// A button whose act is asked about before it is done.

import { useState } from "react";
import styles from "./AdminPage.module.css";
import { useWords } from "./words.ts";

/** `name`: the act with its object, for screen readers. */
export function Confirmed({ label, name, question, onConfirm }: { label: string; name: string; question: string; onConfirm: () => void }) {
	const words = useWords();
	const [state, setState] = useState<"idle" | "asks" | "cancelled">("idle");
	if (state !== "asks")
		return (
			<button
				type="button"
				aria-label={name}
				onClick={() => setState("asks")}
				// biome-ignore lint/a11y/noAutofocus: the button that was used before is gone.
				autoFocus={state === "cancelled"}
			>
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
					setState("idle");
					onConfirm();
				}}
				// biome-ignore lint/a11y/noAutofocus: the person has just asked for it.
				autoFocus
			>
				{label}
			</button>
			<button type="button" onClick={() => setState("cancelled")}>
				{words.cancel}
			</button>
		</fieldset>
	);
}

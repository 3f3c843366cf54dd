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
				// The button that was used before is gone.
				ref={state === "cancelled" ? focus : undefined}
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
				ref={focus}
			>
				{label}
			</button>
			<button type="button" onClick={() => setState("cancelled")}>
				{words.cancel}
			</button>
		</fieldset>
	);
}

function focus(button: HTMLButtonElement | null): void {
	button?.focus();
}

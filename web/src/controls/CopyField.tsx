// A read-only field with a button that copies its text.

import { useState } from "react";
import { copyText } from "../browser.ts";
import { useStrings } from "../languages/useStrings.ts";
import styles from "./CopyField.module.css";

export function CopyField({ label, text }: { label: string; text: string }) {
	const strings = useStrings();
	const [copied, setCopied] = useState<{ text: string; isDone: boolean }>();
	const said = copied?.text !== text ? strings.copy : copied.isDone ? strings.copied : strings.copyFailed;
	return (
		<div className={styles.field}>
			<input readOnly dir="auto" value={text} aria-label={label} onFocus={({ currentTarget }) => currentTarget.select()} />
			<button type="button" onClick={async () => setCopied({ text, isDone: await copyText(text) })}>
				<span aria-live="polite">{said}</span>
			</button>
		</div>
	);
}

// The field of a conversation's settings for how long messages are kept.

import { useId } from "react";
import { type ConversationInfo, retentionRange } from "../../../../src/protocol/conversation.ts";
import styles from "./ConversationSettingsDialog.module.css";
import { useWords } from "./words.ts";

type Kept = Pick<ConversationInfo, "retentionDays" | "keptDays" | "held">;

export function RetentionField({ kept: { retentionDays, keptDays, held }, isReadOnly }: { kept: Kept; isReadOnly: boolean }) {
	const words = useWords();
	const id = useId();
	return (
		<>
			<label htmlFor={id} className={styles.first}>
				{words.retention}
			</label>
			<input
				id={id}
				name="retentionDays"
				type="number"
				inputMode="numeric"
				min={retentionRange.min}
				max={retentionRange.max}
				defaultValue={retentionDays}
				readOnly={isReadOnly}
			/>
			<p className={styles.hint}>{held ? words.held : words.kept(keptDays)}</p>
		</>
	);
}

/** What the form changes about it. */
export function retentionChangeIn(form: FormData, { retentionDays: before }: Kept): { retentionDays?: number | null } {
	const text = String(form.get("retentionDays") ?? "").trim();
	const days = text === "" ? null : Number(text);
	return days === (before ?? null) ? {} : { retentionDays: days };
}

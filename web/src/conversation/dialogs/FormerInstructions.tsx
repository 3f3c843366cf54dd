// The former versions of the instructions for Claude, folded until somebody opens them.

import { useCallback, useState } from "react";
import { session } from "../../account/currentSession.ts";
import { Problem } from "../../controls/Problem.tsx";
import { useLazy } from "../../controls/useLazy.ts";
import { useStrings } from "../../languages/useStrings.ts";
import { instructionsOf } from "./api.ts";
import styles from "./FormerInstructions.module.css";
import { useWords } from "./words.ts";

export function FormerInstructions({ conversationId }: { conversationId: string }) {
	const strings = useStrings();
	const words = useWords();
	const [isOpen, setIsOpen] = useState(false);
	const load = useCallback(() => session.call((token) => instructionsOf(token, conversationId)), [conversationId]);
	const result = useLazy(load, isOpen);
	// The first one is in force, and in the field.
	const former = result && "value" in result ? result.value.versions.slice(1) : [];
	return (
		<details className={styles.former} onToggle={({ currentTarget }) => setIsOpen(currentTarget.open)}>
			<summary>{words.formerInstructions}</summary>
			{isOpen && !result && <p>{strings.loading}</p>}
			<Problem>{result && "error" in result && result.error.message}</Problem>
			{result && "value" in result && former.length === 0 && <p>{words.noFormerInstructions}</p>}
			{former.length > 0 && (
				// biome-ignore lint/a11y/noNoninteractiveTabindex: a long list is scrolled by keyboard.
				<section className={styles.list} aria-label={words.formerInstructions} tabIndex={0}>
					<ol>
						{former.map(({ text, username, at, after }) => (
							<li key={`${after} ${at}`}>
								<p className={styles.by}>
									<bdi>{username}</bdi>, <time dateTime={at}>{strings.formatDayAndTime(Date.parse(at))}</time>
								</p>
								<p className={styles.text} dir="auto">
									{text || words.emptyInstructions}
								</p>
							</li>
						))}
					</ol>
				</section>
			)}
		</details>
	);
}

// What a conversation is in which nothing was said yet, and some ways to begin.

import { strings } from "../strings.ts";
import styles from "./EmptyRoom.module.css";

export function EmptyRoom({ canInvite, onPrompt }: { canInvite: boolean; onPrompt(prompt: string): void }) {
	return (
		<section className={styles.empty}>
			<h2>{strings.emptyTitle}</h2>
			<p>{strings.emptyText(canInvite)}</p>
			<ul>
				{strings.prompts.map((prompt) => (
					<li key={prompt}>
						<button type="button" onClick={() => onPrompt(prompt)}>
							{prompt}
						</button>
					</li>
				))}
			</ul>
		</section>
	);
}

// What stands where an answer is to come: that Claude thinks, or is busy; and what it thought, folded until somebody wants to read it.

import { type ReactNode, useState } from "react";
import { useStrings } from "../../languages/useStrings.ts";
import type { Phase } from "../../live/replyStatus.ts";
import styles from "./Thinking.module.css";

/** `children`: what is thought, where that is said. */
export function Thinking({ phase, children }: { phase: Phase; children: ReactNode }) {
	const strings = useStrings();
	const [isOpen, setIsOpen] = useState(false);
	const isToCome = phase === "thinking" || phase === "busy";
	const line = phase === "busy" ? strings.busy : isToCome ? strings.thinking : strings.thought;
	const className = `${styles.line} ${isToCome ? styles.toCome : ""}`;
	if (!children) return isToCome ? <p className={className}>{line}</p> : null;
	return (
		<>
			<button type="button" className={className} aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
				{line}
			</button>
			{isOpen && <div className={styles.thought}>{children}</div>}
		</>
	);
}

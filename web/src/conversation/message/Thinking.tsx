// The line above a reply: Claude is thinking, or busy. Its thinking is folded below it.

import { type ReactNode, useState } from "react";
import { useStrings } from "../../languages/useStrings.ts";
import type { Phase } from "../../live/replyStatus.ts";
import styles from "./Thinking.module.css";

/** `children`: the thinking, if there is any. */
export function Thinking({ phase, children }: { phase: Phase; children: ReactNode }) {
	const strings = useStrings();
	const [isOpen, setIsOpen] = useState(false);
	const isPending = phase === "thinking" || phase === "busy";
	const line = phase === "busy" ? strings.busy : isPending ? strings.thinking : strings.thought;
	const className = `${styles.line} ${isPending ? styles.pending : ""}`;
	if (!children) return isPending ? <p className={className}>{line}</p> : null;
	return (
		<>
			<button type="button" className={className} aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
				{line}
			</button>
			{isOpen && <div className={styles.thought}>{children}</div>}
		</>
	);
}

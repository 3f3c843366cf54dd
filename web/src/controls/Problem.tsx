// The place for an error message beside the control that caused it. Always rendered: a screen
// reader only announces changes.

import type { ReactNode } from "react";
import styles from "./Problem.module.css";

export function Problem({ className = "", children }: { className?: string | undefined; children: ReactNode }) {
	return (
		<p role="alert" className={`${styles.problem} ${className}`}>
			{children}
		</p>
	);
}

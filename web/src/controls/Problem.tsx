// What went wrong with what one just did, where one did it. It is there before, so that a screen reader hears it come.

import type { ReactNode } from "react";
import styles from "./Problem.module.css";

export function Problem({ className = "", children }: { className?: string | undefined; children: ReactNode }) {
	return (
		<p role="alert" className={`${styles.problem} ${className}`}>
			{children}
		</p>
	);
}

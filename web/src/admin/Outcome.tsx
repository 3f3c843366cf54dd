// What came of an administrator's last act.

import { useEffect, useRef } from "react";
import { Problem } from "../controls/Problem.tsx";
import styles from "./AdminPage.module.css";
import type { useActs } from "./useActs.ts";

export function Outcome({ of: outcome }: { of: ReturnType<typeof useActs>["outcome"] }) {
	const frame = useRef<HTMLDivElement>(null);
	const { told, refusal } = outcome;
	// The button of the act may be gone, and the focus must not be lost with it.
	useEffect(() => {
		if ((outcome.told ?? outcome.refusal) !== undefined && document.activeElement === document.body) frame.current?.focus();
	}, [outcome]);
	return (
		<div ref={frame} tabIndex={-1}>
			<p role="status" className={styles.told}>
				{told}
			</p>
			<Problem>{refusal}</Problem>
		</div>
	);
}

// What came of an administrator's last act.

import { Problem } from "../controls/Problem.tsx";
import styles from "./AdminPage.module.css";
import type { useActs } from "./useActs.ts";

export function Outcome({ of: { told, refusal } }: { of: ReturnType<typeof useActs>["outcome"] }) {
	return (
		<>
			<p role="status" className={styles.told}>
				{told}
			</p>
			<Problem>{refusal}</Problem>
		</>
	);
}

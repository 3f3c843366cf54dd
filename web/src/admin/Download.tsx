// Saves a file that only administrators may read.

import { useState } from "react";
import { session } from "../account/currentSession.ts";
import { Problem } from "../controls/Problem.tsx";
import { fetchExport, saveFile } from "../sidebar/saveExport.ts";
import styles from "./AdminPage.module.css";

/** `name`: of the file. */
export function Download({ path, name, label }: { path: string; name: string; label: string }) {
	const [problem, setProblem] = useState<string>();
	const [isLoading, setLoading] = useState(false);
	const download = async () => {
		setLoading(true);
		const result = await session.call((token) => fetchExport(path, token, new AbortController().signal));
		setLoading(false);
		setProblem("error" in result ? result.error.message : undefined);
		if ("value" in result) saveFile(result.value, name);
	};
	return (
		<div className={styles.download}>
			<button type="button" disabled={isLoading} onClick={download}>
				{label}
			</button>
			<Problem>{problem}</Problem>
		</div>
	);
}

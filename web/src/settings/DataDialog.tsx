// The dialog that saves everything that the person has here as a file.

import { useEffect, useState } from "react";
import { session } from "../account/currentSession.ts";
import { Dialog } from "../controls/Dialog.tsx";
import { fetchExport, saveFile } from "../sidebar/saveExport.ts";
import styles from "./SettingsDialog.module.css";
import { useWords } from "./words.ts";

export function DataDialog({ onClose }: { onClose(): void }) {
	const words = useWords();
	const [stop] = useState(() => new AbortController());
	useEffect(() => () => stop.abort(), [stop]);
	const save = async () => {
		const result = await session.call((token) => fetchExport("/me/export", token, stop.signal));
		if ("error" in result) return result.error.code === "rate_limited" ? words.dataTooOften : result.error.message;
		saveFile(result.value, `parley-data-${new Date().toISOString().slice(0, 10)}.jsonl`);
	};
	return (
		<Dialog title={words.dataTitle} action={words.saveData} act={save} onClose={onClose}>
			<p>{words.dataText}</p>
			<p className={styles.name}>{words.dataOthers}</p>
		</Dialog>
	);
}

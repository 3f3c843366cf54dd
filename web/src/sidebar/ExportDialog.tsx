// The dialog that exports a conversation to a file.

import { useEffect, useState } from "react";
import type { ListEntry } from "../../../src/protocol/conversation.ts";
import { session } from "../account/currentSession.ts";
import { Dialog } from "../controls/Dialog.tsx";
import styles from "../conversation/dialogs/ConversationSettingsDialog.module.css";
import { useStrings } from "../languages/useStrings.ts";
import { titleOf } from "../list/titles.ts";
import { exportFileName, fetchExport, saveFile } from "./saveExport.ts";

const formats = ["html", "jsonl", "tar"] as const;

export function ExportDialog({ listed, onClose }: { listed: ListEntry; onClose(): void }) {
	const strings = useStrings();
	const title = titleOf(listed, strings);
	const [stop] = useState(() => new AbortController());
	useEffect(() => () => stop.abort(), [stop]);
	const save = async (form: FormData) => {
		const format = formats.find((one) => one === form.get("format")) ?? "html";
		const path = `/conversations/${encodeURIComponent(listed.id)}/export?format=${format}`;
		const result = await session.call((token) => fetchExport(path, token, stop.signal));
		if ("error" in result) return result.error.message;
		saveFile(result.value, exportFileName(title, format, strings.conversation));
	};
	return (
		<Dialog title={strings.exportTitle(title)} action={strings.saveFile} act={save} onClose={onClose}>
			<fieldset className={styles.modes}>
				<legend>{strings.exportAs}</legend>
				{formats.map((format) => (
					<label key={format}>
						<input type="radio" name="format" value={format} defaultChecked={format === "html"} />
						<span>
							{strings.formats[format].name}
							<small>{strings.formats[format].what}</small>
						</span>
					</label>
				))}
			</fieldset>
		</Dialog>
	);
}

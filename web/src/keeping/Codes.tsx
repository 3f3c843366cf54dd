// New recovery codes, which are shown only once.

import { useState } from "react";
import { copyText } from "../browser.ts";
import styles from "../settings/SettingsDialog.module.css";
import { saveFile } from "../sidebar/saveExport.ts";
import type { Words } from "./words.ts";

export function Codes({ codes, words, onDone }: { codes: readonly string[]; words: Words; onDone(): void }) {
	const [said, setSaid] = useState<string>();
	const text = `${words.codesHead(location.origin)}\n\n${codes.join("\n")}\n`;
	return (
		<div ref={bringIntoView} className={styles.made}>
			<p role="status">{words.codesMade}</p>
			<ol aria-label={words.codes} className={styles.codes}>
				{codes.map((code) => (
					<li key={code}>
						<code>{code}</code>
					</li>
				))}
			</ol>
			<p className={styles.buttons}>
				<button type="button" onClick={async () => setSaid((await copyText(codes.join("\n"))) ? words.copied : words.notCopied)}>
					<span aria-live="polite">{said ?? words.copyCodes}</span>
				</button>
				<button type="button" onClick={() => saveFile(new Blob([text], { type: "text/plain" }), words.codesFile)}>
					{words.saveCodes}
				</button>
				<button type="button" onClick={onDone}>
					{words.done}
				</button>
			</p>
		</div>
	);
}

/** They may be below the visible part. */
function bringIntoView(element: HTMLElement | null): void {
	element?.scrollIntoView({ block: "center" });
}

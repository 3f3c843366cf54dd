// The fields of an invite that say what the people who come by it may do: a preset, and limits for those who want them.

import { useState } from "react";
import { linkLimits } from "../../../src/protocol/people/link.ts";
import styles from "./links.module.css";
import { presets } from "./terms.ts";
import { useWords } from "./words.ts";

export function TermsFields() {
	const words = useWords();
	const [preset, setPreset] = useState<string>("ask");
	const { questions, usd } = linkLimits;
	return (
		<>
			<label>
				{words.what}
				<select name="preset" value={preset} onChange={({ target }) => setPreset(target.value)}>
					{presets.map((name) => (
						<option key={name} value={name}>
							{words.presets[name]}
						</option>
					))}
				</select>
			</label>
			<details className={styles.limits}>
				<summary>{words.limits}</summary>
				{preset === "ask" && (
					<>
						<label>
							{words.questions}
							<input name="questions" type="number" min={1} max={questions.max} step={1} placeholder={words.noLimit} />
						</label>
						<label>
							{words.usd}
							<input name="usd" type="number" min={0.01} max={usd.max} step="any" placeholder={words.noLimit} />
						</label>
					</>
				)}
				<label>
					{words.until}
					<input name="until" type="datetime-local" />
				</label>
				<label className={styles.check}>
					<input name="new" type="checkbox" />
					{words.hidesPast}
				</label>
			</details>
		</>
	);
}

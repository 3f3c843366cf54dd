// The dialog that erases everything of the person.

import { session } from "../account/currentSession.ts";
import { eraseMe } from "../api.ts";
import { Dialog } from "../controls/Dialog.tsx";
import { useStrings } from "../languages/useStrings.ts";
import styles from "../settings/SettingsDialog.module.css";
import { confirmed } from "./steps.ts";
import { useWords } from "./words.ts";

export function Erase({ name, onClose }: { name: string; onClose(): void }) {
	const strings = useStrings();
	const words = useWords();
	const erase = (form: FormData) => {
		if (String(form.get("name")).trim() !== name.trim()) return strings.notYourName;
		return session.erase(async () => {
			const result = await confirmed(words, eraseMe);
			return "problem" in result ? { error: { code: "confirm_first", message: result.problem } } : result;
		});
	};
	return (
		<Dialog title={strings.eraseTitle} action={strings.eraseNow} isDanger act={erase} onClose={onClose}>
			<p>{strings.eraseText}</p>
			<label htmlFor="erase-name" className={styles.name}>
				{strings.typeYourName(name)}
			</label>
			<input id="erase-name" name="name" autoComplete="off" dir="auto" />
		</Dialog>
	);
}

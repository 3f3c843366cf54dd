// The dialog that lists the keyboard shortcuts.

import { usePreferences } from "../account/currentPreferences.ts";
import { hasSoftKeyboard } from "../browser.ts";
import { Modal } from "../controls/Modal.tsx";
import { useStrings } from "../languages/useStrings.ts";
import { keysOf, searchKeys, steerKeys, switchKeys } from "../useShortcut.ts";
import styles from "./HelpDialog.module.css";

/** Alternatives, each a combination of keys. */
type Row = [keys: readonly (readonly string[])[], what: string];

export function HelpDialog({ onClose }: { onClose(): void }) {
	const strings = useStrings();
	const preferences = usePreferences();
	const { letterKeys } = preferences;
	const enterSends = preferences.enterSends && !hasSoftKeyboard();
	const { keys, shortcuts } = strings;
	const letters = (...rows: Row[]): Row[] => (letterKeys ? rows : []);
	const steerKeysNamed = [...keysOf(steerKeys, keys).slice(0, -1), keys.enter];
	const sections: [title: string, rows: Row[]][] = [
		[
			shortcuts.everywhere,
			[
				[[["F6"], [keys.shift, "F6"]], shortcuts.parts],
				[[...(letterKeys ? [["?"]] : []), [keys.ctrl, "/"]], shortcuts.help],
				[[keysOf(switchKeys, keys)], strings.goToLabel],
				[[keysOf(searchKeys, keys)], strings.searchHere],
				[[["↑"], ["↓"]], shortcuts.inList],
				[[[keys.escape]], shortcuts.close],
			],
		],
		[
			shortcuts.writing,
			[
				[[enterSends ? [keys.enter] : [keys.ctrl, keys.enter]], strings.send],
				[[enterSends ? [keys.shift, keys.enter] : [keys.enter]], shortcuts.newLine],
				[[steerKeysNamed], strings.steer],
				[[["@"]], shortcuts.name],
				[[["↑"]], shortcuts.editLast],
			],
		],
		[
			shortcuts.atMessage,
			[
				[[["↑"], ["↓"], [keys.home], [keys.end]], shortcuts.move],
				...letters([[["R"]], strings.reply], [[["+"]], strings.react], [[["C"]], strings.copyText], [[["E"]], strings.edit]),
				[[[keys.delete]], strings.deleteMessage],
				[[[keys.tab]], shortcuts.buttons],
			],
		],
	];
	return (
		<Modal title={strings.help} onClose={onClose}>
			{sections.map(([title, rows]) => (
				<section key={title} className={styles.section}>
					<h3>{title}</h3>
					<dl>
						{rows.map(([keys, what]) => (
							<div key={what}>
								<dt>
									{keys.map((together) => (
										<span key={together.join()}>
											{together.map((key) => (
												<kbd key={key}>{key}</kbd>
											))}
										</span>
									))}
								</dt>
								<dd>{what}</dd>
							</div>
						))}
					</dl>
				</section>
			))}
		</Modal>
	);
}

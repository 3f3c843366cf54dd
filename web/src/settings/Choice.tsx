// One of a few, by radio buttons.

import type { ReactNode } from "react";
import styles from "./SettingsDialog.module.css";

export function Choice({ legend, children }: { legend: string; children: ReactNode }) {
	return (
		<fieldset className={styles.choice}>
			<legend>{legend}</legend>
			{children}
		</fieldset>
	);
}

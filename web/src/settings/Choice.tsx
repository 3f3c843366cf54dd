// A group of radio buttons.

import type { ReactNode } from "react";
import styles from "./SettingsDialog.module.css";

type Props<T> = {
	legend: string;
	/** The name of the radio buttons, unique in the dialog. */
	name: string;
	options: readonly { value: T; label: string; lang?: string | undefined }[];
	chosen: T;
	onChoose(value: T): void;
	children?: ReactNode;
};

export function Choice<T extends string | boolean>({ legend, name, options, chosen, onChoose, children }: Props<T>) {
	return (
		<fieldset className={styles.choice}>
			<legend>{legend}</legend>
			{options.map(({ value, label, lang }) => (
				<label key={String(value)} lang={lang}>
					<input type="radio" name={name} checked={chosen === value} onChange={() => onChoose(value)} />
					{label}
				</label>
			))}
			{children}
		</fieldset>
	);
}

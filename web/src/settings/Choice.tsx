// A group of radio buttons.

import { type ReactNode, useReducer } from "react";
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
	const [, render] = useReducer((count: number) => count + 1, 0);
	const choose = (value: T) => {
		onChoose(value);
		// A choice that is refused, or that takes a while, must not look made.
		render();
	};
	return (
		<fieldset className={styles.choice}>
			<legend>{legend}</legend>
			{options.map(({ value, label, lang }) => (
				<label key={String(value)} lang={lang}>
					<input type="radio" name={name} checked={chosen === value} onChange={() => choose(value)} />
					{label}
				</label>
			))}
			{children}
		</fieldset>
	);
}

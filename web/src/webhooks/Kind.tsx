// What both kinds of webhooks have in common on the page: a form, what is shown once, and a list. It is inside the form of the settings, and
// must not submit it.

import type { KeyboardEvent, ReactNode } from "react";
import { CopyField } from "../controls/CopyField.tsx";
import { Problem } from "../controls/Problem.tsx";
import part from "../settings/SettingsDialog.module.css";
import styles from "./Webhooks.module.css";

type Props = {
	title: string;
	text: string;
	/** The fields of a new one, and its button. */
	children: ReactNode;
	onAdd(): void;
	problem: string | undefined;
	/** What is shown only once. */
	made: { text: string; label: string; value: string } | undefined;
	/** Said once it has happened. */
	said?: string | undefined;
	list: ReactNode;
};

export function Kind({ title, text, children, onAdd, problem, made, said, list }: Props) {
	const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
		if (event.key !== "Enter" || !(event.target instanceof HTMLInputElement)) return;
		event.preventDefault();
		onAdd();
	};
	return (
		<section className={styles.kind} aria-label={title}>
			<h3>{title}</h3>
			<p>{text}</p>
			{/* biome-ignore lint/a11y/noStaticElementInteractions: it keeps Enter in a field from saving all settings. */}
			<div className={part.make} onKeyDown={onKeyDown}>
				{children}
			</div>
			<Problem className={styles.problem}>{problem}</Problem>
			<p role="status">{said}</p>
			{made && (
				<div key={made.value} ref={bringIntoView} className={part.made}>
					<p role="status">{made.text}</p>
					<CopyField label={made.label} text={made.value} />
				</div>
			)}
			<ul aria-label={title} className={styles.list}>
				{list}
			</ul>
		</section>
	);
}

function bringIntoView(element: HTMLElement | null): void {
	element?.scrollIntoView({ block: "center" });
}

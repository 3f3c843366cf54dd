// A bar above the field: the quoted message, or the one being edited, with a button to cancel.

import type { ReactNode } from "react";
import { Icon } from "../../icons.tsx";
import styles from "./Composer.module.css";

type Props = { title: string; line: string; cancel: string; onCancel(): void; children?: ReactNode };

export function ContextBar({ title, line, cancel, onCancel, children }: Props) {
	return (
		<div className={styles.about}>
			<p>
				<strong>
					<bdi>{title}</bdi>
				</strong>{" "}
				<span dir="auto">{line}</span>
			</p>
			{children}
			<button type="button" aria-label={cancel} title={cancel} onClick={onCancel}>
				<Icon name="close" />
			</button>
		</div>
	);
}

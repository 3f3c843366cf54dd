// A page with one sentence and an action.

import { Link } from "wouter";
import { Mark } from "../icons.tsx";
import { useStrings } from "../languages/useStrings.ts";
import styles from "./pages.module.css";

export function NoticePage({
	text,
	action,
	hasWayHome = false,
}: {
	text: string;
	action?: { label: string; act(): void };
	hasWayHome?: boolean;
}) {
	const strings = useStrings();
	return (
		<main className={styles.centred}>
			<Mark />
			<p>{text}</p>
			{action && (
				<button type="button" className={styles.secondary} onClick={action.act}>
					{action.label}
				</button>
			)}
			{hasWayHome && <Link href="/">{strings.home}</Link>}
		</main>
	);
}

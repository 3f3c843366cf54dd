// A titled list of names with values.

import styles from "./AdminPage.module.css";

export function Table({ title, rows }: { title: string; rows: readonly { id: string; name: string; note?: string; value: string }[] }) {
	if (rows.length === 0) return null;
	return (
		<>
			<h3>{title}</h3>
			<ul className={`${styles.rows} ${styles.table}`} aria-label={title}>
				{rows.map(({ id, name, note, value }) => (
					<li key={id}>
						<bdi>{name}</bdi>
						{note !== undefined && <small>{note}</small>}
						<b>{value}</b>
					</li>
				))}
			</ul>
		</>
	);
}

// A list that is loaded page by page, with what is around it.

import type { ReactNode } from "react";
import { Problem } from "../controls/Problem.tsx";
import { useStrings } from "../languages/useStrings.ts";
import styles from "./AdminPage.module.css";
import type { usePages } from "./usePages.ts";
import { useWords } from "./words.ts";

type Pages<T> = Pick<ReturnType<typeof usePages<T, unknown>>, "entries" | "problem" | "more">;

/** `row`: a list item with a key. `empty`: what is said of an empty list. */
export function Pages<T>({
	of: { entries, problem, more },
	label,
	empty,
	row,
}: {
	of: Pages<T>;
	label: string;
	empty: string;
	row: (entry: T) => ReactNode;
}) {
	const words = useWords();
	const strings = useStrings();
	return (
		<>
			<Problem>{problem}</Problem>
			{entries === undefined && problem === undefined && <p>{strings.loading}</p>}
			{entries?.length === 0 && <p>{empty}</p>}
			<ul className={styles.rows} aria-label={label}>
				{entries?.map(row)}
			</ul>
			{more && (
				<button type="button" onClick={more}>
					{words.more}
				</button>
			)}
		</>
	);
}

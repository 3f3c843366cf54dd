// The number of a source after a passage that rests on it. It is drawn by the style sheet: copying and searching the text must not find it.

import type { Source } from "../../../src/protocol/sources.ts";
import styles from "./Research.module.css";
import { SourceLink } from "./Sources.tsx";
import { useWords } from "./words.ts";

export function SourceMark({ index, source }: { index: number; source: Source | undefined }) {
	const words = useWords();
	if (!source) return null;
	const name = words.source(index + 1, source.title);
	return (
		<sup className={styles.mark}>
			<SourceLink source={source} label={name}>
				<span data-number={index + 1} />
			</SourceLink>
		</sup>
	);
}

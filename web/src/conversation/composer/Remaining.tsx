// The characters left near the limit, or how many there are too many. Shown at each key, announced after a pause.

import { useEffect, useState } from "react";
import { limits } from "../../../../src/protocol/limits.ts";
import { clock } from "../../browser.ts";
import { useStrings } from "../../languages/useStrings.ts";
import styles from "./Composer.module.css";

/** In ms. */
const pause = 1_000;

export function Remaining({ length }: { length: number }) {
	const strings = useStrings();
	const left = limits.content - length;
	const text = left < 0 ? strings.tooLong(-left) : left <= limits.content / 10 ? strings.charactersLeft(left) : "";
	const [spoken, setSpoken] = useState("");
	useEffect(() => clock.after(text === "" ? 0 : pause, () => setSpoken(text)), [text]);
	return (
		<>
			<p role="status" className="visually-hidden">
				{spoken}
			</p>
			{text !== "" && (
				<p aria-hidden="true" className={left < 0 ? styles.problem : styles.remaining}>
					{text}
				</p>
			)}
		</>
	);
}

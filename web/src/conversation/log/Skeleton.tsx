// A placeholder for messages while the conversation loads. It lies over the log, so that nothing moves when they arrive.

import { useStrings } from "../../languages/useStrings.ts";
import styles from "./Skeleton.module.css";

export function Skeleton() {
	const strings = useStrings();
	return (
		<div className={styles.skeleton}>
			<p className="visually-hidden" role="status">
				{strings.joining}
			</p>
			<span />
			<span />
			<span />
			<span />
			<span />
		</div>
	);
}

// Says quietly that there is a newer build of the page; nobody has to take it now.

import { useSyncExternalStore } from "react";
import { useStrings } from "../languages/useStrings.ts";
import { newVersion } from "../shell/version.ts";
import styles from "./NewVersion.module.css";

export function NewVersion() {
	const strings = useStrings();
	const isHere = useSyncExternalStore(newVersion.subscribe, newVersion.isHere);
	return (
		<output className={styles.version}>
			{isHere && (
				<>
					{strings.newVersion}
					<button type="button" onClick={newVersion.take}>
						{strings.reload}
					</button>
				</>
			)}
		</output>
	);
}

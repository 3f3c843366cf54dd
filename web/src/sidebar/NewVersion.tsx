// Offers a newer version of the page, which nobody has to take.

import { useSyncExternalStore } from "react";
import { useStrings } from "../languages/useStrings.ts";
import { newVersion } from "../shell/version.ts";
import styles from "./NewVersion.module.css";

export function NewVersion() {
	const strings = useStrings();
	const isAvailable = useSyncExternalStore(newVersion.subscribe, newVersion.isAvailable);
	return (
		<output className={styles.version}>
			{isAvailable && (
				<>
					{strings.newVersion}
					<button type="button" onClick={newVersion.activate}>
						{strings.reload}
					</button>
				</>
			)}
		</output>
	);
}

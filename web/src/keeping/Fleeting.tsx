// Says to a guest, before it happens, that they are lost with this page: on another site than its service, a browser may keep no
// session. Loaded only where the page and its service have different origins.

import { useEffect, useState } from "react";
import { isGuest, refreshAlone } from "../account/currentSession.ts";
import styles from "../sidebar/NewVersion.module.css";
import { useWords } from "./words.ts";

export function Fleeting({ userId }: { userId: string }) {
	const words = useWords();
	const isFleeting = useIsFleeting(userId);
	useEffect(() => {
		if (!isFleeting) return;
		const ask = (event: BeforeUnloadEvent) => event.preventDefault();
		addEventListener("beforeunload", ask);
		return () => removeEventListener("beforeunload", ask);
	}, [isFleeting]);
	return <output className={styles.version}>{isFleeting && words.fleeting}</output>;
}

/** True if the service knows nobody by the cookie of this browser, though somebody is signed in. */
function useIsFleeting(userId: string): boolean {
	const [isFleeting, setIsFleeting] = useState(false);
	useEffect(() => {
		let isCurrent = true;
		void refreshAlone().then((result) => {
			if (isCurrent) setIsFleeting(isGuest(userId) && "error" in result && result.error.code === "unauthorized");
		});
		return () => {
			isCurrent = false;
		};
	}, [userId]);
	return isFleeting;
}

// Tells whether a connection gap is long enough to be shown. Most end before anybody would have
// read about them.

import { useEffect, useState } from "react";
import { clock } from "./browser.ts";
import type { ConnectionState } from "./live/connection.ts";

/** In ms. */
const unnoticed = 1_000;

export function useConnectionGap(type: ConnectionState["type"]): boolean {
	const [isLong, setIsLong] = useState(false);
	const kind = type === "connected" ? "none" : type === "offline" || type === "ended" ? "certain" : "perhaps";
	useEffect(() => {
		if (kind === "perhaps") return clock.after(unnoticed, () => setIsLong(true));
		setIsLong(kind === "certain");
	}, [kind]);
	return isLong || kind === "certain";
}

// Renders all loaded messages while the page is printed, and not only those near the screen.

import { useEffect, useState } from "react";
import { flushSync } from "react-dom";

export function usePrinting(): boolean {
	const [isPrinting, setIsPrinting] = useState(false);
	useEffect(() => {
		const stop = new AbortController();
		// Renders at once, because the browser prints what is on the page right after the event.
		for (const type of ["beforeprint", "afterprint"])
			addEventListener(type, () => flushSync(() => setIsPrinting(type === "beforeprint")), stop);
		return () => stop.abort();
	}, []);
	return isPrinting;
}

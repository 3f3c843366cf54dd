// While the page is printed, all loaded messages are on it, and not only those near the screen.

import { useEffect, useState } from "react";
import { flushSync } from "react-dom";

export function usePrinting(): boolean {
	const [isPrinting, setIsPrinting] = useState(false);
	useEffect(() => {
		const stop = new AbortController();
		// At once: the browser prints what is on the page after the event.
		for (const type of ["beforeprint", "afterprint"])
			addEventListener(type, () => flushSync(() => setIsPrinting(type === "beforeprint")), stop);
		return () => stop.abort();
	}, []);
	return isPrinting;
}

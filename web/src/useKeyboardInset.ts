// Tells the style sheets how much of the page the keyboard covers.

import { useEffect } from "react";

/** Some browsers show a keyboard over the page without changing the layout. What one writes in has to stay above it. */
export function useKeyboardInset(): void {
	useEffect(() => {
		const viewport = window.visualViewport;
		if (!viewport) return;
		const follow = () => {
			const covered = Math.max(0, window.innerHeight - viewport.height * viewport.scale - viewport.offsetTop);
			document.documentElement.style.setProperty("--keyboard", `${covered}px`);
		};
		const stop = new AbortController();
		// Scrolling the visual viewport changes how much of the page it covers.
		for (const change of ["resize", "scroll"]) viewport.addEventListener(change, follow, stop);
		return () => {
			stop.abort();
			document.documentElement.style.removeProperty("--keyboard");
		};
	}, []);
}

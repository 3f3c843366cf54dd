// Loads a module or a file once it is needed. Returns nothing if that fails, and tries again the
// next time.

import { useEffect, useState } from "react";

/** `load` must keep its identity: a new function loads again. */
export function useLazy<T extends object>(load: () => Promise<T>, isWanted: boolean): T | undefined {
	const [loaded, setLoaded] = useState<{ load: typeof load; value: T }>();
	const isLoaded = loaded?.load === load;
	useEffect(() => {
		if (!isWanted || isLoaded) return;
		let isCurrent = true;
		load().then((value) => isCurrent && setLoaded({ load, value }), ignore);
		return () => {
			isCurrent = false;
		};
	}, [load, isWanted, isLoaded]);
	return isLoaded ? loaded.value : undefined;
}

const ignore = () => {};

// Loads a module or a file once it is needed. Returns nothing until then. A failed load is repeated
// when the network comes back, and the next time.

import { useEffect, useState } from "react";
import { canLoadParts } from "../browser.ts";

/** `load` must keep its identity: a new function loads again. */
export function useLazy<T extends object>(load: () => Promise<T>, isWanted: boolean): T | undefined {
	const [loaded, setLoaded] = useState<{ load: typeof load; value: T }>();
	const isLoaded = loaded?.load === load;
	useEffect(() => {
		if (!isWanted || isLoaded) return;
		let isCurrent = true;
		const start = () => void load().then((value) => isCurrent && setLoaded({ load, value }), ignore);
		addEventListener("online", start);
		if (canLoadParts()) start();
		return () => {
			isCurrent = false;
			removeEventListener("online", start);
		};
	}, [load, isWanted, isLoaded]);
	return isLoaded ? loaded.value : undefined;
}

/** A hook for parts that are kept once they are loaded: whatever returns to the page has them at once. */
export function keptParts<T extends object>(load: () => Promise<T>): (isWanted: boolean) => T | undefined {
	let known: T | undefined;
	const keep = async () => {
		known = await load();
		return known;
	};
	return (isWanted) => {
		const parts = useLazy(keep, isWanted) ?? known;
		return isWanted ? parts : undefined;
	};
}

const ignore = () => {};

// What is fetched once it is wanted. Where it cannot be had there is nothing, and another time it is tried again.

import { useEffect, useState } from "react";

/** Keep the identity of `load`: another one loads anew. */
export function useLazy<T extends object>(load: () => Promise<T>, isWanted: boolean): T | undefined {
	const [here, setHere] = useState<{ load: typeof load; value: T }>();
	const isHere = here?.load === load;
	useEffect(() => {
		if (!isWanted || isHere) return;
		let isCurrent = true;
		load().then((value) => isCurrent && setHere({ load, value }), ignore);
		return () => {
			isCurrent = false;
		};
	}, [load, isWanted, isHere]);
	return isHere ? here.value : undefined;
}

const ignore = () => {};

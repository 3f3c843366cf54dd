// Loads the parts that show what Claude looked up, with the first reply that needs them.

import { useLazy } from "../controls/useLazy.ts";

type Parts = typeof import("./parts.ts");
/** Kept for replies that return to the page, which are then complete at once. */
let known: Parts | undefined;
const load = async (): Promise<Parts> => {
	known = await import("./parts.ts");
	return known;
};

export function useResearchParts(isWanted: boolean): Parts | undefined {
	const parts = useLazy(load, isWanted) ?? known;
	return isWanted ? parts : undefined;
}

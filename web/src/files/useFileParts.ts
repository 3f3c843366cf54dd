// Loads the parts for files: with the first message that has some, and for the composer right after the first view.

import { useLazy } from "../controls/useLazy.ts";

type Parts = typeof import("./parts.ts");
/** Kept for messages that return to the page, which then have their height at once. */
let known: Parts | undefined;
const load = async (): Promise<Parts> => {
	known = await import("./parts.ts");
	return known;
};

export function useFileParts(isWanted: boolean): Parts | undefined {
	const parts = useLazy(load, isWanted) ?? known;
	return isWanted ? parts : undefined;
}

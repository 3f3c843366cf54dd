// The files that a closed page left behind, as another page goes on with them. Pure.

import type { Attached } from "./attached.ts";

/** How long an upload counts, of the day that it has, in ms. */
const freshFor = 20 * 3600_000;

/** They are prepared and uploaded again, unless that was done not long ago. */
export function revived(files: readonly Attached[], now: number): Attached[] {
	const isFresh = ({ state }: Attached) => state.type === "uploaded" && now - state.at < freshFor;
	return files
		.filter((file) => isFresh(file) || file.source.size > 0)
		.map((file) => (isFresh(file) || file.state.type === "refused" ? file : { ...file, state: { type: "preparing" } }));
}

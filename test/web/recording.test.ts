import { expect, it } from "vitest";
import { waveformOf } from "../../web/src/files/adding/recording.ts";

it("makes 48 bars of any number of levels, each the loudest of its part", () => {
	const long = waveformOf(Array.from({ length: 3000 }, (_, at) => (at === 1500 ? 1 : 0.1)));
	expect(long).toHaveLength(48);
	expect([Math.max(...long), Math.min(...long)]).toEqual([31, 3]);
	expect(long.indexOf(31)).toBe(24);
	expect(waveformOf([1])).toEqual(Array(48).fill(31));
	expect(waveformOf([])).toEqual(Array(48).fill(0));
});

// Measures a reply of 1,000 tokens to 100 people: its cost to the server, and what each person receives.

import { wordsOf } from "../support/messages-api-script.ts";
import type { StreamResult } from "./crowd.ts";
import { runCrowd } from "./crowd-process.ts";
import type { Answer } from "./dialects.ts";
import { comparison, comparisonColumns, type Section, verdict } from "./report.ts";
import { type ByPeer, takeTurns } from "./rounds.ts";
import type { RunningServer } from "./servers.ts";

const people = 100;
const mostFramesPerSecond = 20;

export const answers: Record<string, Answer> = {
	"at full speed": { tokens: 1000, perSecond: 0 },
	"50 a second": { tokens: 1000, perSecond: 50 },
};

/** Results by pace. */
export type StreamResults = Map<string, ByPeer<StreamResult>>;

export function measureStream(servers: RunningServer[], isQuick: boolean): Promise<StreamResults> {
	return takeTurns(isQuick ? 1 : 3, answers, servers, async ({ peer, open }, answer) => {
		const result = await runCrowd({ type: "stream", room: await open(people, "always"), answer });
		const whole = wordsOf(answer, "").join("").length;
		if (result.length !== whole) throw new Error(`${peer} delivered ${result.length} of ${whole} characters.`);
		return result;
	});
}

export function streamSections(results: StreamResults): Section[] {
	return [...results].map(([pace, byPeer]) => ({
		title: `1,000 tokens to ${people} people, ${pace}`,
		note: "Parley reads them from a Messages API over HTTP and stores them; the others make them up on the spot and send an event a token.",
		columns: comparisonColumns,
		rows: [
			comparison("server's processor time, s", byPeer, (result) => result.serverCpu, "lower"),
			comparison("kilobytes per person", byPeer, (result) => result.kilobytes, "lower"),
			comparison("frames per person", byPeer, (result) => result.frames, "lower"),
			withAim(
				byPeer.parley.framesPerSecond,
				comparison("frames with text, a second", byPeer, (result) => result.framesPerSecond),
			),
			comparison("seconds until all have it", byPeer, (result) => result.seconds),
		],
	}));
}

function withAim(framesPerSecond: number, row: string[]): string[] {
	return [...row.slice(0, -1), verdict(framesPerSecond <= mostFramesPerSecond, `at most ${mostFramesPerSecond}`)];
}

// Measures fan-out: 100 people in one conversation, some sending without pause, or one sending calmly.

import type { FanoutResult, Load } from "./crowd.ts";
import { runCrowd } from "./crowd-process.ts";
import { comparison, comparisonColumns, type Section } from "./report.ts";
import { type ByPeer, takeTurns } from "./rounds.ts";
import type { RunningServer } from "./servers.ts";

export const people = 100;

export const loads: Record<string, Load> = {
	"4 senders, 8 in flight": { senders: 4, inFlight: 8 },
	"50 senders, 4 in flight": { senders: 50, inFlight: 4 },
	"100 senders, 8 in flight": { senders: 100, inFlight: 8 },
	"100 senders, 8 in flight, an @ in each text": {
		senders: 100,
		inFlight: 8,
		padding: " @nobody could say the same thing faster, or twice",
	},
	calm: { senders: 1, inFlight: 1, everyMs: 200 },
};

/** Results by load. */
export type FanoutResults = Map<string, ByPeer<FanoutResult>>;

export function measureFanout(servers: RunningServer[], isQuick: boolean): Promise<FanoutResults> {
	const durations = isQuick ? { warmUpMs: 500, measureMs: 2000 } : { warmUpMs: 1500, measureMs: 4000 };
	return takeTurns(isQuick ? 1 : 3, loads, servers, async ({ open }, load) =>
		runCrowd({ type: "fanout", room: await open(people, "off"), load, ...durations }),
	);
}

export function fanoutSections(results: FanoutResults): Section[] {
	return [...results].map(([name, byPeer]) => (name === "calm" ? calmSection(byPeer) : busySection(name, byPeer)));
}

function busySection(name: string, results: ByPeer<FanoutResult>): Section {
	return {
		title: `Fan-out to ${people} people, ${name}`,
		note: "A sender says the next thing when it hears its own. Where the crowd takes a whole processor, it and not the server sets the pace.",
		columns: comparisonColumns,
		rows: [
			comparison("deliveries a second", results, (result) => result.deliveries, "higher", { plain: 12, socketio: 4 }),
			comparison("frames per person and second", results, (result) => result.frames),
			...latencies(results),
			...processors(results),
		],
	};
}

function calmSection(results: ByPeer<FanoutResult>): Section {
	const asGood = { socketio: 1 };
	return {
		title: `Fan-out to ${people} people, calm`,
		note: "One sender, 5 messages a second.",
		columns: comparisonColumns,
		rows: [...latencies(results, asGood), ...processors(results)],
	};
}

function latencies(results: ByPeer<FanoutResult>, aim?: { socketio: number }): string[][] {
	return [
		comparison("own echo, p50 ms", results, (result) => result.echoP50, "lower", aim),
		comparison("own echo, p99 ms", results, (result) => result.echoP99, "lower"),
		comparison("last delivery, p50 ms", results, (result) => result.lastP50, "lower", aim),
		comparison("last delivery, p99 ms", results, (result) => result.lastP99, "lower"),
	];
}

function processors(results: ByPeer<FanoutResult>): string[][] {
	return [
		comparison("processors, server", results, (result) => result.serverCpu),
		comparison("processors, crowd", results, (result) => result.clientCpu),
	];
}

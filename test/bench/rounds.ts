// Orders the measurements: the servers take turns in every round, and medians over the rounds count, so that other
// work on the machine affects all of them alike.

import { type Peer, peers } from "./dialects.ts";
import type { RunningServer } from "./servers.ts";
import { median } from "./statistics.ts";

export type ByPeer<R> = Record<Peer, R>;

/** Measures every case on every server in each round. A result is a record of numbers, each with its own median. */
export async function takeTurns<C, R extends Record<string, number>>(
	rounds: number,
	cases: Record<string, C>,
	servers: RunningServer[],
	measure: (server: RunningServer, one: C) => Promise<R>,
): Promise<Map<string, ByPeer<R>>> {
	const taken = new Map(Object.keys(cases).map((name) => [name, { plain: [], socketio: [], parley: [] } as ByPeer<R[]>]));
	for (let round = 0; round < rounds; round++) {
		for (const [name, one] of Object.entries(cases)) {
			for (const server of servers) taken.get(name)?.[server.peer].push(await measure(server, one));
		}
	}
	return new Map([...taken].map(([name, results]) => [name, mapPeers((peer) => medians(results[peer]))]));
}

function mapPeers<R>(of: (peer: Peer) => R): ByPeer<R> {
	return Object.fromEntries(peers.map((peer) => [peer, of(peer)])) as ByPeer<R>;
}

function medians<R extends Record<string, number>>(results: R[]): R {
	const fields = Object.keys(results[0] ?? {});
	return Object.fromEntries(fields.map((field) => [field, median(results.map((result) => result[field] as number))])) as R;
}

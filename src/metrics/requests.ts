// Counts requests and refusals of one isolate of the Worker, and logs each refusal as one line. They are reported together every few seconds; an
// isolate that ends takes at most those with it.

import { type Counts, seriesOf, sumOf } from "./series.ts";

/** In ms. */
const reportEvery = 10_000;

let counts: Counts = {};
let reportedAt = 0;

export function countRequest(status: number): void {
	counts = sumOf(counts, { [seriesOf("parley_requests_total", { status: `${Math.floor(status / 100)}xx` })]: 1 });
}

/** `route`: as it is registered, so that the line holds no id and no secret. */
export function noteRefusal(refused: { requestId: string; method: string; route: string; status: number; code: string }): void {
	counts = sumOf(counts, { [seriesOf("parley_errors_total", { code: refused.code })]: 1 });
	console.info(JSON.stringify({ event: "refused", ...refused }));
}

/** The counts since the last report, if it is time for another one. `now` in ms. */
export function takeCounts(now: number): Counts | undefined {
	if (now - reportedAt < reportEvery || Object.keys(counts).length === 0) return undefined;
	const taken = counts;
	counts = {};
	reportedAt = now;
	return taken;
}

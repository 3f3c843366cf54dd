// The time series that the deployment counts: their names and labels, and where a duration belongs. Labels come from closed lists, so that
// there are never many series. Pure.

/** The amount that has been added to each series, by its name with labels. */
export type Counts = Readonly<Record<string, number>>;

type Family = { type: "counter" | "gauge" | "histogram"; help: string };

export const families: Readonly<Record<string, Family>> = {
	parley_build_info: { type: "gauge", help: "The version that is deployed." },
	parley_connections: { type: "gauge", help: "Open sockets to conversations, as these last reported." },
	parley_people: { type: "gauge", help: "People who were here at some time." },
	parley_conversations: { type: "gauge", help: "Conversations that were in use at some time." },
	parley_messages_total: { type: "counter", help: "Messages of people and programs." },
	parley_replies_total: { type: "counter", help: "Replies of Claude, by outcome." },
	parley_reply_failures_total: { type: "counter", help: "Replies that are not simply complete, by reason." },
	parley_claude_usd_total: { type: "counter", help: "What Claude has cost, in dollars." },
	parley_errors_total: { type: "counter", help: "Refusals and failures, by code." },
	parley_requests_total: { type: "counter", help: "Requests, by the first digit of their status." },
	parley_first_token_seconds: { type: "histogram", help: "From the beginning of a reply to its first words." },
};

/** Upper bounds in seconds. */
const bounds = [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64] as const;

export function seriesOf(family: keyof typeof families & string, labels: Readonly<Record<string, string>> = {}): string {
	const texts = Object.entries(labels).map(([name, value]) => `${name}="${value.replace(/[^\w.-]/g, "_")}"`);
	return texts.length === 0 ? family : `${family}{${texts.join(",")}}`;
}

/** One duration of a histogram. */
export function durationCounts(family: string, seconds: number): Counts {
	const reached = bounds.filter((bound) => seconds <= bound).map((bound) => [`${family}_bucket{le="${bound}"}`, 1] as const);
	return { ...Object.fromEntries(reached), [`${family}_bucket{le="+Inf"}`]: 1, [`${family}_sum`]: seconds, [`${family}_count`]: 1 };
}

export function sumOf(one: Counts, other: Counts): Counts {
	const sum: Record<string, number> = { ...one };
	for (const [name, count] of Object.entries(other)) sum[name] = (sum[name] ?? 0) + count;
	return sum;
}

/** The family of a series. */
export function familyOf(series: string): string {
	return series.replace(/\{.*$/s, "").replace(/_(bucket|sum|count)$/, "");
}

/** The values of a family with one label, the highest first. */
export function byLabel(counts: Counts, family: keyof typeof families & string): { label: string; count: number }[] {
	return Object.entries(counts)
		.filter(([series]) => familyOf(series) === family)
		.map(([series, count]) => ({ label: /="([^"]*)"/.exec(series)?.[1] ?? "", count }))
		.sort((one, other) => other.count - one.count || (one.label < other.label ? -1 : 1));
}

// Divides a list of conversations by the time of the last activity: today, yesterday, the last days, then months. Days are those of
// the device. Pure.

import type { ListEntry } from "../../../src/protocol/conversation.ts";

/** `start`: of the month, in ms. */
export type Period = { type: "pinned" | "today" | "yesterday" | "week" | "days" } | { type: "month"; start: number };

export type Grouped = { key: string; period: Period; conversations: readonly ListEntry[] };

/** Keeps the order: pinned conversations first, then the latest. */
export function groupsOf(conversations: readonly ListEntry[], now: number): Grouped[] {
	const daysAgo = daysBefore(now);
	const beginnings = [
		{ type: "today", start: daysAgo(0) },
		{ type: "yesterday", start: daysAgo(1) },
		{ type: "week", start: daysAgo(7) },
		{ type: "days", start: daysAgo(30) },
	] as const;
	const periodOf = ({ pinned, lastActivityAt }: ListEntry): Period => {
		if (pinned) return { type: "pinned" };
		const at = Date.parse(lastActivityAt);
		const recent = beginnings.find(({ start }) => at >= start);
		return recent ? { type: recent.type } : { type: "month", start: startOfMonth(at) };
	};
	const groups: { key: string; period: Period; conversations: ListEntry[] }[] = [];
	for (const listed of conversations) {
		const period = periodOf(listed);
		const key = period.type === "month" ? `month ${period.start}` : period.type;
		const last = groups.at(-1);
		if (last?.key === key) last.conversations.push(listed);
		else groups.push({ key, period, conversations: [listed] });
	}
	return groups;
}

/** When the next day begins. Not every day has 24 hours. */
export function nextMidnight(now: number): number {
	return daysBefore(now)(-1);
}

/** The beginnings of the days before the one of `now`. */
function daysBefore(now: number): (days: number) => number {
	const today = new Date(now);
	return (days) => new Date(today.getFullYear(), today.getMonth(), today.getDate() - days).getTime();
}

function startOfMonth(at: number): number {
	const date = new Date(at);
	return new Date(date.getFullYear(), date.getMonth()).getTime();
}

// Formats measurements as tables: numbers, ratios and targets. Pure.

import type { Peer } from "./dialects.ts";

export type Section = {
	title: string;
	/** One or two sentences on reading the table. */
	note: string;
	columns: string[];
	rows: string[][];
};

export function formatSection({ title, note, columns, rows }: Section): string {
	const widths = columns.map((column, index) => Math.max(column.length, ...rows.map((row) => (row[index] ?? "").length)));
	const line = (cells: string[]) =>
		cells.map((cell, index) => (index === 0 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0))).join("   ");
	return ["", title, note, line(columns), ...rows.map(line)].map((text) => text.trimEnd()).join("\n");
}

export const comparisonColumns = ["", "plain DO", "Socket.IO", "Parley", "over plain", "over Socket.IO", "aim"];

/**
 * One measure of the three servers. If one direction is `better`, it has ratios (above 1 favours Parley) and the
 * lowest ratios that are the target.
 */
export function comparison<R>(
	label: string,
	results: Record<Peer, R>,
	pick: (result: R) => number,
	better?: "higher" | "lower",
	aim?: { plain?: number; socketio?: number },
): string[] {
	const [plain, socketio, parley] = [pick(results.plain), pick(results.socketio), pick(results.parley)];
	const gainOver = (theirs: number) => (better === "higher" ? parley / theirs : theirs / parley);
	const aims = [
		{ least: aim?.plain, gain: gainOver(plain), over: comparisonColumns[1] },
		{ least: aim?.socketio, gain: gainOver(socketio), over: comparisonColumns[2] },
	].flatMap(({ least, gain, over }) => (least === undefined ? [] : [verdict(gain >= least, `${least}x ${over}`)]));
	return [
		label,
		...[plain, socketio, parley].map(number),
		...(better ? [times(gainOver(plain)), times(gainOver(socketio))] : ["", ""]),
		aims.join(", "),
	];
}

/** Formats with three significant digits and grouped thousands. */
export function number(value: number): string {
	return value.toLocaleString("en-US", value < 1000 ? { maximumSignificantDigits: 3 } : { maximumFractionDigits: 0 });
}

function times(ratio: number): string {
	return `${ratio.toFixed(ratio < 10 ? 2 : 1)}x`;
}

export function verdict(isMet: boolean, aim: string): string {
	return `${aim} ${isMet ? "met" : "MISSED"}`;
}

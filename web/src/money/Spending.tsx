// What Claude has cost in a conversation, or for oneself: spent, left, by day and by person. Loaded when somebody opens it.

import { useCallback } from "react";
import type { UsageReport } from "../../../src/protocol/money/usage.ts";
import { clock } from "../browser.ts";
import { useStrings } from "../languages/useStrings.ts";
import { ownUsage, type Period, usageOf } from "./api.ts";
import { type Bar, barsOf } from "./bars.ts";
import styles from "./Spending.module.css";
import { SpendingHead, useReport } from "./SpendingHead.tsx";
import { useWords, type Words } from "./words.ts";

/** Without an `id`: one's own spending in all conversations. */
export function Spending({ id }: { id?: string }) {
	const words = useWords();
	const strings = useStrings();
	const load = useCallback(
		(token: string, period: Period) => (id === undefined ? ownUsage(token, period) : usageOf(token, id, period)),
		[id],
	);
	const { report, ...head } = useReport(load);
	return (
		<div className={styles.spending} aria-busy={report === undefined && head.problem === undefined}>
			<SpendingHead {...head} />
			{report ? <Sums usage={report} words={words} isOwn={id === undefined} /> : <p className={styles.waiting}>{strings.loading}</p>}
		</div>
	);
}

function Sums({ usage, words, isOwn }: { usage: UsageReport; words: Words; isOwn: boolean }) {
	const { usd, replies, tokens, cacheHit, people } = usage;
	const read = tokens.input + tokens.cacheRead + tokens.cacheWrite;
	return (
		<>
			<p className={styles.spent}>
				<strong>{words.usd(usd)}</strong>
				<span>
					{words.replies(replies)}
					{read > 0 && ` · ${words.cacheHit(words.percent(cacheHit))}`}
				</span>
			</p>
			<Budget usage={usage} words={words} isOwn={isOwn} />
			<Chart usage={usage} words={words} />
			{people.length > 0 && !isOwn && (
				<ul className={styles.people} aria-label={words.byPerson}>
					{people.map((person) => (
						<li key={person.userId}>
							<bdi>{person.username}</bdi>
							<span>{words.replies(person.replies)}</span>
							<b>{words.usd(person.usd)}</b>
							<Track parts={[person.usd]} of={people[0]?.usd ?? 0} />
						</li>
					))}
				</ul>
			)}
			{read > 0 && <p className={styles.tokens}>{words.inAndOut(words.number(read), words.number(tokens.output))}</p>}
		</>
	);
}

/** What is left of the budget, whatever period is shown. */
function Budget({ usage: { budget, reservedUsd }, words, isOwn }: { usage: UsageReport; words: Words; isOwn: boolean }) {
	const reserved = reservedUsd > 0 && words.reserved(words.usd(reservedUsd));
	if (!budget)
		return (
			<p className={styles.budget}>{[isOwn ? words.noOwnLimit : words.noLimit, reserved].filter((text) => text !== false).join(" ")}</p>
		);
	const { usd, period, leftUsd, resetsAt, setBy } = budget;
	const left = Math.max(0, leftUsd);
	return (
		<div className={styles.budget}>
			<Track parts={[Math.max(0, usd - left - reservedUsd), Math.min(reservedUsd, usd)]} of={usd} />
			<p>
				<b>{words.left(words.usd(left), words.usd(usd), words.within[period])}</b>
				{resetsAt !== undefined && ` ${words.resets(words.dayAndTime(Date.parse(resetsAt)))}`}
				{reserved !== false && ` ${reserved}`}
				{setBy !== undefined && ` ${words.setByAdministrator}`}
			</p>
		</div>
	);
}

/** A bar that is filled by its parts. The words beside it say the same. */
function Track({ parts, of }: { parts: readonly number[]; of: number }) {
	return (
		<svg className={styles.track} viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
			{parts.map((part, index) => {
				const before = parts.slice(0, index).reduce((sum, one) => sum + one, 0);
				const width = (part: number) => (of > 0 ? Math.min(100, (part / of) * 100) : 0);
				// biome-ignore lint/suspicious/noArrayIndexKey: the parts have no other name, and their order is fixed.
				return <rect key={index} x={width(before)} width={width(part)} height="4" />;
			})}
		</svg>
	);
}

function Chart({ usage: { days }, words }: { usage: UsageReport; words: Words }) {
	const bars = barsOf(days, new Date(clock.now()).toISOString().slice(0, 10));
	if (bars.length === 0) return null;
	const highest = Math.max(...bars.map(({ usd }) => usd));
	const name = ({ date, isMonth }: Bar) => (isMonth ? words.month(Date.parse(date)) : words.date(Date.parse(date)));
	return (
		<figure className={styles.chart}>
			<ol aria-label={words.byDay}>
				{bars.map((bar) => {
					const text = `${name(bar)}: ${words.usd(bar.usd)}`;
					return (
						<li key={bar.date} title={text}>
							<svg viewBox="0 0 1 100" preserveAspectRatio="none" aria-hidden="true">
								<rect y={100 - heightOf(bar.usd, highest)} width="1" height={heightOf(bar.usd, highest)} />
							</svg>
							<span className="visually-hidden">{text}</span>
						</li>
					);
				})}
			</ol>
			<figcaption aria-hidden="true">
				<span>{name(bars[0] as Bar)}</span>
				<span>{words.atMost(words.usd(highest))}</span>
				<span>{name(bars.at(-1) as Bar)}</span>
			</figcaption>
		</figure>
	);
}

/** Little is still seen, and nothing is a line. */
function heightOf(usd: number, highest: number): number {
	return usd === 0 || highest === 0 ? 2 : Math.max(6, (usd / highest) * 100);
}

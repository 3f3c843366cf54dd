// The costs of Claude for the deployment, by model, person and day.

import { purseKinds } from "../../../src/protocol/admin/records.ts";
import { Problem } from "../controls/Problem.tsx";
import { useStrings } from "../languages/useStrings.ts";
import { SpendingHead, useReport } from "../money/SpendingHead.tsx";
import styles from "./AdminPage.module.css";
import { allPurses, type Spend, spendIn } from "./api.ts";
import { PurseForm } from "./PurseForm.tsx";
import { Table } from "./Table.tsx";
import { usePages } from "./usePages.ts";
import { useWords } from "./words.ts";

export function Spending() {
	const strings = useStrings();
	const { report, ...head } = useReport(spendIn);
	return (
		<>
			<SpendingHead {...head} />
			{report ? <Sums spend={report} /> : head.problem === undefined && <p>{strings.loading}</p>}
			<Purses />
		</>
	);
}

async function loadPurses(token: string) {
	const result = await allPurses(token);
	return "error" in result ? result : { value: { entries: result.value.purses, next: undefined } };
}

/** The limits that administrators have set. Those of a person are changed beside the person. */
function Purses() {
	const words = useWords();
	const { entries, problem, reload } = usePages(loadPurses);
	const { formats } = words;
	const people = entries?.filter(({ userId }) => userId !== undefined) ?? [];
	return (
		<>
			<h3>{words.limitsTitle}</h3>
			<p className={styles.hint}>
				<small>{words.limitsHint}</small>
			</p>
			<Problem>{problem}</Problem>
			{entries &&
				purseKinds.map((of) => (
					<PurseForm key={of} owner={{ of }} purse={entries.find((purse) => purse.of === of)} title={words.purses[of]} onChange={reload} />
				))}
			<Table
				title={words.limitedPeople}
				rows={people.map(({ userId = "", limits }) => ({
					id: userId,
					name: userId,
					value: limits.map(({ usd, period }) => `${words.limits[period]}: ${formats.usd(usd)}`).join(" · "),
				}))}
			/>
		</>
	);
}

function Sums({ spend: { usd, replies, budget, models, people, days } }: { spend: Spend }) {
	const words = useWords();
	const { formats } = words;
	const row = (id: string, name: string, spent: { usd: number; replies: number }) => ({
		id,
		name,
		note: words.replies(spent.replies),
		value: formats.usd(spent.usd),
	});
	return (
		<>
			<p className={styles.sum}>
				<strong>{formats.usd(usd)}</strong> {words.replies(replies)}
			</p>
			{budget && <p>{words.left(formats.usd(Math.max(0, budget.leftUsd)), formats.usd(budget.usd))}</p>}
			<Table title={words.byModel} rows={models.map(({ model, ...rest }) => row(model, model, rest))} />
			<Table title={words.byPerson} rows={people.map(({ userId, username, ...rest }) => row(userId, username, rest))} />
			<Table
				title={words.byDay}
				rows={days.map(({ date, ...rest }) => row(date, formats.date(Date.parse(`${date}T12:00:00`)), rest)).toReversed()}
			/>
		</>
	);
}

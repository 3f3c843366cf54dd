// A person in detail, in numbers.

import { useCallback } from "react";
import { Problem } from "../controls/Problem.tsx";
import { useStrings } from "../languages/useStrings.ts";
import styles from "./AdminPage.module.css";
import { type Detail, personOf } from "./api.ts";
import { PurseForm } from "./PurseForm.tsx";
import { usePages } from "./usePages.ts";
import { useWords } from "./words.ts";

export function PersonDetail({ userId, onErase }: { userId: string; onErase: (() => void) | undefined }) {
	const words = useWords();
	const strings = useStrings();
	const load = useCallback(
		async (token: string) => {
			const result = await personOf(token, userId);
			return "error" in result ? result : { value: { entries: [result.value.person], next: undefined } };
		},
		[userId],
	);
	const { entries, problem, reload } = usePages(load);
	const [person] = entries ?? [];
	return (
		<div className={styles.detail}>
			<Problem>{problem}</Problem>
			{person ? <Facts person={person} /> : problem === undefined && <p>{strings.loading}</p>}
			{person && <PurseForm owner={{ of: "person", userId }} purse={person.purse ?? undefined} title={words.mostSpent} onChange={reload} />}
			{person && onErase && (
				<button type="button" onClick={onErase}>
					{words.askErase}
				</button>
			)}
		</div>
	);
}

function Facts({ person: { kind, firstSeenAt, sessions, tokens, conversations, spent } }: { person: Detail }) {
	const words = useWords();
	const { formats } = words;
	const facts = [
		...(firstSeenAt === undefined ? [] : [[words.firstSeen, formats.dayAndTime(Date.parse(firstSeenAt))]]),
		// A guest is signed in by a cookie alone, until they keep their account.
		...(kind === "guest" && sessions === 0 ? [] : [[words.devices, formats.number(sessions)]]),
		[words.tokens, formats.number(tokens)],
		[words.parts.conversations, formats.number(conversations)],
		[words.spent.day, formats.usd(spent.dayUsd)],
		[words.spent.month, formats.usd(spent.monthUsd)],
		[words.spent.total, formats.usd(spent.totalUsd)],
	] as const;
	return (
		<dl>
			{facts.map(([name, value]) => (
				<div key={name}>
					<dt>{name}</dt>
					<dd>{value}</dd>
				</div>
			))}
		</dl>
	);
}

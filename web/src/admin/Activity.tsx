// Connections now, and replies and failures since the deployment began.

import { useCallback } from "react";
import { useStrings } from "../languages/useStrings.ts";
import { activity } from "./api.ts";
import { Pages } from "./Pages.tsx";
import { Table } from "./Table.tsx";
import { usePages } from "./usePages.ts";
import { useWords } from "./words.ts";

async function load(token: string) {
	const result = await activity(token);
	return "error" in result ? result : { value: { entries: [result.value], next: undefined } };
}

export function Activity() {
	const words = useWords();
	const { entries, ...rest } = usePages(load);
	const { reasons, refusals } = useStrings();
	/** `notes` say in words what a name stands for. */
	const rows = useCallback(
		(counts: readonly { name: string; count: number }[], notes: { readonly [name: string]: string } = {}) =>
			counts.map(({ name, count }) => ({ id: name, name, ...(notes[name] && { note: notes[name] }), value: words.formats.number(count) })),
		[words],
	);
	const [seen] = entries ?? [];
	return (
		<>
			<Pages
				of={{
					...rest,
					entries: seen && [words.connections(seen.connections), words.knownPeople(seen.people), words.known(seen.conversations)],
				}}
				label={words.parts.activity}
				empty=""
				row={(text) => <li key={text}>{text}</li>}
			/>
			{seen && (
				<>
					<p>
						<small>{words.sinceBegan}</small>
					</p>
					<Table title={words.byOutcome} rows={rows(seen.replies, words.outcomes)} />
					<Table title={words.byFailure} rows={rows(seen.failures, reasons)} />
					<Table title={words.byCode} rows={rows(seen.errors, refusals)} />
				</>
			)}
		</>
	);
}

// How long one conversation keeps its messages, and a form that changes it. A shorter time is asked about first, and needs two administrators.

import { type FormEvent, useCallback, useState } from "react";
import { retentionRange } from "../../../src/protocol/conversation.ts";
import { Problem } from "../controls/Problem.tsx";
import { useStrings } from "../languages/useStrings.ts";
import styles from "./AdminPage.module.css";
import { retentionOf, setRetention } from "./api.ts";
import { Outcome } from "./Outcome.tsx";
import { useActs } from "./useActs.ts";
import { usePages } from "./usePages.ts";
import { useWords } from "./words.ts";

export function Retention({ id }: { id: string }) {
	const words = useWords();
	const strings = useStrings();
	const load = useCallback(
		async (token: string) => {
			const result = await retentionOf(token, id);
			return "error" in result ? result : { value: { entries: [result.value], next: undefined } };
		},
		[id],
	);
	const { entries, problem, reload } = usePages(load);
	const { outcome, act } = useActs(reload);
	const [asked, setAsked] = useState<number | null>();
	const [record] = entries ?? [];
	const save = (days: number | null) => {
		setAsked(undefined);
		return act(
			(token) => setRetention(token, id, days),
			({ keptDays, pending }) => (pending ? words.retentionPending(pending.retentionDays, pending.by) : words.keptNow(keptDays)),
		);
	};
	const submit = async (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		const text = String(new FormData(event.currentTarget).get("days")).trim();
		const days = text === "" ? null : Number(text);
		// Without a time of its own, the deployment's may be shorter.
		if (days === null || days < (record?.keptDays ?? Number.POSITIVE_INFINITY)) setAsked(days);
		else await save(days);
	};
	if (!record) return problem === undefined ? <p>{strings.loading}</p> : <Problem>{problem}</Problem>;
	return (
		<div className={styles.detail}>
			<p>{words.keptNow(record.keptDays)}</p>
			{record.held && <p>{words.retentionHeld}</p>}
			{record.pending && <p>{words.retentionPending(record.pending.retentionDays, record.pending.by)}</p>}
			<form key={record.retentionDays} className={styles.fields} onSubmit={submit} onInput={() => setAsked(undefined)}>
				<label>
					{words.retentionDays}
					<input
						name="days"
						type="number"
						inputMode="numeric"
						min={retentionRange.min}
						max={retentionRange.max}
						defaultValue={record.retentionDays ?? undefined}
					/>
				</label>
				<p>
					<small>{words.retentionHint}</small>
				</p>
				<button type="submit">{words.setRetention}</button>
			</form>
			{asked !== undefined && <Question id={id} confirm={() => save(asked)} cancel={() => setAsked(undefined)} />}
			<Outcome of={outcome} />
		</div>
	);
}

/** Asks whether messages may be deleted. */
function Question({ id, confirm, cancel }: { id: string; confirm: () => void; cancel: () => void }) {
	const words = useWords();
	return (
		<fieldset aria-label={words.retentionOf(id)} className={styles.asks}>
			<p>{words.retentionQuestion}</p>
			<button type="button" className={styles.danger} onClick={confirm} ref={(button) => button?.focus()}>
				{words.setRetention}
			</button>
			<button
				type="button"
				onClick={({ currentTarget }) => {
					// The button disappears, and the focus must not be lost with it.
					currentTarget.closest("div")?.querySelector("input")?.focus();
					cancel();
				}}
			>
				{words.cancel}
			</button>
		</fieldset>
	);
}

// Sets what somebody, everybody of a kind, or the deployment may spend on Claude.

import { type FormEvent, useId } from "react";
import { adminLimits } from "../../../src/protocol/admin/limits.ts";
import type { PurseRecord } from "../../../src/protocol/admin/records.ts";
import { periods } from "../money/api.ts";
import styles from "./AdminPage.module.css";
import { deletePurse, type PurseOwner, setPurse } from "./api.ts";
import { Outcome } from "./Outcome.tsx";
import { useActs } from "./useActs.ts";
import { useWords } from "./words.ts";

/** In seconds; 0 until it is changed. */
const lengths = [0, 24 * 3600, 7 * 24 * 3600, 30 * 24 * 3600] as const;

export function PurseForm({
	owner,
	purse,
	title,
	onChange,
}: {
	owner: PurseOwner;
	purse: PurseRecord | undefined;
	title: string;
	onChange: () => Promise<void>;
}) {
	const words = useWords();
	const heading = useId();
	const { outcome, act } = useActs(onChange);
	const told = ({ isPending }: { isPending: boolean }) => (isPending ? words.limitPending : words.limitSet);
	const lift = () =>
		act(
			(token) => deletePurse(token, owner),
			() => words.limitLifted,
		);
	const save = async (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		const form = new FormData(event.currentTarget);
		const texts = periods.map((period) => ({ period, text: String(form.get(period)).trim() }));
		const limits = texts.filter(({ text }) => text !== "").map(({ period, text }) => ({ period, usd: Number(text) }));
		const seconds = Number(form.get("seconds"));
		if (limits.length === 0) await lift();
		else await act((token) => setPurse(token, owner, limits, seconds === 0 ? undefined : seconds), told);
	};
	const { min, max } = adminLimits.purse.usd;
	const until = purse?.until;
	return (
		<div>
			{/* Other limits begin with other values. */}
			<form key={purse?.at} className={styles.purse} aria-labelledby={heading} onSubmit={save}>
				<h4 id={heading}>{title}</h4>
				{periods.map((period) => (
					<label key={period}>
						{words.limits[period]}
						<input
							name={period}
							type="number"
							inputMode="decimal"
							step="any"
							min={min}
							max={max}
							defaultValue={purse?.limits.find((limit) => limit.period === period)?.usd}
						/>
					</label>
				))}
				<label>
					{words.limitFor}
					<select name="seconds" defaultValue={0}>
						{lengths.map((seconds) => (
							<option key={seconds} value={seconds}>
								{seconds === 0 ? words.untilChanged : words.formats.duration(seconds)}
							</option>
						))}
					</select>
				</label>
				{until !== undefined && <small>{words.limitUntil(words.formats.dayAndTime(Date.parse(until)))}</small>}
				<button type="submit">{words.setLimit}</button>
				{purse && (
					<button type="button" onClick={lift}>
						{words.liftLimit}
					</button>
				)}
			</form>
			<Outcome of={outcome} />
		</div>
	);
}

// The head of a report of spending: chooses its period, and says why it could not be loaded.

import { useEffect, useId, useState } from "react";
import { session } from "../account/currentSession.ts";
import type { Result } from "../api.ts";
import { Problem } from "../controls/Problem.tsx";
import { type Period, periods } from "./api.ts";
import styles from "./Spending.module.css";
import { useWords } from "./words.ts";

/** While another period is loaded, the last report stays. `load` must keep its identity: a new function loads anew. */
export function useReport<T>(load: (token: string, period: Period) => Promise<Result<T>>) {
	const [period, setPeriod] = useState<Period>("month");
	const [result, setResult] = useState<Result<T>>();
	useEffect(() => {
		let isCurrent = true;
		void session.call((token) => load(token, period)).then((result) => isCurrent && setResult(result));
		return () => {
			isCurrent = false;
		};
	}, [load, period]);
	const problem = result && "error" in result ? result.error.message : undefined;
	return { report: result && "value" in result ? result.value : undefined, problem, period, setPeriod };
}

export function SpendingHead({ period, setPeriod, problem }: Pick<ReturnType<typeof useReport>, "period" | "setPeriod" | "problem">) {
	const words = useWords();
	const name = useId();
	return (
		<>
			<fieldset className={styles.periods}>
				<legend className="visually-hidden">{words.period}</legend>
				{periods.map((one) => (
					<label key={one}>
						<input type="radio" name={name} checked={period === one} onChange={() => setPeriod(one)} />
						{words.periods[one]}
					</label>
				))}
			</fieldset>
			<Problem>{problem}</Problem>
		</>
	);
}

// A list of webhooks on the page: loads it, and again after each change.

import { useCallback, useEffect, useState } from "react";
import { session } from "../account/currentSession.ts";
import type { Result } from "../api.ts";

/** `load` must stay the same. */
export function useWebhooks<T>(load: (token: string) => Promise<Result<{ webhooks: T[] }>>) {
	const [webhooks, setWebhooks] = useState<readonly T[]>();
	const [problem, setProblem] = useState<string>();
	/** What the server shows only once. */
	const [made, setMade] = useState<string>();

	const refresh = useCallback(async () => {
		const result = await session.call(load);
		if ("value" in result) setWebhooks(result.value.webhooks);
		else setProblem(result.error.message);
	}, [load]);
	useEffect(() => void refresh(), [refresh]);

	/** Changes something, and returns the answer. `undefined`: it was refused, and the problem says why. */
	const change = async <R>(work: (token: string) => Promise<Result<R>>): Promise<{ answer: R } | undefined> => {
		setProblem(undefined);
		setMade(undefined);
		const result = await session.call(work);
		if ("error" in result) {
			setProblem(result.error.message);
			return undefined;
		}
		await refresh();
		return { answer: result.value };
	};
	return { webhooks, problem, setProblem, made, setMade, change };
}

// A list that is loaded page by page.

import { useCallback, useEffect, useRef, useState } from "react";
import { session } from "../account/currentSession.ts";
import type { Result } from "../api.ts";

type Page<T, P> = { entries: readonly T[]; next: P | undefined };

/** `load` must keep its identity: a new function begins anew. `P`: the place after which a page begins. */
export function usePages<T, P>(load: (token: string, after: P | undefined) => Promise<Result<Page<T, P>>>) {
	const [page, setPage] = useState<Page<T, P>>();
	const [problem, setProblem] = useState<string>();
	const latest = useRef(load);
	latest.current = load;
	const read = useCallback(
		async (before?: Page<T, P>) => {
			const result = await session.call((token) => load(token, before?.next));
			if (latest.current !== load) return;
			setProblem("error" in result ? result.error.message : undefined);
			if ("value" in result) setPage({ ...result.value, entries: [...(before?.entries ?? []), ...result.value.entries] });
		},
		[load],
	);
	useEffect(() => void read(), [read]);
	return { entries: page?.entries, problem, reload: () => read(), more: page?.next === undefined ? undefined : () => read(page) };
}

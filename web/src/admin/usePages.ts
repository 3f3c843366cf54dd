// A list that is loaded page by page.

import { useCallback, useEffect, useRef, useState } from "react";
import { session } from "../account/currentSession.ts";
import type { ApiError, Result } from "../api.ts";

type Page<T, P> = { entries: readonly T[]; next: P | undefined };

/** `load` must keep its identity: a new function begins anew. `P`: the place after which a page begins. */
export function usePages<T, P>(load: (token: string, after: P | undefined) => Promise<Result<Page<T, P>>>) {
	const [page, setPage] = useState<Page<T, P>>();
	const [error, setError] = useState<ApiError>();
	const latest = useRef(load);
	latest.current = load;
	const read = useCallback(
		async (before?: Page<T, P>) => {
			const result = await session.call((token) => load(token, before?.next));
			if (latest.current !== load) return;
			setError("error" in result ? result.error : undefined);
			if ("value" in result) setPage({ ...result.value, entries: [...(before?.entries ?? []), ...result.value.entries] });
		},
		[load],
	);
	useEffect(() => void read(), [read]);
	return {
		entries: page?.entries,
		problem: error?.message,
		isForbidden: error?.code === "forbidden",
		reload: () => read(),
		more: page?.next === undefined ? undefined : () => read(page),
	};
}

// Searches while somebody types, a moment after each change. Only the latest search counts.

import { useCallback, useEffect, useRef, useState } from "react";
import { session } from "../account/currentSession.ts";
import type { Result } from "../api.ts";
import { clock } from "../browser.ts";
import type { Catalogue } from "../languages/catalogue.ts";
import type { Query } from "./api.ts";

export type SearchState<T> =
	| { type: "idle" }
	/** `found`: the results before, which stay meanwhile. */
	| { type: "searching"; query: Query; found: T | undefined }
	| { type: "found"; query: Query; found: T }
	| { type: "refused"; text: string };

/** In ms: a pause in typing. */
const pause = 350;

/** `before`: the state to begin with. `ask` must keep its identity. */
export function useSearch<T>(ask: (token: string, query: Query) => Promise<Result<T>>, before: SearchState<T> = { type: "idle" }) {
	const [state, setState] = useState(before);
	const latest = useRef(0);
	const cancel = useRef(() => {});
	useEffect(() => () => cancel.current(), []);

	const search = useCallback(
		async (query: Query) => {
			cancel.current();
			latest.current += 1;
			const turn = latest.current;
			setState((before) => ({ type: "searching", query, found: "found" in before ? before.found : undefined }));
			const result = await session.call((token) => ask(token, query));
			if (turn !== latest.current) return;
			setState("value" in result ? { type: "found", query, found: result.value } : { type: "refused", text: result.error.message });
		},
		[ask],
	);
	/** For every change while somebody types. */
	const write = useCallback(
		(query: Query) => {
			cancel.current();
			latest.current += 1;
			if (query.q === "") setState({ type: "idle" });
			else cancel.current = clock.after(pause, () => void search(query));
		},
		[search],
	);
	return { state, setState, write, search };
}

/** `describe`: the sentence for results. */
export function searchStatus<T>(state: SearchState<T>, strings: Catalogue, describe: (found: T) => string): string {
	switch (state.type) {
		case "idle":
			return "";
		case "searching":
			return strings.searching;
		case "refused":
			return state.text;
		case "found":
			return describe(state.found);
		default:
			return state satisfies never;
	}
}

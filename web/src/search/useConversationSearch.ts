// The state of a search in one conversation: its form, its results, and more of them. It outlives
// the dialog in `lastSearch`, so that a reader can go from one result to the next.

import { type RefObject, useCallback, useEffect, useState } from "react";
import type { Person } from "../../../src/protocol/person.ts";
import { session } from "../account/currentSession.ts";
import { type Query, searchIn } from "./api.ts";
import type { FoundMessage } from "./results.ts";
import { type SearchState, useSearch } from "./useSearch.ts";

type Results = { results: readonly FoundMessage[]; hasMore: boolean };

/** In days before now. */
const spans = { ever: undefined, week: 7, month: 30, year: 365 };
export type Span = keyof typeof spans;
const day = 86_400_000;

/** `from`: the author, or anyone. */
export type SearchForm = { text: string; from: Person | undefined; span: Span };

export type LastSearch = SearchForm & { state: SearchState<Results> };

export function useConversationSearch(id: string, lastSearch: RefObject<LastSearch | null>) {
	const ask = useCallback((token: string, query: Query) => searchIn(token, id, query), [id]);
	const [form, setForm] = useState<SearchForm>(lastSearch.current ?? { text: "", from: undefined, span: "ever" });
	const { state, setState, write, search } = useSearch<Results>(ask, lastSearch.current?.state);
	const [isLoading, setIsLoading] = useState(false);
	const found = "found" in state ? state.found : undefined;
	useEffect(() => {
		lastSearch.current = { ...form, state };
	}, [lastSearch, form, state]);

	const searchNow = (query: Query) => (query.q === "" ? write(query) : void search(query));
	/** Typing searches after a pause, a filter at once. */
	const change = (change: Partial<SearchForm>) => {
		const next = { ...form, ...change };
		setForm(next);
		if (change.text === undefined) searchNow(queryOf(next));
		else write(queryOf(next));
	};
	const submit = () => searchNow(queryOf(form));

	const loadMore = async () => {
		const last = found?.results.at(-1);
		if (isLoading || state.type !== "found" || !last) return;
		setIsLoading(true);
		const { query } = state;
		const result = await session.call((token) => searchIn(token, id, query, last.message.seq));
		setIsLoading(false);
		if ("error" in result) return setState({ type: "refused", text: result.error.message });
		const { results, hasMore } = result.value;
		setState((before) => (before === state ? { ...state, found: { results: [...state.found.results, ...results], hasMore } } : before));
	};
	return { form, change, submit, state, found, isLoading, loadMore };
}

function queryOf({ text, from, span }: SearchForm): Query {
	const days = spans[span];
	return {
		q: text.trim(),
		...(from && { from: from.userId }),
		...(days !== undefined && { since: new Date(Date.now() - days * day).toISOString() }),
	};
}

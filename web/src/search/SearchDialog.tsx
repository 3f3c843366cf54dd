// Looks for words in one conversation: what was found stays for the next time, so that one can go from one to the next.

import { type KeyboardEvent, type RefObject, useCallback, useEffect, useRef, useState } from "react";
import { limits } from "../../../src/protocol/limits.ts";
import { claude, type Person } from "../../../src/protocol/person.ts";
import { session } from "../account/currentSession.ts";
import { moveBetween } from "../controls/arrowKeys.ts";
import { Modal } from "../controls/Modal.tsx";
import more from "../controls/MoreButton.module.css";
import type { Catalogue } from "../languages/catalogue.ts";
import { useStrings } from "../languages/useStrings.ts";
import { type Query, searchIn } from "./api.ts";
import type { FoundMessage } from "./results.ts";
import styles from "./Search.module.css";
import { SearchResult } from "./SearchResult.tsx";
import { type SearchState, searchStatus, useSearch } from "./useSearch.ts";

type Results = { results: readonly FoundMessage[]; hasMore: boolean };

/** How far back one looks, in days. */
const spans = { ever: undefined, week: 7, month: 30, year: 365 };
type Span = keyof typeof spans;
const day = 86_400_000;

/** What one looks for: `from` is an author's id, empty for anyone. */
type Sought = { text: string; from: string; span: Span };

/** What one looked for last, and found. */
export type Looked = Sought & { state: SearchState<Results> };

type Props = { id: string; userId: string; people: readonly Person[]; looked: RefObject<Looked | null>; onClose(): void };

export function SearchDialog({ id, userId, people, looked, onClose }: Props) {
	const strings = useStrings();
	const ask = useCallback((token: string, query: Query) => searchIn(token, id, query), [id]);
	const [sought, setSought] = useState<Sought>(looked.current ?? { text: "", from: "", span: "ever" });
	const { state, setState, write, search } = useSearch<Results>(ask, looked.current?.state);
	const [isLoading, setIsLoading] = useState(false);
	const field = useRef<HTMLInputElement>(null);
	const found = "found" in state ? state.found : undefined;
	useEffect(() => {
		looked.current = { ...sought, state };
	}, [looked, sought, state]);
	useEffect(() => field.current?.select(), []);

	const change = (change: Partial<Sought>, act: (query: Query) => void) => {
		const next = { ...sought, ...change };
		setSought(next);
		act(queryOf(next));
	};
	/** At once, if there is anything to look for. */
	const look = (query: Query) => (query.q === "" ? write(query) : void search(query));

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

	return (
		<Modal title={strings.searchHere} onClose={onClose}>
			<search onKeyDown={moveBetweenResults}>
				<form
					onSubmit={(event) => {
						event.preventDefault();
						look(queryOf(sought));
					}}
				>
					<input
						ref={field}
						type="search"
						value={sought.text}
						aria-label={strings.searchHere}
						placeholder={strings.searchHint}
						maxLength={limits.search.query}
						autoComplete="off"
						enterKeyHint="search"
						dir="auto"
						onChange={({ target }) => change({ text: target.value }, write)}
					/>
					<div className={styles.filters}>
						<label>
							{strings.searchFrom}
							<select value={sought.from} onChange={({ target }) => change({ from: target.value }, look)}>
								<option value="">{strings.anyone}</option>
								{authorsOf(people, userId, strings).map(({ userId, username }) => (
									<option key={userId} value={userId}>
										{username}
									</option>
								))}
							</select>
						</label>
						<label>
							{strings.searchWhen}
							<select value={sought.span} onChange={({ target }) => change({ span: target.value as Span }, look)}>
								{Object.entries(strings.spans).map(([span, name]) => (
									<option key={span} value={span}>
										{name}
									</option>
								))}
							</select>
						</label>
					</div>
				</form>
				<p className={styles.said} role="status">
					{searchStatus(state, strings, ({ results, hasMore }) => strings.found(results.length, hasMore))}
				</p>
				<ol className={styles.results} aria-label={strings.searchResults} aria-busy={state.type === "searching"}>
					{found?.results.map((one) => (
						<SearchResult key={one.message.id} found={one} onGo={onClose} />
					))}
				</ol>
				{found?.hasMore && (
					<button type="button" className={more.more} aria-disabled={isLoading} onClick={loadMore}>
						{isLoading ? strings.loading : strings.moreResults}
					</button>
				)}
			</search>
		</Modal>
	);
}

function queryOf({ text, from, span }: Sought): Query {
	const days = spans[span];
	return {
		q: text.trim(),
		...(from !== "" && { from }),
		...(days !== undefined && { since: new Date(Date.now() - days * day).toISOString() }),
	};
}

/** Oneself, Claude, and the others by their names. */
function authorsOf(people: readonly Person[], userId: string, strings: Catalogue): Person[] {
	const others = people.filter((person) => person.userId !== userId).sort((one, other) => one.username.localeCompare(other.username));
	return [
		...people.filter((person) => person.userId === userId).map((own) => ({ ...own, username: strings.you(own.username) })),
		claude,
		...others,
	];
}

/** Up and down between the field and what was found; Escape closes, where a browser would first empty the field. */
function moveBetweenResults(event: KeyboardEvent<HTMLElement>): void {
	if (event.key === "Escape" && !event.nativeEvent.isComposing) {
		event.preventDefault();
		event.currentTarget.closest("dialog")?.close();
	}
	moveBetween(event, "input, a", document.activeElement instanceof HTMLAnchorElement);
}

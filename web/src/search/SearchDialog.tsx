// The dialog that searches one conversation.

import { type KeyboardEvent, type RefObject, useEffect, useRef } from "react";
import { limits } from "../../../src/protocol/limits.ts";
import { claude, type Person } from "../../../src/protocol/person.ts";
import { moveBetween } from "../controls/arrowKeys.ts";
import { Modal } from "../controls/Modal.tsx";
import more from "../controls/MoreButton.module.css";
import type { Catalogue } from "../languages/catalogue.ts";
import { useStrings } from "../languages/useStrings.ts";
import { MemberSelect } from "../people/MemberSelect.tsx";
import styles from "./Search.module.css";
import { SearchResult } from "./SearchResult.tsx";
import { type LastSearch, type SearchForm, type Span, useConversationSearch } from "./useConversationSearch.ts";
import { searchStatus } from "./useSearch.ts";

/** `isPart`: not everybody is among `people`. */
type Props = {
	id: string;
	userId: string;
	people: readonly Person[];
	isPart: boolean;
	lastSearch: RefObject<LastSearch | null>;
	onClose(): void;
};

export function SearchDialog({ id, userId, people, isPart, lastSearch, onClose }: Props) {
	const strings = useStrings();
	const { form, change, submit, state, found, isLoading, loadMore } = useConversationSearch(id, lastSearch);
	const field = useRef<HTMLInputElement>(null);
	// Not in the fields themselves: their effects run before the modal opens, which then moves the
	// focus.
	useEffect(() => field.current?.select(), []);
	return (
		<Modal title={strings.searchHere} onClose={onClose}>
			<search onKeyDown={moveBetweenResults}>
				<SearchFields {...{ id, field, form, isPart }} authors={authorsOf(people, userId, strings)} onChange={change} onSubmit={submit} />
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

type FieldsProps = {
	id: string;
	field: RefObject<HTMLInputElement | null>;
	form: SearchForm;
	authors: readonly Person[];
	isPart: boolean;
	onChange(change: Partial<SearchForm>): void;
	onSubmit(): void;
};

function SearchFields({ id, field, form: { text, from, span }, authors, isPart, onChange, onSubmit }: FieldsProps) {
	const strings = useStrings();
	return (
		<form
			onSubmit={(event) => {
				event.preventDefault();
				onSubmit();
			}}
		>
			<input
				ref={field}
				type="search"
				value={text}
				aria-label={strings.searchHere}
				placeholder={strings.searchHint}
				maxLength={limits.search.query}
				autoComplete="off"
				enterKeyHint="search"
				dir="auto"
				onChange={({ target }) => onChange({ text: target.value })}
			/>
			<div className={styles.filters}>
				<MemberSelect
					{...{ id, isPart }}
					label={strings.searchFrom}
					people={authors}
					nobody={strings.anyone}
					chosen={from}
					onChoose={(from) => onChange({ from })}
				/>
				<label>
					{strings.searchWhen}
					<select value={span} onChange={({ target }) => onChange({ span: target.value as Span })}>
						{Object.entries(strings.spans).map(([span, name]) => (
							<option key={span} value={span}>
								{name}
							</option>
						))}
					</select>
				</label>
			</div>
		</form>
	);
}

/** The reader, Claude, then the others by name. */
function authorsOf(people: readonly Person[], userId: string, strings: Catalogue): Person[] {
	const others = people.filter((person) => person.userId !== userId).sort((one, other) => one.username.localeCompare(other.username));
	return [
		...people.filter((person) => person.userId === userId).map((own) => ({ ...own, username: strings.you(own.username) })),
		claude,
		...others,
	];
}

/**
 * Up and down between the field and the results. Escape closes the dialog, where a browser would
 * empty the field first.
 */
function moveBetweenResults(event: KeyboardEvent<HTMLElement>): void {
	if (event.key === "Escape" && !event.nativeEvent.isComposing) {
		event.preventDefault();
		event.currentTarget.closest("dialog")?.close();
	}
	moveBetween(event, "input, a", document.activeElement instanceof HTMLAnchorElement);
}

// The results of a search in all conversations, shown in place of the list and grouped by conversation.

import { useCallback, useEffect } from "react";
import type { ListEntry } from "../../../src/protocol/conversation.ts";
import { useCall } from "../account/currentSession.ts";
import { describeConversation } from "../api.ts";
import { useStrings } from "../languages/useStrings.ts";
import { titleOf } from "../list/titles.ts";
import { searchEverywhere } from "./api.ts";
import { byConversation, type FoundAnywhere } from "./results.ts";
import styles from "./Search.module.css";
import { SearchResult } from "./SearchResult.tsx";
import { searchStatus, useSearch } from "./useSearch.ts";

type Results = { results: readonly FoundAnywhere[]; partial: boolean };

type Props = { text: string; conversations: readonly ListEntry[]; onClose(): void };

export function SearchAll({ text, conversations }: Props) {
	const strings = useStrings();
	const { state, write } = useSearch<Results>(searchEverywhere);
	useEffect(() => write({ q: text.trim() }), [write, text]);
	const found = "found" in state ? state.found : undefined;
	return (
		<section className={styles.everywhere} aria-label={strings.searchResults} aria-busy={state.type === "searching"}>
			<p className={styles.said} role="status">
				{searchStatus(state, strings, ({ results, partial }) =>
					partial ? strings.foundPartly(results.length) : strings.found(results.length, false),
				)}
			</p>
			{byConversation(found?.results ?? []).map(([id, results]) => {
				const listed = conversations.find((one) => one.id === id);
				return (
					<section key={id} className={styles.group}>
						<h3 dir="auto">{listed ? titleOf(listed, strings) : <FetchedTitle id={id} />}</h3>
						<ol className={styles.results}>
							{results.map((one) => (
								<SearchResult key={one.message.id} found={one} onGo={() => {}} />
							))}
						</ol>
					</section>
				);
			})}
		</section>
	);
}

/** The title of a conversation that is not loaded in the list. */
function FetchedTitle({ id }: { id: string }) {
	const strings = useStrings();
	const described = useCall(useCallback((token: string) => describeConversation(token, id), [id]));
	return described && "value" in described ? titleOf(described.value.conversation, strings) : strings.conversation;
}

// The results of a search in everything, shown in place of the list: conversations by title, people by name, then messages grouped by
// conversation.

import { useCallback, useEffect, useMemo } from "react";
import { useCall } from "../account/currentSession.ts";
import { describeConversation } from "../api.ts";
import { useStrings } from "../languages/useStrings.ts";
import type { List } from "../list/list.ts";
import { titleOf } from "../list/titles.ts";
import { usePersonalList } from "../list/usePersonalList.ts";
import { choicesFor } from "../switcher/choices.ts";
import { searchEverywhere } from "./api.ts";
import { FoundPeople, FoundTitles } from "./FoundPlaces.tsx";
import { byConversation, type FoundEverywhere } from "./results.ts";
import styles from "./Search.module.css";
import { SearchResult } from "./SearchResult.tsx";
import { searchStatus, useSearch } from "./useSearch.ts";

/** Whoever looks for another one writes more of its title. */
const mostTitles = 6;

type Props = { text: string; list: List; onClose(): void };

export function SearchAll({ text, list }: Props) {
	const strings = useStrings();
	const { state, write } = useSearch<FoundEverywhere>(searchEverywhere);
	useEffect(() => write({ q: text.trim() }), [write, text]);
	const found = "found" in state ? state.found : undefined;
	const titles = useTitles(text, list, state.type === "found");
	const people = found?.people ?? [];
	const hasPlaces = titles.length + people.length > 0;
	const shownTitle = (id: string) => {
		const listed = list.conversations.find((one) => one.id === id);
		return listed ? titleOf(listed, strings) : <FetchedTitle id={id} />;
	};
	return (
		<section className={styles.everywhere} aria-label={strings.searchResults} aria-busy={state.type === "searching"}>
			<p className={styles.said} role="status">
				{searchStatus(state, strings, ({ results, partial }) => {
					if (partial) return strings.foundPartly(results.length);
					return results.length === 0 && hasPlaces ? strings.noMessagesFound : strings.found(results.length, false);
				})}
			</p>
			<FoundTitles titles={titles} />
			<FoundPeople people={people} titleOf={shownTitle} />
			{byConversation(found?.results ?? []).map(([id, results]) => (
				<section key={id} className={styles.group}>
					<h3 dir="auto">{shownTitle(id)}</h3>
					<ol className={styles.results}>
						{results.map((one) => (
							<SearchResult key={one.message.id} found={one} onGo={() => {}} />
						))}
					</ol>
				</section>
			))}
		</section>
	);
}

/** Conversations whose titles have the text. Once somebody has stopped typing, older ones are loaded until there are enough. */
function useTitles(text: string, list: List, isSettled: boolean) {
	const strings = useStrings();
	const client = usePersonalList();
	const titles = useMemo(() => {
		const named = list.conversations.map((listed) => ({ listed, title: titleOf(listed, strings) }));
		return choicesFor(text, named, undefined).slice(0, mostTitles);
	}, [text, list.conversations, strings]);
	const isShort = isSettled && titles.length < mostTitles && list.older === "some";
	useEffect(() => {
		if (isShort) void client.loadOlder();
	}, [isShort, client]);
	return titles;
}

/** The title of a conversation that is not loaded in the list. */
function FetchedTitle({ id }: { id: string }) {
	const strings = useStrings();
	const described = useCall(useCallback((token: string) => describeConversation(token, id), [id]));
	return described && "value" in described ? titleOf(described.value.conversation, strings) : strings.conversation;
}

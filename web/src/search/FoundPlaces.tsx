// Conversations and people that a search found by their names, above the messages.

import type { ReactNode } from "react";
import { Link } from "wouter";
import { useStrings } from "../languages/useStrings.ts";
import { pathOf } from "../paths.ts";
import { hueOf } from "../people/person.ts";
import type { Named } from "../switcher/choices.ts";
import type { FoundEverywhere } from "./results.ts";
import styles from "./Search.module.css";
import result from "./SearchResult.module.css";

export function FoundTitles({ titles }: { titles: readonly Named[] }) {
	const strings = useStrings();
	return (
		<Places heading={strings.conversations} isEmpty={titles.length === 0}>
			{titles.map(({ listed: { id, lastActivityAt }, title }) => {
				const at = Date.parse(lastActivityAt);
				return (
					<li key={id}>
						<Link href={pathOf(id)} className={`${result.found} ${result.place}`}>
							<bdi>{title}</bdi>
							<time dateTime={lastActivityAt} title={strings.formatDayAndTime(at)}>
								{strings.formatWhen(at, Date.now())}
							</time>
						</Link>
					</li>
				);
			})}
		</Places>
	);
}

type PeopleProps = { people: FoundEverywhere["people"]; titleOf(conversationId: string): ReactNode };

/** Each leads to a conversation with them. */
export function FoundPeople({ people, titleOf }: PeopleProps) {
	const strings = useStrings();
	return (
		<Places heading={strings.peopleFound} isEmpty={people.length === 0}>
			{people.map(({ conversationId, userId, username }) => (
				<li key={`${userId} ${conversationId}`} data-hue={hueOf(userId)}>
					<Link href={pathOf(conversationId)} className={`${result.found} ${result.place}`}>
						<bdi className={result.person}>{username}</bdi>
						<small dir="auto">{titleOf(conversationId)}</small>
					</Link>
				</li>
			))}
		</Places>
	);
}

function Places({ heading, isEmpty, children }: { heading: string; isEmpty: boolean; children: ReactNode }) {
	if (isEmpty) return null;
	return (
		<section className={styles.group}>
			<h3>{heading}</h3>
			<ol className={styles.results}>{children}</ol>
		</section>
	);
}

// One search result: the author, the time and a snippet with the matches marked. Links to the message.

import { Link } from "wouter";
import { briefOf } from "../../../src/protocol/files/brief.ts";
import { claude, nameOfAuthor } from "../../../src/protocol/person.ts";
import { filesLine } from "../files/fileLine.ts";
import { useStrings } from "../languages/useStrings.ts";
import { pathOf } from "../paths.ts";
import { hueOf } from "../people/person.ts";
import { highlightOnArrival } from "./highlight.ts";
import { displayedSnippet, type FoundMessage } from "./results.ts";
import styles from "./SearchResult.module.css";

export function SearchResult({ found, onGo }: { found: FoundMessage; onGo(): void }) {
	const strings = useStrings();
	const { conversationId, seq, author, createdAt, files } = found.message;
	const at = Date.parse(createdAt);
	let place = 0;
	return (
		<li data-hue={hueOf(author.userId)} data-of={author.userId === claude.userId ? "claude" : undefined}>
			<Link
				href={pathOf(conversationId, seq)}
				className={styles.found}
				onClick={() => {
					highlightOnArrival(found);
					onGo();
				}}
			>
				<span className={styles.by}>
					<bdi>{nameOfAuthor(author)}</bdi>
					<time dateTime={createdAt} title={strings.formatDayAndTime(at)}>
						{strings.formatWhen(at, Date.now())}
					</time>
				</span>
				<span className={styles.snippet} dir="auto">
					{/* The server's snippet has the names, if they were found. */}
					{files && !files.some(({ name }) => found.snippet.includes(name)) && (
						<span className={styles.files}>{filesLine(files.map(briefOf), strings)} · </span>
					)}
					{displayedSnippet(found).map(({ text, isFound }) => {
						const key = place;
						place += text.length;
						return isFound ? <mark key={key}>{text}</mark> : <span key={key}>{text}</span>;
					})}
				</span>
			</Link>
		</li>
	);
}

// Looks for words in one conversation: what was found stays for the next time, so that one can go from one to the next.

import { type KeyboardEvent, type RefObject, useCallback, useEffect, useRef, useState } from "react";
import { limits } from "../../../src/protocol/limits.ts";
import { session } from "../account/currentSession.ts";
import { moveBetween } from "../controls/arrows.ts";
import { Modal } from "../controls/Modal.tsx";
import more from "../controls/More.module.css";
import { strings } from "../strings.ts";
import { searchIn } from "./calls.ts";
import { Finding as FoundItem } from "./Finding.tsx";
import type { Found } from "./findings.ts";
import styles from "./Search.module.css";
import { type Finding, useFinding } from "./useFinding.ts";

type Results = { results: readonly Found[]; hasMore: boolean };

/** What one looked for last, and found. */
export type Looked = { text: string; finding: Finding<Results> };

type Props = { id: string; looked: RefObject<Looked | null>; onClose(): void };

export function SearchDialog({ id, looked, onClose }: Props) {
	const ask = useCallback((token: string, query: string) => searchIn(token, id, query), [id]);
	const [text, setText] = useState(looked.current?.text ?? "");
	const { finding, setFinding, write, search } = useFinding<Results>(ask, looked.current?.finding);
	const [isLoading, setIsLoading] = useState(false);
	const field = useRef<HTMLInputElement>(null);
	const found = "found" in finding ? finding.found : undefined;
	useEffect(() => {
		looked.current = { text, finding };
	}, [looked, text, finding]);
	useEffect(() => field.current?.select(), []);

	const loadMore = async () => {
		const last = found?.results.at(-1);
		if (isLoading || finding.type !== "found" || !last) return;
		setIsLoading(true);
		const { query } = finding;
		const result = await session.call((token) => searchIn(token, id, query, last.message.seq));
		setIsLoading(false);
		if ("error" in result) return setFinding({ type: "refused", text: result.error.message });
		const { results, hasMore } = result.value;
		setFinding((before) =>
			before === finding ? { ...finding, found: { results: [...finding.found.results, ...results], hasMore } } : before,
		);
	};

	return (
		<Modal title={strings.searchHere} onClose={onClose}>
			<search onKeyDown={moveBetweenResults}>
				<form
					onSubmit={(event) => {
						event.preventDefault();
						if (text.trim() !== "") void search(text.trim());
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
						onChange={({ target }) => {
							setText(target.value);
							write(target.value);
						}}
					/>
				</form>
				<p className={styles.said} role="status">
					{saidOf(finding)}
				</p>
				<ol className={styles.results} aria-label={strings.searchResults} aria-busy={finding.type === "searching"}>
					{found?.results.map((one) => (
						<FoundItem key={one.message.id} found={one} onGo={onClose} />
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

function saidOf(finding: Finding<Results>): string {
	switch (finding.type) {
		case "idle":
			return "";
		case "searching":
			return strings.searching;
		case "refused":
			return finding.text;
		case "found":
			return strings.found(finding.found.results.length, finding.found.hasMore);
		default:
			return finding satisfies never;
	}
}

/** Up and down between the field and what was found; Escape closes, where a browser would first empty the field. */
function moveBetweenResults(event: KeyboardEvent<HTMLElement>): void {
	if (event.key === "Escape" && !event.nativeEvent.isComposing) {
		event.preventDefault();
		event.currentTarget.closest("dialog")?.close();
	}
	moveBetween(event, "input, a", document.activeElement instanceof HTMLAnchorElement);
}

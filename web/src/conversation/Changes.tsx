// A line about who has joined or left, and about a new title. It is shown for a while, and read out.

import { useEffect, useRef, useState } from "react";
import { clock } from "../browser.ts";
import { useStrings } from "../languages/useStrings.ts";
import { type Change, changesOf } from "../people/changes.ts";
import type { Chat } from "../useChatWebSocket.ts";
import { useWords } from "./changeWords.ts";

/** In ms. */
const shownFor = 8_000;

type Props = { chat: Chat; userId: string; className: string | undefined };

export function Changes({ chat, userId, className }: Props) {
	const { conversation, messages } = chat;
	// In a large conversation, members become known because they are named, and not because they join.
	const members = chat.memberCount === null ? chat.members : null;
	const strings = useStrings();
	const words = useWords();
	const before = useRef({ members, conversation, messages });
	const [changes, setChanges] = useState<readonly Change[]>([]);
	useEffect(() => {
		const found = changesOf(before.current, { members, conversation, messages }, userId);
		before.current = { members, conversation, messages };
		if (found.length > 0) setChanges(found);
	}, [members, conversation, messages, userId]);
	useEffect(() => (changes.length > 0 ? clock.after(shownFor, () => setChanges([])) : undefined), [changes]);
	return <output className={className}>{changes.map((change) => sentenceOf(change)).join(" ")}</output>;

	function sentenceOf(change: Change): string {
		return change.type === "renamed"
			? words.renamed(change.title)
			: words[change.type](strings.names(change.names, 3), change.names.length);
	}
}

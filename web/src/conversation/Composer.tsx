// Where one writes. What is written and not sent stays over a reload of this tab.

import { type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from "react";
import { limits } from "../../../src/protocol/limits.ts";
import { isSeen } from "../../../src/protocol/text.ts";
import { readDraft, writeDraft } from "../drafts.ts";
import { Icon } from "../icons.tsx";
import { strings } from "../strings.ts";
import { runningReply } from "../transcript.ts";
import type { Chat } from "../useChatWebSocket.ts";
import styles from "./Composer.module.css";

export function Composer({ conversationId, hasOthers, chat }: { conversationId: string; hasOthers: boolean; chat: Chat }) {
	const [draft, setDraft] = useState(() => readDraft(conversationId));
	const field = useRef<HTMLTextAreaElement>(null);
	useEffect(() => field.current?.focus(), []);
	const over = draft.length - limits.content;
	const canSend = isSeen(draft) && over <= 0;
	const reply = runningReply(chat);

	const change = (text: string) => {
		setDraft(text);
		writeDraft(conversationId, text);
	};
	const submit = (event: FormEvent) => {
		event.preventDefault();
		if (!canSend) return;
		chat.sendMessage(draft);
		change("");
		field.current?.focus();
	};
	const stop = (messageId: string) => {
		chat.stopReply(messageId);
		// The button goes, and the focus should not go with it.
		field.current?.focus();
	};
	const sendOnEnter = (event: KeyboardEvent<HTMLTextAreaElement>) => {
		// Enter that ends a composed word is not for us; Safari tells it by 229 alone.
		const isComposing = event.nativeEvent.isComposing || event.keyCode === 229;
		if (event.key === "Enter" && !event.shiftKey && !isComposing) submit(event);
	};

	return (
		<form className={styles.composer} onSubmit={submit}>
			{over > 0 && (
				<p role="alert" className={styles.problem}>
					{strings.tooLong(over)}
				</p>
			)}
			<div className={styles.row}>
				<textarea
					ref={field}
					rows={1}
					dir="auto"
					enterKeyHint="send"
					aria-label={strings.message}
					placeholder={strings.messagePlaceholder(hasOthers)}
					value={draft}
					onChange={({ target }) => {
						change(target.value);
						chat.sendTyping(target.value.trim() !== "");
					}}
					onKeyDown={sendOnEnter}
				/>
				{reply && (
					<button type="button" className={styles.stop} disabled={!chat.isConnected} onClick={() => stop(reply.id)}>
						<Icon name="stop" />
						{strings.stop}
					</button>
				)}
				<button type="submit" className={styles.send} aria-label={strings.send} aria-disabled={!canSend}>
					<Icon name="send" />
				</button>
			</div>
		</form>
	);
}

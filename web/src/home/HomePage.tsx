// The page while no conversation is open: writes the first message of a new one. Nothing is created before it is sent.

import { type FormEvent, useRef } from "react";
import { limits } from "../../../src/protocol/limits.ts";
import { isVisible, sanitize } from "../../../src/protocol/text/sanitize.ts";
import { hasSoftKeyboard } from "../browser.ts";
import { Problem } from "../controls/Problem.tsx";
import { SendButton } from "../conversation/composer/Composer.tsx";
import row from "../conversation/composer/MessageField.module.css";
import { MessageField } from "../conversation/composer/MessageField.tsx";
import { Remaining } from "../conversation/composer/Remaining.tsx";
import type { FileChat } from "../files/adding/Tray.tsx";
import { useComposerFiles } from "../files/useComposerFiles.tsx";
import { useStrings } from "../languages/useStrings.ts";
import { useListSnapshot, usePersonalList } from "../list/usePersonalList.ts";
import { useTitle } from "../useTitle.ts";
import { drafts, useDraft } from "../writing/currentDrafts.ts";
import type { Mentionable } from "../writing/mentionQuery.ts";
import { mentionsOf } from "../writing/mentions.ts";
import { useLeaveWarning } from "../writing/useLeaveWarning.ts";
import { begin, noConversation } from "./begun.ts";
import styles from "./HomePage.module.css";
import { useBegin } from "./useBegin.ts";

const nobody: Mentionable = { known: [] };
/** Files wait until the conversation exists. */
const noChat: FileChat = { isConnected: true, conversation: null, sendMessage: () => {} };
/** Where the list is beside this page. Elsewhere a keyboard would cover the list that one came for. */
const isBeside = "(min-width: 56.25rem)";

/** `focusKey`: a new key above 0 moves the focus to the field. */
export function HomePage({ userId, focusKey }: { userId: string; focusKey: number }) {
	const strings = useStrings();
	const { list } = useListSnapshot(usePersonalList());
	const [{ text, named = [] }, change] = useDraft(userId, noConversation);
	const { state, start } = useBegin();
	const form = useRef<HTMLFormElement>(null);
	useTitle(undefined);
	useLeaveWarning(userId, noConversation);
	const { hasFiles, sendBegun, ...files } = useComposerFiles({
		userId,
		conversationId: noConversation,
		chat: noChat,
		form,
		isPrivate: false,
	});
	const canSend = (isVisible(text) || hasFiles) && text.length <= limits.content;
	const takesFocus = focusKey > 0 || (matchMedia(isBeside).matches && !hasSoftKeyboard());

	const send = () => {
		if (!canSend) return;
		const content = isVisible(text) ? sanitize(text) : "";
		const mentions = mentionsOf(content, named);
		const message = { content, ...(mentions.length > 0 && { mentions }) };
		void start((id) => {
			const latest = drafts.of(userId, noConversation).text;
			// Somebody may have written on.
			const rest = latest.startsWith(text) ? latest.slice(text.length).trimStart() : latest;
			if (hasFiles) {
				sendBegun(id, message);
				drafts.change(userId, id, { text: rest });
			} else begin(userId, id, message, rest);
			change({ text: "", named: undefined });
		});
		form.current?.querySelector("textarea")?.focus();
	};
	const submit = (event: FormEvent) => {
		event.preventDefault();
		send();
	};
	return (
		<main className={styles.home} data-empty={list.isKnown && list.conversations.length === 0}>
			<div className={styles.welcome}>
				<h2>{strings.homeTitle}</h2>
				<p>{strings.homeText}</p>
			</div>
			<form ref={form} onSubmit={submit} aria-busy={state.type === "creating"}>
				<Problem className={styles.problem}>{state.type === "failed" && state.text}</Problem>
				{files.tray}
				<Remaining length={text.length} />
				<MessageField
					text={text}
					placeholder={strings.messagePlaceholder(false)}
					people={nobody}
					onText={(text) => change(text === "" ? { text, named: undefined } : { text })}
					onMention={(person) => change({ named: [...named, person].slice(-limits.mentions) })}
					onEnter={send}
					onEscape={ignore}
					focusKey={takesFocus ? String(focusKey) : undefined}
				>
					{files.button(row.add, undefined)}
					<SendButton label={strings.send} isDisabled={!canSend || state.type === "creating"} />
				</MessageField>
			</form>
			<Prompts onChoose={(content) => void start((id) => begin(userId, id, { content }, ""))} />
		</main>
	);
}

/** `onChoose`: a draft in the field stays there. */
function Prompts({ onChoose }: { onChoose(prompt: string): void }) {
	const strings = useStrings();
	return (
		<ul className={styles.prompts} aria-label={strings.promptsTitle}>
			{strings.prompts.map((prompt) => (
				<li key={prompt}>
					<button type="button" onClick={() => onChoose(prompt)}>
						{prompt}
					</button>
				</li>
			))}
		</ul>
	);
}

const ignore = () => {};

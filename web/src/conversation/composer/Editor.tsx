// The editor of a sent message. It stays open until the server has the change, so that a refusal loses no text.

import { type FormEvent, useEffect, useRef, useState } from "react";
import { limits } from "../../../../src/protocol/limits.ts";
import type { Message } from "../../../../src/protocol/message.ts";
import { isVisible, sanitize } from "../../../../src/protocol/text/sanitize.ts";
import { Icon } from "../../icons.tsx";
import { refusalText } from "../../languages/catalogue.ts";
import { useStrings } from "../../languages/useStrings.ts";
import { plainLine } from "../../list/plainLine.ts";
import type { Refusal } from "../../live/outgoing.ts";
import { canAskAgain } from "../../people/permissions.ts";
import type { Chat } from "../../useChatWebSocket.ts";
import type { Mentionable } from "../../writing/mentionQuery.ts";
import { mentionsOf, namedIn } from "../../writing/mentions.ts";
import styles from "./Composer.module.css";
import { ContextBar } from "./ContextBar.tsx";
import row from "./MessageField.module.css";
import { MessageField } from "./MessageField.tsx";
import { Remaining } from "./Remaining.tsx";

type Props = { message: Message; chat: Chat; people: Mentionable; onDone(): void };

type State = { type: "writing" } | { type: "saving"; over: string | undefined } | { type: "failed"; refusal: Refusal | undefined };

export function Editor({ message, chat, people, onDone }: Props) {
	const strings = useStrings();
	const { id, content, editedAt } = message;
	const [text, setText] = useState(content);
	const [state, setState] = useState<State>({ type: "writing" });
	const named = useRef(namedIn(content, message.mentions));
	const canSave = isVisible(text) && text.length <= limits.content;
	const { notice, isConnected } = chat;

	useEffect(() => {
		if (state.type !== "saving") return;
		if (editedAt !== state.over) onDone();
		else if (notice !== null || !isConnected) setState({ type: "failed", refusal: notice ?? undefined });
	}, [state, editedAt, notice, isConnected, onDone]);

	const save = (asksAgain: boolean) => {
		if (!canSave || state.type === "saving") return;
		const changed = sanitize(text);
		const isSame = changed === content;
		if (isSame && !asksAgain) return onDone();
		chat.dismissNotice();
		if (!chat.edit(id, { content: changed, mentions: mentionsOf(changed, named.current), asksAgain })) {
			setState({ type: "failed", refusal: undefined });
		} else if (isSame) onDone();
		else setState({ type: "saving", over: editedAt });
	};
	const submit = (event: FormEvent) => {
		event.preventDefault();
		save(false);
	};

	return (
		<form onSubmit={submit} aria-busy={state.type === "saving"}>
			<p role="alert" className={state.type === "failed" ? styles.problem : undefined}>
				{state.type === "failed" && (state.refusal ? refusalText(strings, state.refusal) : strings.notSaved)}
			</p>
			<ContextBar
				title={state.type === "saving" ? strings.saving : strings.editing}
				line={plainLine(content.slice(0, limits.excerpt))}
				cancel={strings.cancelEditing}
				onCancel={onDone}
			>
				{chat.conversation?.assistant !== "off" && canAskAgain(message, chat.messages) && (
					<button type="button" className={styles.also} onClick={() => save(true)}>
						{strings.saveAndAskAgain}
					</button>
				)}
			</ContextBar>
			<Remaining length={text.length} />
			<MessageField
				text={text}
				placeholder=""
				people={people}
				onText={setText}
				onMention={(person) => named.current.push(person)}
				onEnter={() => save(false)}
				onEscape={onDone}
				focusKey={id}
			>
				<button type="submit" className={row.send} aria-label={strings.save} aria-disabled={!canSave}>
					<Icon name="check" />
				</button>
			</MessageField>
		</form>
	);
}

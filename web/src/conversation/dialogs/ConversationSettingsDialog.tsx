// The settings of a conversation, for owners: its title, and when Claude replies.

import { useId } from "react";
import { type AssistantMode, assistantSchema, type ConversationInfo } from "../../../../src/protocol/conversation.ts";
import { limits } from "../../../../src/protocol/limits.ts";
import { session } from "../../account/currentSession.ts";
import { Dialog } from "../../controls/Dialog.tsx";
import { useStrings } from "../../languages/useStrings.ts";
import { titleOf } from "../../list/titles.ts";
import { SpendingPart } from "../../money/SpendingPart.tsx";
import { updateConversation } from "./api.ts";
import styles from "./ConversationSettingsDialog.module.css";

type Named = Pick<ConversationInfo, "id" | "title" | "createdAt" | "assistant">;

export function ConversationSettingsDialog({ conversation, onClose }: { conversation: Named; onClose(): void }) {
	const strings = useStrings();
	const id = useId();
	const { title, assistant } = conversation;
	const save = (form: FormData) => {
		const given = { title: String(form.get("title")), assistant: String(form.get("assistant")) as AssistantMode };
		// Another owner may have changed the other field meanwhile.
		const change = {
			...(given.title !== title && { title: given.title }),
			...(given.assistant !== assistant && { assistant: given.assistant }),
		};
		if (Object.keys(change).length === 0) return undefined;
		return session.attempt((token) => updateConversation(token, conversation.id, change));
	};
	return (
		<Dialog title={strings.settingsOf} action={strings.save} act={save} onClose={onClose}>
			<label htmlFor={`${id} title`}>{strings.titleLabel}</label>
			<input
				id={`${id} title`}
				name="title"
				defaultValue={title}
				placeholder={titleOf(conversation, strings)}
				maxLength={limits.title}
				dir="auto"
				autoComplete="off"
			/>
			<fieldset className={styles.modes}>
				<legend>{strings.assistantLegend}</legend>
				{assistantSchema.options.map((mode) => (
					<label key={mode}>
						<input type="radio" name="assistant" value={mode} defaultChecked={mode === assistant} />
						<span>
							{strings.assistant[mode].name}
							<small>{strings.assistant[mode].what}</small>
						</span>
					</label>
				))}
			</fieldset>
			<SpendingPart id={conversation.id} />
		</Dialog>
	);
}

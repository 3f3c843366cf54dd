// The settings of a conversation: its title, and when and how Claude replies. Members who are no owners only read them.

import { useId } from "react";
import { type AssistantMode, assistantSchema, type ConversationInfo } from "../../../../src/protocol/conversation.ts";
import { limits } from "../../../../src/protocol/limits.ts";
import { session } from "../../account/currentSession.ts";
import { Dialog } from "../../controls/Dialog.tsx";
import { Modal } from "../../controls/Modal.tsx";
import { useStrings } from "../../languages/useStrings.ts";
import { titleOf } from "../../list/titles.ts";
import { SpendingPart } from "../../money/SpendingPart.tsx";
import { WebhooksPart } from "../../webhooks/WebhooksPart.tsx";
import { updateConversation } from "./api.ts";
import { ClaudeFields } from "./ClaudeFields.tsx";
import styles from "./ConversationSettingsDialog.module.css";
import { claudeChangeIn } from "./claudeChange.ts";
import { RetentionField, retentionChangeIn } from "./RetentionField.tsx";
import { useWords } from "./words.ts";

type Named = Pick<ConversationInfo, "id" | "title" | "createdAt" | "assistant">;
type Props = {
	conversation: Named;
	/** Without it, the settings for Claude are left out. */
	claude?: ConversationInfo;
	isOwner: boolean;
	onClose(): void;
};

export function ConversationSettingsDialog({ conversation, claude, isOwner, onClose }: Props) {
	const strings = useStrings();
	const words = useWords();
	const { title, assistant } = conversation;
	const save = (form: FormData) => {
		const given = { title: String(form.get("title")), assistant: String(form.get("assistant")) as AssistantMode };
		// Another owner may have changed the other fields meanwhile.
		const change = {
			...(given.title !== title && { title: given.title }),
			...(given.assistant !== assistant && { assistant: given.assistant }),
			...(claude && claudeChangeIn(form, claude)),
			...(claude && retentionChangeIn(form, claude)),
		};
		if (Object.keys(change).length === 0) return undefined;
		return session.attempt((token) => updateConversation(token, conversation.id, change));
	};
	const fields = (
		<>
			<Fields conversation={conversation} isReadOnly={!isOwner} />
			{claude && <ClaudeFields settings={claude} isReadOnly={!isOwner} />}
			{claude && <RetentionField kept={claude} isReadOnly={!isOwner} />}
			<SpendingPart id={conversation.id} />
			{isOwner && claude && <WebhooksPart id={conversation.id} />}
		</>
	);
	if (isOwner)
		return (
			<Dialog title={strings.settingsOf} action={strings.save} act={save} onClose={onClose}>
				{fields}
			</Dialog>
		);
	return (
		<Modal title={strings.settingsOf} onClose={onClose}>
			<p className={styles.hint}>{words.readOnly}</p>
			{fields}
		</Modal>
	);
}

function Fields({ conversation, isReadOnly }: { conversation: Named; isReadOnly: boolean }) {
	const strings = useStrings();
	const id = useId();
	return (
		<>
			<label htmlFor={`${id} title`}>{strings.titleLabel}</label>
			<input
				id={`${id} title`}
				name="title"
				defaultValue={conversation.title}
				placeholder={titleOf(conversation, strings)}
				maxLength={limits.title}
				readOnly={isReadOnly}
				dir="auto"
				autoComplete="off"
			/>
			<fieldset className={styles.modes} disabled={isReadOnly}>
				<legend>{strings.assistantLegend}</legend>
				{assistantSchema.options.map((mode) => (
					<label key={mode}>
						<input type="radio" name="assistant" value={mode} defaultChecked={mode === conversation.assistant} />
						<span>
							{strings.assistant[mode].name}
							<small>{strings.assistant[mode].what}</small>
						</span>
					</label>
				))}
			</fieldset>
		</>
	);
}

// What is asked before a conversation is renamed, left or deleted.

import type { Listed } from "../../../src/protocol/conversation.ts";
import { limits } from "../../../src/protocol/limits.ts";
import { deleteConversation, type Result, removeMember, renameConversation } from "../api.ts";
import { Dialog } from "../controls/Dialog.tsx";
import { session } from "../currentSession.ts";
import { strings } from "../strings.ts";
import { titleOf } from "./ConversationItem.tsx";

export type Asking = { type: "rename" | "leave" | "delete"; listed: Listed };

type Props = {
	asking: Asking;
	userId: string;
	onClose(): void;
	/** It is no longer in the list. */
	onGone(): void;
};

export function ConversationDialog({ asking, userId, onClose, onGone }: Props) {
	const { listed } = asking;
	const { id } = listed;
	const title = titleOf(listed);
	const ask = async <T,>(call: (token: string) => Promise<Result<T>>, onDone = () => {}) => {
		const result = await session.call(call);
		if ("error" in result) return result.error.message;
		onDone();
	};
	switch (asking.type) {
		case "rename":
			return (
				<Dialog
					title={strings.renameTitle}
					action={strings.save}
					act={(form) => ask((token) => renameConversation(token, id, String(form.get("title"))))}
					onClose={onClose}
				>
					<label htmlFor="title">{strings.titleLabel}</label>
					<input
						id="title"
						name="title"
						defaultValue={listed.title}
						placeholder={title}
						maxLength={limits.title}
						dir="auto"
						autoComplete="off"
					/>
				</Dialog>
			);
		case "leave":
			return (
				<Dialog
					title={strings.leaveTitle(title)}
					action={strings.leaveNow}
					isDanger
					act={() => ask((token) => removeMember(token, id, userId), onGone)}
					onClose={onClose}
				>
					<p>{strings.leaveText}</p>
				</Dialog>
			);
		case "delete":
			return (
				<Dialog
					title={strings.deleteTitle(title)}
					action={strings.deleteNow}
					isDanger
					act={() => ask((token) => deleteConversation(token, id), onGone)}
					onClose={onClose}
				>
					<p>{strings.deleteText}</p>
				</Dialog>
			);
		default:
			asking.type satisfies never;
	}
}

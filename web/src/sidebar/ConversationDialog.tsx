// The dialogs of a conversation's menu: rename, export, leave and delete.

import type { ListEntry } from "../../../src/protocol/conversation.ts";
import { session } from "../account/currentSession.ts";
import type { Result } from "../api.ts";
import { Dialog } from "../controls/Dialog.tsx";
import { deleteConversation } from "../conversation/dialogs/api.ts";
import { ConversationSettingsDialog } from "../conversation/dialogs/ConversationSettingsDialog.tsx";
import { LeaveDialog } from "../conversation/dialogs/LeaveDialog.tsx";
import { useStrings } from "../languages/useStrings.ts";
import { titleOf } from "../list/titles.ts";
import { LevelDialog } from "../push/LevelDialog.tsx";
import { ExportDialog } from "./ExportDialog.tsx";

export type Asking = { type: "rename" | "notifications" | "export" | "leave" | "delete"; listed: ListEntry };

type Props = {
	asking: Asking;
	userId: string;
	onClose(): void;
	/** The conversation has been left or deleted. */
	onGone(): void;
};

export function ConversationDialog({ asking, userId, onClose, onGone }: Props) {
	const strings = useStrings();
	const { listed } = asking;
	const { id } = listed;
	const title = titleOf(listed, strings);
	const ask = async <T,>(call: (token: string) => Promise<Result<T>>, onDone = () => {}) => {
		const result = await session.call(call);
		if ("error" in result) return result.error.message;
		onDone();
	};
	switch (asking.type) {
		case "rename":
			return <ConversationSettingsDialog conversation={listed} isOwner onClose={onClose} />;
		case "notifications":
			return <LevelDialog listed={listed} title={title} onClose={onClose} />;
		case "export":
			return <ExportDialog listed={listed} onClose={onClose} />;
		case "leave":
			return <LeaveDialog id={id} userId={userId} title={title} members={null} onLeft={onGone} onClose={onClose} />;
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

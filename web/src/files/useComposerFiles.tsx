// The files of the message that is being written, for the composer. The code about them is loaded right after the first view.

import { type RefObject, useSyncExternalStore } from "react";
import type { NewMessage } from "../live/outgoing.ts";
import type { FileChat } from "./adding/Tray.tsx";
import { useFileParts } from "./useFileParts.ts";

type Options = { userId: string; conversationId: string; chat: FileChat; form: RefObject<HTMLFormElement | null>; isPrivate: boolean };

/** A private question takes no files: they stay until the next message. */
export function useComposerFiles({ userId, conversationId, chat, form, isPrivate }: Options) {
	const parts = useFileParts(true);
	const attachments = parts?.attachmentsOf(userId, conversationId);
	const count = useSyncExternalStore(attachments?.subscribe ?? neverChanges, () => attachments?.snapshot().attached.length ?? 0);
	const focusField = () => form.current?.querySelector("textarea")?.focus();
	return {
		hasFiles: count > 0 && !isPrivate,
		/** Sends the message once its files are uploaded. */
		send: (message: NewMessage) => attachments?.send(message),
		/** The same for a message that has begun a conversation. */
		sendBegun: (begunId: string, message: NewMessage) => parts?.sendBegunFiles(userId, begunId, message),
		tray: parts && <parts.Tray {...{ userId, conversationId, chat, form }} isHidden={isPrivate} />,
		button: (className: string | undefined, onAskPrivately: (() => void) | undefined) =>
			!isPrivate &&
			// Its room, so that the other buttons stay where they are.
			(parts ? <parts.AddButton {...{ userId, conversationId, className, focusField, onAskPrivately }} /> : <span className={className} />),
	};
}

const neverChanges = () => () => {};

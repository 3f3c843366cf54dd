// Asks before a message is deleted.

import type { Message } from "../../../../src/protocol/message.ts";
import { Dialog } from "../../controls/Dialog.tsx";
import { useStrings } from "../../languages/useStrings.ts";

type Props = { message: Message; onDelete(messageId: string): boolean | undefined; onClose(): void };

export function DeleteMessageDialog({ message, onDelete, onClose }: Props) {
	const strings = useStrings();
	return (
		<Dialog
			title={strings.deleteMessageTitle}
			action={strings.deleteNow}
			isDanger
			act={() => (onDelete(message.id) ? undefined : strings.notSaved)}
			onClose={() => {
				onClose();
				focusOn(message);
			}}
		>
			<p>{strings.deleteMessageText}</p>
		</Dialog>
	);
}

/** A deleted message keeps its place, but its buttons disappear. */
function focusOn({ id }: Message): void {
	document.querySelector<HTMLElement>(`article[data-id="${CSS.escape(id)}"]`)?.focus({ preventScroll: true });
}

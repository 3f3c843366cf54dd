// Above the field, where several messages were refused: all of them at once.

import { useState } from "react";
import { Dialog } from "../controls/Dialog.tsx";
import { strings } from "../strings.ts";
import type { Chat } from "../useChatWebSocket.ts";
import styles from "./Unsent.module.css";

export function Unsent({ chat }: { chat: Chat }) {
	const [isAsking, setIsAsking] = useState(false);
	const failed = chat.outgoing.filter(({ state }) => state.type === "failed");
	if (failed.length < 2) return null;
	const discardAll = () => {
		for (const { clientId } of failed) chat.discard(clientId);
		return undefined;
	};
	return (
		<section className={styles.unsent} aria-label={strings.notSent(failed.length)}>
			<p>{strings.notSent(failed.length)}</p>
			<button
				type="button"
				onClick={({ currentTarget }) => {
					// The buttons go, and the focus should not go with them.
					currentTarget.closest("main")?.querySelector<HTMLElement>("textarea, [role=log]")?.focus();
					for (const { clientId } of failed) chat.retry(clientId);
				}}
			>
				{strings.retryAll}
			</button>
			<button type="button" onClick={() => setIsAsking(true)}>
				{strings.discardAll}
			</button>
			{isAsking && (
				<Dialog
					title={strings.discardAllTitle(failed.length)}
					action={strings.deleteNow}
					isDanger
					act={discardAll}
					onClose={() => setIsAsking(false)}
				>
					<p>{strings.discardAllText}</p>
				</Dialog>
			)}
		</section>
	);
}

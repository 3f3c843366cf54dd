// Retries or deletes all refused messages at once, if there are several.

import { useRef, useState } from "react";
import { Dialog } from "../../controls/Dialog.tsx";
import { useStrings } from "../../languages/useStrings.ts";
import type { Chat } from "../../useChatWebSocket.ts";
import styles from "./UnsentBar.module.css";

export function UnsentBar({ chat }: { chat: Chat }) {
	const strings = useStrings();
	const [isAsking, setIsAsking] = useState(false);
	const isSure = useRef(false);
	const bar = useRef<HTMLElement>(null);
	const failed = chat.outgoing.filter(({ state }) => state.type === "failed");
	if (failed.length < 2) return null;
	const all = (act: (clientId: string) => void) => {
		// The buttons disappear, and the focus must not be lost with them.
		const page = bar.current?.closest("main");
		(page?.querySelector("textarea") ?? page?.querySelector<HTMLElement>("[role=log]"))?.focus();
		for (const { clientId } of failed) act(clientId);
	};
	const closed = () => {
		setIsAsking(false);
		if (isSure.current) all(chat.discard);
		isSure.current = false;
	};
	const agree = () => {
		isSure.current = true;
		return undefined;
	};
	return (
		<section ref={bar} className={styles.unsent} aria-label={strings.notSent(failed.length)}>
			<p>{strings.notSent(failed.length)}</p>
			<button type="button" onClick={() => all(chat.retry)}>
				{strings.retryAll}
			</button>
			<button type="button" onClick={() => setIsAsking(true)}>
				{strings.discardAll}
			</button>
			{isAsking && (
				<Dialog title={strings.discardAllTitle(failed.length)} action={strings.deleteNow} isDanger act={agree} onClose={closed}>
					<p>{strings.discardAllText}</p>
				</Dialog>
			)}
		</section>
	);
}

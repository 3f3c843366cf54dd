// One conversation: who is here, what was said, what one says next.

import { useCallback, useEffect, useState } from "react";
import { closeCodes } from "../../../src/protocol/errors.ts";
import { describeConversation } from "../api.ts";
import { Announcer } from "../conversation/Announcer.tsx";
import { Composer } from "../conversation/Composer.tsx";
import { ConnectionBanner } from "../conversation/ConnectionStatus.tsx";
import { EmptyRoom } from "../conversation/EmptyRoom.tsx";
import { Header } from "../conversation/Header.tsx";
import { Log } from "../conversation/Log.tsx";
import { session, useCall } from "../currentSession.ts";
import { strings } from "../strings.ts";
import { useChatWebSocket } from "../useChatWebSocket.ts";
import { useTitle } from "../useTitle.ts";
import styles from "./ConversationPage.module.css";
import { NoticePage } from "./NoticePage.tsx";

export function ConversationPage({ id, token, userId }: { id: string; token: string; userId: string }) {
	const chat = useChatWebSocket(id, token, session.renew);
	const described = useCall(useCallback((token: string) => describeConversation(token, id), [id]));
	const conversation = described && "value" in described ? described.value.conversation : undefined;
	const title = conversation && (conversation.title || strings.untitled(conversation.createdAt));
	// Whoever has been here is a member and stays one when they go: Claude then waits to be asked.
	const [hasMet, setHasMet] = useState(false);
	if (!hasMet && chat.participants.length > 1) setHasMet(true);
	useTitle(title);
	useKeyboardInset();

	if (chat.connection.type === "ended") {
		const text = chat.connection.code === closeCodes.removed ? strings.removed : strings.gone;
		return <NoticePage text={text} hasWayHome />;
	}
	const role = conversation?.members.find((member) => member.userId === userId)?.role;
	const canInvite = role === "owner";
	const hasOthers = hasMet || (conversation?.members.length ?? 0) > 1;
	const isEmpty = chat.you !== null && chat.messages.length === 0 && chat.outgoing.length === 0;
	return (
		<main className={styles.page}>
			<Header id={id} title={title} canInvite={canInvite} chat={chat} />
			<Log chat={chat} userId={userId}>
				{isEmpty && <EmptyRoom canInvite={canInvite} onPrompt={(prompt) => chat.sendMessage(hasOthers ? `@claude ${prompt}` : prompt)} />}
			</Log>
			<footer className={styles.footer}>
				<p className={styles.typing}>{strings.typing(chat.typing.map(({ username }) => username))}</p>
				<ConnectionBanner connection={chat.connection} onRetry={chat.reconnect} />
				{chat.notice !== null && (
					<p className={styles.notice}>
						{chat.notice}
						<button type="button" onClick={chat.dismissNotice}>
							{strings.dismiss}
						</button>
					</p>
				)}
				{role === "reader" ? (
					<p className={styles.notice}>{strings.readOnly}</p>
				) : (
					<Composer conversationId={id} hasOthers={hasOthers} chat={chat} />
				)}
			</footer>
			<Announcer messages={chat.messages} notice={chat.notice} userId={userId} />
		</main>
	);
}

/** Some browsers lay a keyboard over the page without telling the layout: the composer has to stay above it. */
function useKeyboardInset(): void {
	useEffect(() => {
		const viewport = window.visualViewport;
		if (!viewport) return;
		const follow = () => {
			const covered = Math.max(0, window.innerHeight - viewport.height * viewport.scale - viewport.offsetTop);
			document.documentElement.style.setProperty("--keyboard", `${covered}px`);
		};
		viewport.addEventListener("resize", follow);
		return () => viewport.removeEventListener("resize", follow);
	}, []);
}

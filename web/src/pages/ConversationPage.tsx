// The page of one conversation: header, log, and footer with the composer.

import { useCallback, useEffect, useMemo, useState } from "react";
import { useSearchParams } from "wouter";
import { closeCodes } from "../../../src/protocol/errors.ts";
import { claude } from "../../../src/protocol/person.ts";
import { session } from "../account/currentSession.ts";
import { useLazy } from "../controls/useLazy.ts";
import { ConversationFooter } from "../conversation/ConversationFooter.tsx";
import { ConversationHeader } from "../conversation/ConversationHeader.tsx";
import { LazyConnectionBanner } from "../conversation/LazyConnectionBanner.tsx";
import { EmptyConversation } from "../conversation/log/EmptyConversation.tsx";
import { Log } from "../conversation/log/Log.tsx";
import { MessageActions } from "../conversation/message/MessageActions.ts";
import { useMessageActions } from "../conversation/message/useMessageActions.ts";
import { sendBegun } from "../home/begun.ts";
import { useStrings } from "../languages/useStrings.ts";
import { lastMessageOf } from "../list/list.ts";
import { titleOf } from "../list/titles.ts";
import { usePersonalList } from "../list/usePersonalList.ts";
import type { DeviceCache } from "../live/deviceCache.ts";
import { type Names, People } from "../markdown/MentionedText.tsx";
import { allowedActions, lastOwn } from "../people/permissions.ts";
import { type Chat, useChatWebSocket } from "../useChatWebSocket.ts";
import { useTitle } from "../useTitle.ts";
import { useLeaveWarning } from "../writing/useLeaveWarning.ts";
import styles from "./ConversationPage.module.css";
import { NoticePage } from "./NoticePage.tsx";

const loadParts = () => import("../conversation/laterParts.ts");

type Props = { id: string; token: string | null; cache: DeviceCache; userId: string; name: string };

export function ConversationPage({ id, token, cache, userId, name }: Props) {
	const strings = useStrings();
	const renew = useCallback(() => session.renewFor(userId), [userId]);
	const { chat } = useChatWebSocket(id, token, renew, cache);
	const title = chat.conversation ? titleOf(chat.conversation, strings) : undefined;
	// People who were present are members, also after they have left. The list of members may not be loaded yet.
	const [hasMet, setHasMet] = useState(false);
	if (!hasMet && (chat.participantCount ?? chat.participants.length) > 1) setHasMet(true);
	const hasOthers = hasMet || (chat.memberCount ?? chat.members?.length ?? 0) > 1;
	useTitle(title);
	useReportView(id, chat, userId);
	const { target, onShown } = useTarget(chat.goTo);
	const people = usePeople(chat, userId);
	const { actions, editing, deleting, forking, seen, cancel, focusKey } = useMessageActions(chat, userId, id);
	useFirstMessage(id, userId, chat.sendMessage);
	useLeaveWarning(userId, id, chat);
	const parts = useLazy(loadParts, true);

	if (chat.connection.type === "ended") {
		const text = chat.connection.code === closeCodes.removed ? strings.removed : strings.gone;
		return <NoticePage text={text} hasWayHome />;
	}
	const editLast = () => {
		const message = lastOwn(chat.messages, userId);
		if (message && allowedActions(message, actions.actor).has("edit")) actions.edit(message);
	};
	const isEmpty = chat.you !== null && chat.messages.length === 0 && chat.outgoing.length === 0;
	return (
		<main className={styles.page}>
			<ConversationHeader id={id} title={title} userId={userId} nameOf={people.nameOf} chat={chat} />
			<People value={people}>
				<MessageActions value={actions}>
					<Log id={id} chat={chat} userId={userId} name={name} target={target} onShown={onShown}>
						{isEmpty && <EmptyConversation chat={chat} hasOthers={hasOthers} />}
					</Log>
				</MessageActions>
			</People>
			<LazyConnectionBanner chat={chat} />
			<ConversationFooter
				id={id}
				userId={userId}
				chat={chat}
				people={people}
				actions={actions}
				hasOthers={hasOthers}
				editing={editing}
				onEdited={cancel}
				onEditLast={editLast}
				focusKey={focusKey}
			/>
			{deleting && parts && <parts.DeleteMessageDialog message={deleting} onDelete={chat.deleteMessage} onClose={cancel} />}
			{forking && parts && <parts.ForkDialog message={forking} onClose={cancel} />}
			{seen && parts && <parts.SeenDialog message={seen} onClose={cancel} />}
			{parts && <parts.MessageLinks chat={chat} />}
			{parts && <parts.Announcer chat={chat} actions={actions} userId={userId} />}
		</main>
	);
}

/** Sends what was written before the conversation existed, once its connection has an outbox. */
function useFirstMessage(id: string, userId: string, send: Chat["sendMessage"]): void {
	useEffect(() => sendBegun(userId, id, send), [id, userId, send]);
}

/** The `seq` that the address asks for, until its message is shown. */
function useTarget(goTo: Chat["goTo"]) {
	const [fields, setFields] = useSearchParams();
	const at = Number(fields.get("at"));
	const target = Number.isSafeInteger(at) && at > 0 ? at : undefined;
	useEffect(() => {
		if (target !== undefined) goTo(target);
	}, [target, goTo]);
	const onShown = useCallback(() => setFields({}, { replace: true }), [setFields]);
	return { target, onShown };
}

/** Everybody's current name. */
function usePeople({ members, memberCount, participants }: Chat, userId: string): Names {
	return useMemo(() => {
		const names = new Map([claude, ...participants, ...(members ?? [])].map((person) => [person.userId, person.username]));
		return { nameOf: (userId) => names.get(userId), userId, isGroup: names.size > 2 || memberCount !== null };
	}, [members, memberCount, participants, userId]);
}

/** Reports to the list what is on screen here: a conversation that is being looked at has no unread messages. */
function useReportView(conversationId: string, { you, conversation, messages, reads }: Chat, userId: string): void {
	const list = usePersonalList();
	// The list may know a newer title than the cache.
	const title = you ? conversation?.title : undefined;
	const last = messages.findLast(({ status }) => status !== "streaming");
	const readUpTo = reads.get(userId) ?? 0;
	useEffect(() => {
		if (title !== undefined) list.reportView({ conversationId, title, lastMessage: last && lastMessageOf(last), readUpTo });
	}, [list, conversationId, title, last, readUpTo]);
	// biome-ignore lint/correctness/useExhaustiveDependencies: another conversation is another view.
	useEffect(() => () => list.endView(), [list, conversationId]);
}

// The actions on messages, and the message that is being edited or is about to be deleted.

import { useCallback, useMemo, useRef, useState } from "react";
import type { Message } from "../../../../src/protocol/message.ts";
import { visibleHistory } from "../../live/historyWindow.ts";
import type { OutgoingMessage } from "../../live/outgoing.ts";
import { questionOf } from "../../live/replyStatus.ts";
import { runningReply } from "../../live/transcript.ts";
import { type Actor, canAskAgain, lastOwn } from "../../people/permissions.ts";
import type { Chat } from "../../useChatWebSocket.ts";
import { drafts } from "../../writing/currentDrafts.ts";
import { answeredOf, type Draft, joined } from "../../writing/drafts.ts";
import type { MessageActions } from "./MessageActions.ts";

type Pending = { type: "edit" | "delete" | "fork" | "seen"; messageId: string };

const loadFiles = () => import("../../files/parts.ts");

/** A quoted message is part of the draft. A new `focusKey` moves the focus to the composer. */
export function useMessageActions(chat: Chat, userId: string, conversationId: string) {
	const [pending, setPending] = useState<Pending>();
	const [focusKey, setFocusKey] = useState(0);
	const { messages, conversation, role, isConnected, react, regenerate, discard, markUnread, withdraw, pin, approve, sendMessage } = chat;
	const runningSeq = runningReply(chat)?.seq;
	const visible = visibleHistory(chat).messages;
	// Read when it is needed: the actions must not change with every message.
	const loaded = useRef(visible);
	loaded.current = visible;
	const asks = conversation?.asks ?? "members";
	const mayAsk = conversation?.assistant !== "off";
	const lastReplyId = mayAsk ? messages.findLast((message) => message.role === "assistant")?.id : undefined;
	const own = lastOwn(messages, userId);
	const askableId = own && mayAsk && canAskAgain(own, messages) ? own.id : undefined;
	const cancel = useCallback(() => setPending(undefined), []);
	const actions = useMemo<MessageActions>(() => {
		const write = (change: Partial<Draft>) => {
			setPending(undefined);
			drafts.change(userId, conversationId, change);
			setFocusKey((key) => key + 1);
		};
		const actor: Actor = { userId, role, isConnected, lastReplyId, askableId, runningSeq, asks };
		return {
			actor,
			react,
			regenerate,
			withdraw,
			pin,
			approve,
			// Files can be sent once, so they stay where they are.
			askLast: (question) => {
				if (withdraw(question.id) && question.content !== "") sendMessage(question.content, namesIn(question));
			},
			fork: ({ id }) => setPending({ type: "fork", messageId: id }),
			showSeen: ({ id }) => setPending({ type: "seen", messageId: id }),
			// It stands before the reply, also if it is not loaded.
			questionOf: (reply) => questionOf(reply, loaded.current)?.seq ?? reply.seq - 1,
			markUnread: ({ seq }) => markUnread(seq),
			quote: (message) => write({ answered: answeredOf(message) }),
			edit: ({ id }) => setPending({ type: "edit", messageId: id }),
			askToDelete: ({ id }) => setPending({ type: "delete", messageId: id }),
			editUnsent: (outgoing, quoted) => {
				write(joined(drafts.of(userId, conversationId), outgoing, quoted));
				takeBackFiles(userId, conversationId, outgoing);
				discard(outgoing.clientId);
			},
		};
	}, [
		userId,
		conversationId,
		role,
		isConnected,
		lastReplyId,
		askableId,
		runningSeq,
		asks,
		react,
		regenerate,
		discard,
		markUnread,
		withdraw,
		pin,
		approve,
		sendMessage,
	]);
	// The message may have been deleted since.
	const message = pending && visible.find(({ id, deletedAt }) => id === pending.messageId && deletedAt === undefined);
	const of = (type: Pending["type"]) => (pending?.type === type ? message : undefined);
	return { actions, editing: of("edit"), deleting: of("delete"), forking: of("fork"), seen: of("seen"), cancel, focusKey };
}

function namesIn({ replyTo, mentions }: Pick<Message, "replyTo" | "mentions">) {
	return { ...(replyTo !== undefined && { replyTo }), ...(mentions && { mentions }) };
}

function takeBackFiles(userId: string, conversationId: string, { files }: OutgoingMessage): void {
	if (files) void loadFiles().then(({ attachmentsOf }) => attachmentsOf(userId, conversationId).restore(files));
}

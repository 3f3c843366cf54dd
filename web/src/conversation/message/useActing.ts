// What somebody is about to do with a message, and all that they may do.

import { useCallback, useMemo, useState } from "react";
import { visibleHistory } from "../../live/historyWindow.ts";
import { canAskAgain, type Doer, lastOwn } from "../../people/permissions.ts";
import type { Chat } from "../../useChatWebSocket.ts";
import { drafts } from "../../writing/currentDrafts.ts";
import { answeredOf, type Draft, joined } from "../../writing/drafts.ts";
import type { Acting } from "./Acting.ts";

type About = { type: "edit" | "remove"; messageId: string };

/**
 * `editing`, `removing`: the message that one changes, or of which one is asked whether it is to be deleted. What one answers is part of the draft.
 * `focusKey`: another one takes the focus to where one writes. */
export function useActing(chat: Chat, userId: string, conversationId: string) {
	const [about, setAbout] = useState<About>();
	const [focusKey, setFocusKey] = useState(0);
	const { messages, role, isConnected, react, regenerate, discard, markUnread } = chat;
	const read = visibleHistory(chat).messages;
	const lastReplyId = messages.findLast((message) => message.role === "assistant")?.id;
	const own = lastOwn(messages, userId);
	const askableId = own && canAskAgain(own, messages) ? own.id : undefined;
	const stop = useCallback(() => setAbout(undefined), []);
	const acting = useMemo<Acting>(() => {
		const write = (change: Partial<Draft>) => {
			setAbout(undefined);
			drafts.change(userId, conversationId, change);
			setFocusKey((key) => key + 1);
		};
		const doer: Doer = { userId, role, isConnected, lastReplyId, askableId };
		return {
			doer,
			react,
			regenerate,
			markUnread: ({ seq }) => markUnread(seq),
			answer: (message) => write({ answered: answeredOf(message) }),
			edit: ({ id }) => setAbout({ type: "edit", messageId: id }),
			remove: ({ id }) => setAbout({ type: "remove", messageId: id }),
			takeBack: (outgoing, answered) => {
				write(joined(drafts.of(userId, conversationId), outgoing, answered));
				discard(outgoing.clientId);
			},
		};
	}, [userId, conversationId, role, isConnected, lastReplyId, askableId, react, regenerate, discard, markUnread]);

	// Whatever it is about may be deleted meanwhile.
	const message = about && read.find(({ id, deletedAt }) => id === about.messageId && deletedAt === undefined);
	const of = (type: About["type"]) => (about?.type === type ? message : undefined);
	return { acting, editing: of("edit"), removing: of("remove"), stop, focusKey };
}

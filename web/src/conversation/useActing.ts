// What somebody is about to do with a message, and all that they may do.

import { useCallback, useMemo, useState } from "react";
import type { Message } from "../../../src/protocol/message.ts";
import { shown } from "../passage.ts";
import { canAskAgain, type Doer, lastOwn } from "../permissions.ts";
import type { Chat } from "../useChatWebSocket.ts";
import type { Acting } from "./Acting.ts";

/** What one writes: something new, or about a message. */
export type Writing = { type: "new" } | { type: "answer" | "edit"; message: Message };

type About = { type: "answer" | "edit" | "remove"; messageId: string };

/** `removing`: the message of which one is asked whether it is to be deleted. */
export function useActing(chat: Chat, userId: string) {
	const [about, setAbout] = useState<About>();
	const { messages, role, isConnected, react, regenerate } = chat;
	const read = shown(chat).messages;
	const lastReplyId = messages.findLast((message) => message.role === "assistant")?.id;
	const own = lastOwn(messages, userId);
	const askableId = own && canAskAgain(own, messages) ? own.id : undefined;
	const stop = useCallback(() => setAbout(undefined), []);
	const acting = useMemo<Acting>(() => {
		const doer: Doer = { userId, role, isConnected, lastReplyId, askableId };
		return {
			doer,
			react,
			regenerate,
			answer: ({ id }) => setAbout({ type: "answer", messageId: id }),
			edit: ({ id }) => setAbout({ type: "edit", messageId: id }),
			remove: ({ id }) => setAbout({ type: "remove", messageId: id }),
		};
	}, [userId, role, isConnected, lastReplyId, askableId, react, regenerate]);

	// Whatever it is about may be deleted meanwhile.
	const message = about && read.find(({ id, deletedAt }) => id === about.messageId && deletedAt === undefined);
	const writing: Writing = message && about.type !== "remove" ? { type: about.type, message } : { type: "new" };
	return { acting, writing, removing: about?.type === "remove" ? message : undefined, stop };
}

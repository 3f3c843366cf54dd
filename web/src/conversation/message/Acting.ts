// What can be done with the messages of a conversation, for whatever shows one of them.

import { createContext } from "react";
import type { Message } from "../../../../src/protocol/message.ts";
import type { OutgoingMessage } from "../../live/outgoing.ts";
import type { Doer } from "../../people/permissions.ts";

export type Acting = {
	doer: Doer;
	react(messageId: string, emoji: string, on: boolean): void;
	answer(message: Message): void;
	edit(message: Message): void;
	/** Asks first. */
	remove(message: Message): void;
	regenerate(messageId: string): void;
	/** Takes what was not sent back to where one writes; `answered`: what it answers, where that is in the view. */
	takeBack(outgoing: OutgoingMessage, answered: Message | undefined): void;
	/** This one and all that came after it. */
	markUnread(message: Message): void;
};

const nothing = () => {};

export const Acting = createContext<Acting>({
	doer: { userId: "", role: null, isConnected: false, lastReplyId: undefined },
	react: nothing,
	answer: nothing,
	edit: nothing,
	remove: nothing,
	regenerate: nothing,
	takeBack: nothing,
	markUnread: nothing,
});

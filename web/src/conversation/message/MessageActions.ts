// The actions on messages of the open conversation, for the components that show a message.

import { createContext } from "react";
import type { Message } from "../../../../src/protocol/message.ts";
import type { Messages } from "../../live/messages.ts";
import type { OutgoingMessage } from "../../live/outgoing.ts";
import type { Actor } from "../../people/permissions.ts";

export type MessageActions = {
	actor: Actor;
	react(messageId: string, emoji: string, on: boolean): void;
	/** Quotes the message in the draft. */
	quote(message: Message): void;
	edit(message: Message): void;
	/** Opens a confirmation. */
	askToDelete(message: Message): void;
	regenerate(messageId: string): void;
	withdraw(messageId: string): void;
	/** Takes a waiting question back and asks it once more, as the last one. */
	askLast(message: Message): void;
	pin(messageId: string, on: boolean): void;
	/** Allows or declines a call of a tool. */
	approve(messageId: string, toolId: string, allow: boolean): void;
	/** Opens a dialog. */
	fork(message: Message): void;
	/** The `seq` of the question that a reply answers. */
	questionOf(reply: Message): number;
	/** Opens a dialog about what Claude saw for this reply. */
	showSeen(message: Message): void;
	/** Moves a refused message back to the draft. `quoted`: the message that it quotes, if loaded. */
	editUnsent(outgoing: OutgoingMessage, quoted: Message | undefined): void;
	/** This message and all later ones. */
	markUnread(message: Message): void;
};

/** The messages of the log that are loaded: for what a message says about earlier ones. */
export const LoadedMessages = createContext<Messages>([]);

const nothing = () => {};

export const MessageActions = createContext<MessageActions>({
	actor: { userId: "", role: null, isConnected: false, lastReplyId: undefined },
	react: nothing,
	quote: nothing,
	edit: nothing,
	askToDelete: nothing,
	regenerate: nothing,
	withdraw: nothing,
	askLast: nothing,
	pin: nothing,
	approve: nothing,
	fork: nothing,
	showSeen: nothing,
	questionOf: ({ seq }) => seq - 1,
	editUnsent: nothing,
	markUnread: nothing,
});

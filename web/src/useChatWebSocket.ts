// The hook that gives a component one live conversation. It ties a `ConversationClient` to React and the browser.

import { useEffect, useMemo, useSyncExternalStore } from "react";
import type { AsideEvent } from "../../src/protocol/claude/aside.ts";
import { type CloseCode, closeCodes } from "../../src/protocol/errors.ts";
import { describeConversation, messagesAt, noticesAt, socketUrl } from "./api.ts";
import { build, clock, followNetwork, hasNetwork, newId, openSocket } from "./browser.ts";
import { type ConversationCache, cachedConversationOf, parseCachedConversation, resumeCursor } from "./live/cachedConversation.ts";
import { ConversationClient, emptySnapshot } from "./live/client.ts";
import type { Renewal } from "./live/connection.ts";
import type { DeviceCache } from "./live/deviceCache.ts";
import { openOutbox, userIdOf } from "./live/outbox.ts";
import type { NewMessage } from "./live/outgoing.ts";
import { runningReply } from "./live/transcript.ts";

/**
 * Connects while both are given, and stays connected through lost networks, restarts and newer tokens.
 * `renewToken` is called when the server no longer accepts the token; without it the connection ends then.
 * With a `cache` the last messages are kept on the device, and the next visit begins with them, before there is a token.
 * Pass the same function and the same object on every render.
 */
export function useChatWebSocket(
	conversationId: string | null,
	token: string | null,
	renewToken: () => Promise<Renewal> = signedOut,
	cache?: DeviceCache,
) {
	const client = useMemo(
		() => (conversationId === null ? null : clientOf(conversationId, renewToken, cache)),
		[conversationId, renewToken, cache],
	);
	useEffect(() => {
		if (client && (token !== null || cache)) client.setToken(token);
		else client?.stop();
	}, [client, token, cache]);
	useEffect(() => client?.stop.bind(client), [client]);
	useEffect(() => (client ? followNetwork(client) : undefined), [client]);

	const { transcript, connection } = useSyncExternalStore(client?.subscribe ?? neverChanges, client?.snapshot ?? nothing, nothing);
	const actions = useMemo(() => actionsOf(client), [client]);
	const reply = runningReply(transcript);
	const chat = {
		...transcript,
		connection,
		isConnected: connection.type === "connected",
		/** Claude is writing a reply. */
		isThinking: reply !== undefined,
		/** The text of that reply so far. */
		streamingContent: reply?.content ?? "",
		...actions,
	};
	const messages = useMemo(() => transcript.messages.filter(({ status }) => status !== "streaming"), [transcript.messages]);
	/** `messages` are complete, as in the guide's hook; those of `chat` include the reply that is being written. */
	return { ...chat, messages, chat };
}

/** `asksAgain`: Claude replies again to this question, which must be the person's last one. */
export type Edit = Omit<NewMessage, "replyTo" | "steer" | "files"> & { asksAgain?: boolean };
export type Chat = ReturnType<typeof useChatWebSocket>["chat"];

function clientOf(conversationId: string, renewToken: () => Promise<Renewal>, cache: DeviceCache | undefined): ConversationClient {
	return new ConversationClient({
		conversationId,
		urlFor: (cursor) => socketUrl(conversationId, cursor),
		openSocket,
		clock,
		random: Math.random,
		hasNetwork,
		renewToken,
		explainRefusal: (token) => explainRefusal(token, conversationId),
		fetchPage: async (position, token) => {
			const result = await messagesAt(token, conversationId, position);
			return "value" in result ? result.value : null;
		},
		describe: async (token) => {
			const result = await describeConversation(token, conversationId);
			if ("error" in result) return null;
			const { members, memberCount, ...conversation } = result.value.conversation;
			return { conversation, members, memberCount };
		},
		fetchNotices: async (token, after, before) => {
			const result = await noticesAt(token, conversationId, { after, ...(before !== undefined && { before }) });
			return "value" in result ? result.value.notices : null;
		},
		newId,
		openOutbox: (token, listener) => {
			const userId = token === null ? (cache?.userId ?? "") : userIdOf(token);
			return openOutbox(conversationId, userId, listener, navigator.locks);
		},
		cache: cache && conversationCacheOf(conversationId, cache),
	});
}

function conversationCacheOf(conversationId: string, cache: DeviceCache): ConversationCache {
	return {
		read: async () => {
			const cached = parseCachedConversation(await cache.readConversation(conversationId));
			return cached && { cached, cursor: resumeCursor(cached, build) };
		},
		write: (transcript, cursor) => {
			const cached = cachedConversationOf(conversationId, transcript, cursor, build);
			if (cached) void cache.writeConversation(conversationId, cached, clock.now());
		},
		delete: () => void cache.deleteConversation(conversationId),
	};
}

/** Asks over HTTP, where a browser can read the reason. */
async function explainRefusal(token: string, conversationId: string): Promise<CloseCode | undefined> {
	const result = await describeConversation(token, conversationId);
	if ("value" in result) return undefined;
	switch (result.error.code) {
		case "unauthorized":
		case "token_expired":
		case "suspended":
			return closeCodes.token;
		case "not_found":
			return closeCodes.deleted;
		default:
			return undefined;
	}
}

function actionsOf(client: ConversationClient | null) {
	return {
		/** Shows the message at once, and sends it until it is acknowledged. */
		sendMessage: (content: string, about?: Omit<NewMessage, "content">, clientId?: string) => client?.sendMessage(content, about, clientId),
		/** To be called on every change of the text being written. */
		sendTyping: (isTyping: boolean) => client?.setTyping(isTyping),
		stopReply: (messageId: string) => client?.command({ type: "chat:stop", messageId }),
		react: (messageId: string, emoji: string, on: boolean) => client?.command({ type: "chat:react", messageId, emoji, on }),
		edit: (messageId: string, { content, mentions, asksAgain }: Edit) =>
			client?.command({ type: "chat:edit", messageId, content, ...(mentions && { mentions: [...mentions] }), asksAgain }),
		deleteMessage: (messageId: string) => client?.command({ type: "chat:delete", messageId }),
		/** Requests Claude's last reply again. */
		regenerate: (messageId: string) => client?.command({ type: "chat:regenerate", messageId }),
		/** Goes on with a reply that reached the length limit. */
		continueReply: (messageId: string) => client?.command({ type: "chat:continue", messageId }),
		/** Takes back a question that waits for a reply. */
		withdraw: (messageId: string) => client?.command({ type: "chat:withdraw", messageId }),
		pin: (messageId: string, on: boolean) => client?.command({ type: "chat:pin", messageId, on }),
		/** Allows or declines a call that a running reply waits for. */
		approve: (messageId: string, toolId: string, allow: boolean) => client?.command({ type: "chat:approve", messageId, toolId, allow }),
		/** Asks Claude a question whose answer nobody else sees; returns true if it was sent. */
		askPrivately: (content: string) => client?.command({ type: "chat:ask-privately", content, clientId: newId() }) ?? false,
		stopAside: (asideId: string) => client?.command({ type: "chat:stop-aside", asideId }),
		shareAside: (asideId: string) => client?.command({ type: "chat:share", asideId, clientId: newId() }),
		/** Returns a function that ends it. */
		followAsides: (listener: (event: AsideEvent) => void) => {
			client?.asideListeners.add(listener);
			return () => void client?.asideListeners.delete(listener);
		},
		/** Every message up to this `seq` is on screen while somebody is looking. */
		markRead: (upTo: number) => client?.markRead(upTo),
		/** Marks messages from this `seq` on as unread for oneself. */
		markUnread: (from: number) => client?.markUnread(from),
		retry: (clientId: string) => client?.retry(clientId),
		discard: (clientId: string) => client?.discard(clientId),
		/** True if every unacknowledged message is on disk. */
		isSaved: () => client?.isSaved() ?? true,
		loadOlder: () => void client?.paging.loadOlder(),
		loadNewer: () => void client?.paging.loadNewer(),
		/** Shows the messages around a `seq`. */
		goTo: (seq: number) => client?.paging.goTo(seq),
		/** Returns to the live end. */
		goToEnd: () => client?.paging.goToEnd(),
		dismissNotice: () => client?.dismissNotice(),
		reconnect: () => client?.wake(),
	};
}

const signedOut = async (): Promise<Renewal> => ({ failure: "signed_out" });
const neverChanges = () => () => {};
const nothing = () => emptySnapshot;

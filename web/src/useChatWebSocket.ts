// The hook: one conversation, live, for a component. The conversation itself is a `ConversationClient`; this ties it to React and the window.

import { useEffect, useMemo, useSyncExternalStore } from "react";
import { type CloseCode, closeCodes } from "../../src/protocol/errors.ts";
import { describeConversation, messagesAt, socketUrl } from "./api.ts";
import { build, clock, followNetwork, hasNetwork, newId, openSocket } from "./browser.ts";
import { cachedConversationOf, parseCachedConversation, resumeCursor } from "./live/cachedConversation.ts";
import { type ConversationCache, ConversationClient, emptySnapshot } from "./live/client.ts";
import type { Renewal } from "./live/connection.ts";
import type { DeviceCache } from "./live/deviceCache.ts";
import { openOutbox, userIdOf } from "./live/outbox.ts";
import { type NewMessage, runningReply } from "./live/transcript.ts";

/**
 * Connects while both are given, and stays connected through lost networks, restarts and newer tokens.
 * `renewToken` is asked for a token when the server no longer takes the one there is; without it the connection ends then.
 * On a `cache` it keeps what was seen, and with one it begins without a token too: by what is kept, and by asking for a token. Keep the identity of both.
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
		/** Claude has begun a reply and not ended it. */
		isThinking: reply !== undefined,
		/** The reply so far. */
		streamingContent: reply?.content ?? "",
		...actions,
	};
	const messages = useMemo(() => transcript.messages.filter(({ status }) => status !== "streaming"), [transcript.messages]);
	/** `messages` are whole, as in the guide's hook; those of `chat` have the reply that is being written in its place. */
	return { ...chat, messages, chat };
}

/** `asksAgain`: one's own last question, which Claude then answers once more. */
export type Edit = Omit<NewMessage, "replyTo"> & { asksAgain?: boolean };
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
		explainRefusal: (token) => whyRefused(token, conversationId),
		fetchPage: async (place, token) => {
			const result = await messagesAt(token, conversationId, place);
			return "value" in result ? result.value : null;
		},
		describe: async (token) => {
			const result = await describeConversation(token, conversationId);
			if ("error" in result) return null;
			const { members, ...conversation } = result.value.conversation;
			return { conversation, members };
		},
		newId,
		openOutbox: (token, listener) => {
			const userId = token === null ? (cache?.userId ?? "") : userIdOf(token);
			return openOutbox(conversationId, userId, listener, navigator.locks);
		},
		cache: cache && keeperOf(conversationId, cache),
	});
}

function keeperOf(conversationId: string, cache: DeviceCache): ConversationCache {
	return {
		read: async () => {
			const kept = parseCachedConversation(await cache.readConversation(conversationId));
			return kept && { kept, cursor: resumeCursor(kept, build) };
		},
		write: (transcript, cursor) => {
			const kept = cachedConversationOf(conversationId, transcript, cursor, build);
			if (kept) void cache.writeConversation(conversationId, kept, clock.now());
		},
		delete: () => void cache.deleteConversation(conversationId),
	};
}

/** The same question asked where a browser may read the answer. */
async function whyRefused(token: string, conversationId: string): Promise<CloseCode | undefined> {
	const result = await describeConversation(token, conversationId);
	if ("value" in result) return undefined;
	switch (result.error.code) {
		case "unauthorized":
		case "token_expired":
			return closeCodes.token;
		case "not_found":
			return closeCodes.deleted;
		default:
			return undefined;
	}
}

function actionsOf(client: ConversationClient | null) {
	return {
		/** Shown at once; sent now or when there is a connection, and until it is acknowledged. */
		sendMessage: (content: string, about?: Omit<NewMessage, "content">) => client?.sendMessage(content, about),
		/** To be called on every change of what is being written. */
		sendTyping: (isTyping: boolean) => client?.setTyping(isTyping),
		stopReply: (messageId: string) => client?.stopReply(messageId),
		react: (messageId: string, emoji: string, on: boolean) => client?.change({ type: "chat:react", messageId, emoji, on }),
		edit: (messageId: string, { content, mentions, asksAgain }: Edit) =>
			client?.change({ type: "chat:edit", messageId, content, ...(mentions && { mentions: [...mentions] }), asksAgain }),
		deleteMessage: (messageId: string) => client?.change({ type: "chat:delete", messageId }),
		/** Claude's last reply once more. */
		regenerate: (messageId: string) => client?.change({ type: "chat:regenerate", messageId }),
		/** Everything up to this place is on the screen of somebody who looks. */
		markRead: (upTo: number) => client?.markRead(upTo),
		/** From a place on, for oneself. */
		markUnread: (from: number) => client?.markUnread(from),
		retry: (clientId: string) => client?.retry(clientId),
		discard: (clientId: string) => client?.discard(clientId),
		/** Whether what is not acknowledged would outlive the page. */
		isSaved: () => client?.isSaved() ?? true,
		loadOlder: () => void client?.paging.loadOlder(),
		loadNewer: () => void client?.paging.loadNewer(),
		/** Shows the messages around a place, by `seq`. */
		goTo: (at: number) => client?.paging.goTo(at),
		/** Back to the end. */
		goToEnd: () => client?.paging.goToEnd(),
		dismissNotice: () => client?.dismissNotice(),
		reconnect: () => client?.wake(),
	};
}

const signedOut = async (): Promise<Renewal> => ({ failure: "signed_out" });
const neverChanges = () => () => {};
const nothing = () => emptySnapshot;

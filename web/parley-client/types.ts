// The public types of the package. The build publishes this file as its declarations: it must import nothing.

export type Person = { userId: string; username: string };

/** A message, as PROTOCOL.md describes it. A newer server may send more fields. */
export type Message = {
	id: string;
	conversationId: string;
	role: "user" | "assistant";
	/** The text so far while the status is `streaming`. */
	content: string;
	/** ISO 8601, UTC. */
	createdAt: string;
	author: Person;
	status: "complete" | "streaming" | "stopped" | "failed";
	/** Why a reply was stopped or failed, or why it waits. */
	reason?: string | undefined;
	/** Place in the conversation: 1, 2, 3 … without gaps. */
	seq: number;
	revision: number;
	clientId?: string | undefined;
	replyTo?: string | undefined;
	/** Of people's messages: it asked Claude for a reply. */
	asksClaude?: boolean | undefined;
	/** Of answers to private questions: the person who shared it. */
	sharedBy?: Person | undefined;
	reactions?: { emoji: string; userIds: string[] }[] | undefined;
	editedAt?: string | undefined;
	deletedAt?: string | undefined;
};

/** A message of this client that the server has not acknowledged. */
export type Outgoing = {
	clientId: string;
	content: string;
	replyTo?: string | undefined;
	/** Ends the running reply, and asks again. */
	steer?: boolean | undefined;
	/** Set if the server refused it: `retry` sends it again, `discard` deletes it. */
	failed?: { code: string; text: string } | undefined;
};

/**
 * `connecting`; `waiting` for the next attempt; `connected`; or `ended`: no token is accepted (4401), the person was removed (4403), or
 * the conversation does not exist (4404).
 */
export type Status = "connecting" | "waiting" | "connected" | "ended";

/** Never changed in place: a new state is a new object. */
export type State = {
	readonly status: Status;
	/** The close code, once the status is `ended`. */
	readonly code?: number | undefined;
	/** Whose connection this is, once the server has said so. */
	readonly you?: Person | undefined;
	/** The newest messages in order, and the running reply. After a long absence they begin anew. */
	readonly messages: readonly Message[];
	readonly outgoing: readonly Outgoing[];
	/** Who is connected. */
	readonly participants: readonly Person[];
	readonly typing: readonly Person[];
};

/** An event as the server sends it. Validate what you read of it. */
export type ServerEvent = { type: string; conversationId: string; [field: string]: unknown };

export type Options = {
	/** The deployment, such as `https://parley.example`. */
	url: string;
	conversationId: string;
	/**
	 * Returns an access token: for the first connection, and whenever the server no longer accepts the last one. `null`: there is none any
	 * more. A rejected promise is tried again.
	 */
	token: () => string | null | Promise<string | null>;
	/**
	 * Keeps unacknowledged messages, such as `localStorage`. They are kept by person, and need an access token that is a JSON Web Token.
	 * Without it they live as long as this client.
	 */
	storage?: { getItem(key: string): string | null; setItem(key: string, value: string): void; removeItem(key: string): void };
	/** Receives every event, also those that `state` does not show. */
	onEvent?: (event: ServerEvent) => void;
};

export type ParleyClient = {
	readonly state: State;
	/** Calls the listener after every change of the state. Returns a function that unsubscribes. */
	subscribe(listener: () => void): () => void;
	/** Sends a message exactly once, now or when there is a connection. Returns its `clientId`. Blank text is refused by the server. */
	send(content: string, more?: { replyTo?: string; steer?: boolean }): string;
	retry(clientId: string): void;
	discard(clientId: string): void;
	/**
	 * Sends another event, such as `{ type: "chat:react", messageId, emoji: "👍", on: true }`. Returns false while not connected: then it
	 * is dropped.
	 */
	emit(event: { type: string; [field: string]: unknown }): boolean;
	/** Connects at once, or checks that the connection is alive: when the network is back, or the page is visible again. */
	wake(): void;
	/** Disconnects. What is unacknowledged stays in the storage. */
	close(): void;
};

/** Connects at once. */
export type Connect = (options: Options) => ParleyClient;

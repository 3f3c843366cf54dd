// The close codes of the sockets. Apart from the sentences of errors, so that a small client need not contain those.

/**
 * WebSocket close codes. After `token`, a client reconnects only with a new token; after `removed` and
 * `deleted`, never; after `replaced`, when the user opens the conversation again. After `flooding` it
 * waits a minute. After any other code it reconnects with its cursor; after `normal` only if the client
 * did not close the socket itself.
 */
export const closeCodes = {
	normal: 1000,
	tooBig: 1009,
	internal: 1011,
	/** Too much has changed to send it: reconnect with the cursor. */
	resync: 1012,
	token: 4401,
	removed: 4403,
	deleted: 4404,
	slow: 4408,
	/** The person has opened too many sockets in this conversation, and this was the oldest. */
	replaced: 4409,
	flooding: 4429,
} as const;

export type CloseCode = (typeof closeCodes)[keyof typeof closeCodes];

// The closed list of error codes with their sentences. Nothing else about an error may leave the
// server: no stack, no key, no SQL, no text of another service.

import { limits } from "./limits.ts";
import { allInName, inName } from "./text/assistant-name.ts";
import { numberText } from "./text/number-text.ts";

/** Error codes, each with its HTTP status and a sentence for people. */
export const errors = {
	bad_frame: { status: 400, text: "That frame could not be read. Send a JSON event, or a JSON array of events." },
	unknown_event: { status: 400, text: "That type of event is unknown." },
	bad_event: { status: 400, text: "A field of that event is missing or has the wrong form." },
	bad_request: { status: 400, text: "The request could not be read." },
	conversation_mismatch: { status: 400, text: "The conversationId of that event is not the conversation of this socket." },
	too_large: { status: 413, text: `That message is too long. A message may have up to ${numberText(limits.content)} characters.` },
	unauthorized: { status: 401, text: "Sign in to continue: the token is missing or not accepted." },
	token_expired: { status: 401, text: "The token has expired. Sign in again, or use a newer token." },
	forbidden: { status: 403, text: "You are not allowed to do that here." },
	origin_not_allowed: { status: 403, text: "Pages from that origin may not use this service." },
	guest_sign_in_disabled: { status: 403, text: "Guests cannot sign in here." },
	not_found: { status: 404, text: "There is nothing here, or you do not have access to it." },
	conflict: { status: 409, text: "That id was already used for another message or conversation." },
	answered: {
		status: 409,
		get text() {
			return inName("Claude has answered that already.");
		},
	},
	being_answered: {
		status: 409,
		get text() {
			return inName("Claude is answering that now. Stop the reply instead.");
		},
	},
	last_owner: { status: 409, text: "A conversation needs an owner. Make someone else an owner first." },
	invite_expired: { status: 410, text: "This invite has been used up, has expired or was revoked. Ask for a new one." },
	upgrade_required: { status: 426, text: "This address accepts only WebSocket connections." },
	budget_exceeded: {
		status: 402,
		get text() {
			return inName("The budget for Claude is used up.");
		},
	},
	rate_limited: { status: 429, text: "That was too fast. Wait a moment and try again." },
	too_many: { status: 409, text: "The limit for this has been reached. Remove or close one before you add another." },
	too_many_conversations: {
		status: 409,
		text: `A connection can be in up to ${numberText(limits.conversationsPerSocket)} conversations. Send chat:leave for one of them first.`,
	},
	not_joined: { status: 409, text: "Join that conversation first." },
	no_binary: { status: 415, text: "Files and other binary data cannot be sent here." },
	unavailable: { status: 503, text: "This is not available right now. Please try again in a moment." },
	misconfigured: { status: 500, text: "This deployment's settings need attention." },
	internal: { status: 500, text: "Something went wrong on our side. Please try again." },
} as const satisfies Record<string, { status: number; text: string }>;

export type ErrorCode = keyof typeof errors;

/** For whoever has used up a day's quota, and for what no day's quota is enough for. */
export const quotaUsedUp = "You have forked or created as much as one day allows. You can go on after midnight UTC.";
export const aboveQuota = "That is more than you may copy in one day.";

/** For guests where guests may not ask. */
export const guestsMayNotAsk = () => inName("Claude does not answer guests here. Your message was sent.");

/** For members who ask where only owners may. */
export const ownersAsk = () => inName("Only the owners of this conversation may ask Claude. Your message was sent.");

/**
 * Why a reply is not complete or is being retried. Stored as the message's `reason`, and shown to
 * people in these words.
 */
export const reasons = allInName({
	refusal: "Claude declined to answer this.",
	max_tokens: "The reply reached the length limit and ends here.",
	context_window: "The conversation has grown longer than Claude can read at once, so the reply ends here.",
	prompt_too_long: "The last messages are longer than Claude can read at once. Send them in shorter parts.",
	unknown_stop: "Claude ended its reply here.",
	too_many_steps: "Claude looked up as much as one reply may, and ends here. Ask again to let it go on.",
	other_model: "The model that was chosen for this conversation is not offered any more. The default model replied.",
	empty: "Claude’s reply is empty.",
	overloaded: "Claude is overloaded right now. Try again in a moment.",
	rate_limited: "Claude is getting too many requests right now. Try again in a moment.",
	budget: "The budget for Claude was used up, so the reply ends here.",
	spend_limit: "The spending limit for Claude has been reached. The person who runs this service can raise it.",
	bad_key: "Claude could not be reached: the API key is not accepted. The person who runs this service can fix it.",
	bad_model: "The configured model is unknown. The person who runs this service can fix it.",
	bad_max_tokens:
		"The configured reply length is more than the model allows. The person who runs this service can lower CLAUDE_MAX_TOKENS.",
	bad_server: "No Messages API was found at the configured address. The person who runs this service can fix it.",
	bad_request: "Claude could not process this request.",
	unavailable: "Claude could not be reached. Try again in a moment.",
	no_response: "Claude did not respond in time. Try again in a moment.",
	timed_out: "Claude stopped sending before the reply was complete.",
	interrupted: "The connection to Claude was lost before the reply was complete.",
	internal: "The reply failed on our side. Try again.",
	unreadable: "This message cannot be read here. A newer version of the page may show it.",
});

export type Reason = keyof typeof reasons;

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

/**
 * The HTTP body of an error. `detail` is a more exact sentence than the general one, and must be
 * our own.
 */
export function errorBody(code: ErrorCode, detail?: string, retryAfterMs?: number) {
	return { error: { code, message: detail ?? errors[code].text, ...(retryAfterMs !== undefined && { retryAfterMs }) } };
}

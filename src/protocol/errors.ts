// The closed list of error codes with their sentences. Nothing else about an error may leave the
// server: no stack, no key, no SQL, no text of another service.

import * as fileLimits from "./files/limits.ts";
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
	suspended: {
		status: 403,
		text: "An administrator has suspended your account. Nothing in it was deleted. Ask whoever runs this service.",
	},
	origin_not_allowed: { status: 403, text: "Pages from that origin may not use this service." },
	guest_sign_in_disabled: { status: 403, text: "Guests cannot sign in here." },
	passkey_refused: { status: 403, text: "This passkey was not accepted. Try again, or use another one." },
	passkey_unknown: { status: 404, text: "This passkey is not known here: it was removed, or its account was erased." },
	passkey_expired: { status: 410, text: "This took longer than five minutes, or was used already. Start again." },
	confirm_first: { status: 403, text: "Confirm with your passkey that it is you, and try again." },
	code_refused: { status: 403, text: "That code is not valid. Each code works once." },
	identity_taken: {
		status: 409,
		text: "That sign-in already has an account of its own here, with conversations. Nothing was changed. Invite that account to the conversations you have here, and make it an owner.",
	},
	last_way_in: { status: 409, text: "This is the only way in to your account. Add a passkey first." },
	link_expired: { status: 410, text: "This link was used, has expired or was cancelled. Make a new one on your other device." },
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
	held: {
		status: 409,
		text: "Everything in this conversation is kept for a legal reason. Nothing in it can be changed or deleted meanwhile.",
	},
	decided: { status: 409, text: "That call has already been decided." },
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
	empty_file: { status: 400, text: "That file is empty." },
	incomplete_file: { status: 400, text: "The file did not arrive whole. Send it again." },
	bad_file_name: { status: 400, text: `A file needs a name of up to ${numberText(fileLimits.name)} characters.` },
	file_taken: { status: 409, text: "That file is part of a message already. A file can be sent once; upload it again to send it again." },
	unsupported_type: {
		status: 415,
		text: "The file is not what it says it is, so it was not stored. Check the file, or send it under its own type.",
	},
	bad_range: { status: 416, text: "The file ends before that range." },
	storage_full: {
		status: 507,
		text: "The files of this conversation have used up their space. Delete messages with files you no longer need.",
	},
	unavailable: { status: 503, text: "This is not available right now. Please try again in a moment." },
	misconfigured: { status: 500, text: "This deployment's settings need attention." },
	internal: { status: 500, text: "Something went wrong on our side. Please try again." },
} as const satisfies Record<string, { status: number; text: string }>;

export type ErrorCode = keyof typeof errors;

/** For whoever has used up a day's quota, and for what no day's quota is enough for. */
export const quotaUsedUp = "You have forked or created as much as one day allows. You can go on after midnight UTC.";
/** For whoever has used up a day's quota of uploads. */
export const uploadsUsedUp = "You have sent as many files as one day allows. You can go on after midnight UTC.";

/** For a file that is larger than the deployment takes; `megabytes`: how much it takes. */
export const fileTooLarge = (megabytes: number) => `That file is too large. A file may have up to ${numberText(megabytes)} MB.`;

export const tooManyUnsent = "You have uploaded as many files as may wait for their message here. Send or delete some of them first.";

export const aboveQuota = "That is more than you may copy in one day.";

/** For everybody in a network that an administrator has banned. */
export const networkBanned = "This service accepts no requests from your network for now.";

/** For guests where guests may not ask. */
export const guestsMayNotAsk = () => inName("Claude does not answer guests here. Your message was sent.");

/** For whoever asks where there is no room for an answer. */
export const noRoomToAnswer = () =>
	inName("Your message was sent, but the storage of this conversation is full: there is no room for Claude's answer.");

/** For members who ask where only owners may. */
export const ownersAsk = () => inName("Only the owners of this conversation may ask Claude. Your message was sent.");

/** For whoever was allowed to ask in private, and is not any more by the time budgets have been checked. */
export const mayNotAskNow = () => inName("You may not ask Claude here any more. Your question was kept, but Claude does not answer it.");

/** For whoever wants a picture described that Claude does not describe. */
export const pictureForClaude = () => inName("Claude describes pictures of the types JPEG, PNG, GIF and WebP, and no other files.");
export const pictureTooLarge = () => inName("That picture is larger than Claude takes. Send a smaller copy, or describe it yourself.");
export const noDescriptions = () => inName("The model that answers here sees no pictures. Describe the picture yourself.");
export const pictureNotDescribed = () => inName("Claude has not described that picture. Try again, or describe it yourself.");

/** For those who came by a link that does not let them ask, and where its questions or its money are used up. */
export const linkForbidsAsking = () => inName("The link that you came by does not let you ask Claude. An owner can change that.");
export const linkUsedUp = () => inName("The link that you came by allows no more questions to Claude. An owner can lift the limit.");

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

export { type CloseCode, closeCodes } from "./frames/close-codes.ts";

/**
 * The HTTP body of an error. `detail` is a more exact sentence than the general one, and must be
 * our own. `requestId`: the log has more under it.
 */
export function errorBody(code: ErrorCode, detail?: string, retryAfterMs?: number, requestId?: string) {
	return {
		error: {
			code,
			message: detail ?? errors[code].text,
			...(retryAfterMs !== undefined && { retryAfterMs }),
			...(requestId && { requestId }),
		},
	};
}

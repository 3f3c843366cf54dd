// Why a sign-in with a provider is refused: for people by a reason, whose sentences are elsewhere, and for the log in detail.

export type Reason =
	| "not_begun"
	| "denied"
	| "failed"
	| "clock"
	| "not_verified"
	| "other_domain"
	| "suspended"
	| "unavailable"
	| "not_accepted"
	| "no_provider"
	| "bad_return"
	| "from_elsewhere"
	| "taken"
	| "join_ended"
	| "confirm_first"
	| "too_many";

export class SignInRefused extends Error {
	readonly reason: Reason;
	/** In ms. */
	readonly retryAfterMs: number | undefined;

	/** `detail` is for the log. It must not contain a token, a code or a secret. */
	constructor(reason: Reason, detail: string, retryAfterMs?: number) {
		super(detail);
		this.reason = reason;
		this.retryAfterMs = retryAfterMs;
	}
}

/** Text of a provider's, as one short line for the log. */
export function quote(text: unknown): string {
	return JSON.stringify(String(text).slice(0, 64));
}

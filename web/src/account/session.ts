// The session: the person who is signed in. The access token lives in memory only; a cookie that
// this code cannot read outlives a reload. Must not depend on React or on conversations.

import type { ApiError, Erased, Result, SignedIn } from "../api.ts";
import type { Clock, Renewal } from "../live/connection.ts";

export type SessionState =
	| { type: "unknown" }
	/** Not known yet. This device remembers nobody, so most likely nobody is signed in. */
	| { type: "unremembered" }
	/** Not known yet, because the service does not respond. Retries by itself. `problem`: what its operator has to correct. */
	| { type: "unreachable"; problem?: string }
	| { type: "signed_out" }
	/** The person whom this device remembers, until the service confirms or corrects it. */
	| { type: "remembered"; user: SignedIn["user"] }
	/** Signed out by an erasure whose outcome is still being shown. */
	| { type: "erased"; erased: Erased }
	| ({ type: "signed_in" } & SignedIn);

export type SessionOptions = {
	signInAsGuest(name: string): Promise<Result<SignedIn>>;
	refresh(): Promise<Result<SignedIn>>;
	rename(token: string, name: string): Promise<Result<SignedIn>>;
	/** Tells the person's other tabs: their tokens carry the old name. */
	renamed(): void;
	signOut(token: string): Promise<Result<undefined>>;
	/** The person who was signed in last, if this device remembers. */
	cachedUser(): Promise<SignedIn["user"] | undefined>;
	/** Deletes what this device keeps of everybody but this person; `null`: nobody is signed in. */
	keepOnly(userId: string | null): void;
	clock: Clock;
};

/** In ms. `shortestLife`: what a token lives at least, even if this device's clock is wrong. */
const timing = { renewBefore: 120_000, retryAfter: 10_000, shortestLife: 30_000 };

export class Session {
	readonly #options: SessionOptions;
	readonly #listeners = new Set<() => void>();
	#state: SessionState = { type: "unknown" };
	/** The refresh in progress, which all callers share. */
	#renewal: Promise<Result<SignedIn>> | undefined;
	/** Signing out: a refusal by the server is expected then. */
	#isEnding = false;
	/** The person whose data is on this device; `null` for nobody, `undefined` until that is known. */
	#owner: string | null | undefined;
	#cacheRead: Promise<void> = Promise.resolve();
	#cancelTimer = () => {};

	constructor(options: SessionOptions) {
		this.#options = options;
	}

	/** For `useSyncExternalStore`. Returns how to unsubscribe. */
	readonly subscribe = (listener: () => void): (() => void) => {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	};

	readonly state = (): SessionState => this.#state;

	/** Asks the service who is signed in. Until it responds, the remembered person counts. */
	start(): void {
		this.#cacheRead = this.#options.cachedUser().then((user) => {
			if (this.#state.type === "unknown") this.#become(user ? { type: "remembered", user } : { type: "unremembered" });
		});
		void this.renew();
	}

	/** Returns the refusal, if there is one. */
	async signIn(name: string): Promise<ApiError | undefined> {
		// A cookie may exist after all: then no second guest is created.
		if (this.#state.type === "unremembered" && "value" in (await this.#refreshed())) return;
		const result = await this.#options.signInAsGuest(name);
		if ("error" in result) return result.error;
		this.#signedIn(result.value);
	}

	/** Returns the refusal, if there is one. */
	async rename(name: string): Promise<ApiError | undefined> {
		const result = await this.call((token) => this.#options.rename(token, name));
		if ("error" in result) return result.error;
		this.#signedIn(result.value);
		this.#options.renamed();
		return undefined;
	}

	/** Ends the session for good, and with it a guest. Resolves to what went wrong, if anything did. */
	signOut(): Promise<string | undefined> {
		return this.#end(this.#options.signOut, () => ({ type: "signed_out" }));
	}

	/** Erases all data of the person by this call. Returns the reason if it failed. */
	erase(call: (token: string) => Promise<Result<Erased>>): Promise<string | undefined> {
		return this.#end(call, (erased) => ({ type: "erased", erased }));
	}

	/** The outcome of the erasure has been read. */
	readonly startAgain = (): void => this.#become({ type: "signed_out" });

	/**
	 * Gets a new token with the cookie: at the start, before the token expires, and when it is no
	 * longer accepted.
	 */
	readonly renew = async (): Promise<Renewal> => {
		const result = await this.#refreshed();
		if ("value" in result) return { token: result.value.token };
		return { failure: result.error.code === "unauthorized" ? "signed_out" : "unreachable" };
	};

	/** Like `renew`, for a connection of this person: another person's token ends it. */
	async renewFor(userId: string): Promise<Renewal> {
		const renewal = await this.renew();
		return "token" in renewal && !this.#isUser(userId) ? { failure: "signed_out" } : renewal;
	}

	/**
	 * Makes a call with the token. Gets a new token if there is none, or once if it is not
	 * accepted. Another tab may have signed in somebody else meanwhile: then the call is not made in their name.
	 */
	async call<T>(call: (token: string) => Promise<Result<T>>): Promise<Result<T>> {
		const state = this.#state;
		if (state.type !== "signed_in" && state.type !== "remembered") return notSignedIn;
		const result = state.type === "signed_in" ? await call(state.token) : undefined;
		if (result && (!("error" in result) || (result.error.code !== "unauthorized" && result.error.code !== "token_expired"))) return result;
		const refreshed = await this.#refreshed();
		if ("error" in refreshed) return result ?? refreshed;
		return refreshed.value.user.id === state.user.id ? call(refreshed.value.token) : notSignedIn;
	}

	/** Like `call`, for what this person has begun, and what may be made or repeated after they have left the page. */
	async callAs<T>(userId: string, call: (token: string) => Promise<Result<T>>): Promise<Result<T>> {
		return this.#isUser(userId) ? this.call(call) : notSignedIn;
	}

	#isUser(userId: string): boolean {
		return "user" in this.#state && this.#state.user.id === userId;
	}

	/** Like `call`, but returns only the reason if it failed. */
	async attempt<T>(call: (token: string) => Promise<Result<T>>): Promise<string | undefined> {
		const result = await this.call(call);
		return "error" in result ? result.error.message : undefined;
	}

	async #end<T>(call: (token: string) => Promise<Result<T>>, stateAfter: (value: T) => SessionState): Promise<string | undefined> {
		const state = this.#state;
		if (state.type !== "signed_in" && state.type !== "remembered") return notSignedIn.error.message;
		this.#isEnding = true;
		const result = await this.call(call);
		this.#isEnding = false;
		if ("error" in result) {
			// It may have succeeded all the same.
			void this.renew();
			return result.error.message;
		}
		this.#cancelTimer();
		this.#become(stateAfter(result.value));
		return undefined;
	}

	/** One refresh for all concurrent callers. */
	#refreshed(): Promise<Result<SignedIn>> {
		this.#renewal ??= this.#refresh().finally(() => {
			this.#renewal = undefined;
		});
		return this.#renewal;
	}

	async #refresh(): Promise<Result<SignedIn>> {
		const result = await this.#options.refresh();
		if ("value" in result) {
			this.#signedIn(result.value);
			return result;
		}
		if (result.error.code === "unauthorized") {
			this.#cancelTimer();
			if (!this.#isEnding && this.#state.type !== "erased") this.#become({ type: "signed_out" });
			return result;
		}
		await this.#cacheRead;
		const { code, message } = result.error;
		const { type } = this.#state;
		const isForDeployer = code === "misconfigured" && type !== "signed_in";
		// With two session cookies, nobody can tell whose sign-in it is.
		if ((code === "suspended" || code === "bad_request" || isForDeployer) && type !== "erased")
			this.#become({ type: "unreachable", problem: message });
		else if (type === "unknown" || type === "unremembered") this.#become({ type: "unreachable" });
		this.#setTimer(timing.retryAfter);
		return result;
	}

	#signedIn(value: SignedIn): void {
		const life = value.expiresAt - this.#options.clock.now();
		this.#setTimer(Math.max(timing.shortestLife, life - timing.renewBefore));
		this.#become({ type: "signed_in", ...value });
	}

	#setTimer(ms: number): void {
		this.#cancelTimer();
		this.#cancelTimer = this.#options.clock.after(ms, () => void this.renew());
	}

	#become(state: SessionState): void {
		this.#state = state;
		const owner = ownerIn(state);
		// However a session has ended, the next person who sees the page must find nothing of the last one.
		if (owner !== undefined && owner !== this.#owner) this.#options.keepOnly(owner);
		if (owner !== undefined) this.#owner = owner;
		for (const listener of this.#listeners) listener();
	}
}

/** `undefined` while the service has not said who is signed in. */
function ownerIn(state: SessionState): string | null | undefined {
	if (state.type === "signed_in") return state.user.id;
	return state.type === "signed_out" || state.type === "erased" ? null : undefined;
}

const notSignedIn = { error: { code: "unauthorized", message: "" } } as const;

// Who is signed in here. The access token lives in memory only; what outlives a reload is a cookie that this code cannot read.
// Knows nothing of React or of conversations.

import type { ApiError, Erased, Result, SignedIn } from "../api.ts";
import type { Clock, Renewal } from "../live/connection.ts";

export type SessionState =
	| { type: "unknown" }
	/** Not known yet, but nobody whom this device remembers: most likely nobody. */
	| { type: "unremembered" }
	/** Not known yet, and the service does not answer; asked again by itself. */
	| { type: "unreachable" }
	| { type: "signed_out" }
	/** Who was here when this device last heard of them: until the service says so, or otherwise. */
	| { type: "remembered"; user: SignedIn["user"] }
	/** And nothing is left of who was here; what was done is still to be read. */
	| { type: "erased"; erased: Erased }
	| ({ type: "signed_in" } & SignedIn);

export type SessionOptions = {
	signInAsGuest(name: string): Promise<Result<SignedIn>>;
	refresh(): Promise<Result<SignedIn>>;
	rename(token: string, name: string): Promise<Result<SignedIn>>;
	/** The person's other tabs have the same cookie, and a token with the name from before. */
	renamed(): void;
	signOut(token: string): Promise<Result<undefined>>;
	erase(token: string): Promise<Result<Erased>>;
	/** Who was here last, if this device kept that. */
	recall(): Promise<SignedIn["user"] | undefined>;
	/** Whoever was signed in is not to come back: what this device keeps of them goes. */
	forget(userId: string): void;
	clock: Clock;
};

/** In ms: how long before its end a token is replaced; how soon the next try comes when that failed; the shortest life a clock that is off may give a token. */
const timing = { renewBefore: 120_000, retryAfter: 10_000, shortestLife: 30_000 };

export class Session {
	readonly #options: SessionOptions;
	readonly #listeners = new Set<() => void>();
	#state: SessionState = { type: "unknown" };
	/** The one renewal under way, which everybody who asks waits for. */
	#renewal: Promise<Result<SignedIn>> | undefined;
	/** Its end is under way: what the server then refuses is no news. */
	#isEnding = false;
	#recalled: Promise<void> = Promise.resolve();
	#cancelTimer = () => {};

	constructor(options: SessionOptions) {
		this.#options = options;
	}

	/** For `useSyncExternalStore`; answers how to stop listening. */
	readonly subscribe = (listener: () => void): (() => void) => {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	};

	readonly state = (): SessionState => this.#state;

	/** Asks the service who is here; meanwhile it is whoever this device remembers. */
	start(): void {
		this.#recalled = this.#options.recall().then((user) => {
			if (this.#state.type === "unknown") this.#become(user ? { type: "remembered", user } : { type: "unremembered" });
		});
		void this.renew();
	}

	/** Why not, or nothing. */
	async signIn(name: string): Promise<ApiError | undefined> {
		// Whoever turns out to be here already is not made another one.
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

	/** Everything of whoever is signed in goes. Why not, or nothing. */
	erase(): Promise<string | undefined> {
		return this.#end(this.#options.erase, (erased) => ({ type: "erased", erased }));
	}

	/** What was done has been read. */
	readonly beginAnew = (): void => this.#become({ type: "signed_out" });

	/** A fresh token by the cookie: at the start, before the one there is ends, and when it is no longer accepted. */
	readonly renew = async (): Promise<Renewal> => {
		const result = await this.#refreshed();
		if ("value" in result) return { token: result.value.token };
		return { failure: result.error.code === "unauthorized" ? "signed_out" : "unreachable" };
	};

	/** Makes a call with the token; with a fresh one where there is none, and once more if it is not accepted. */
	async call<T>(call: (token: string) => Promise<Result<T>>): Promise<Result<T>> {
		const state = this.#state;
		if (state.type !== "signed_in" && state.type !== "remembered") return notSignedIn;
		const result = state.type === "signed_in" ? await call(state.token) : undefined;
		if (result && (!("error" in result) || (result.error.code !== "unauthorized" && result.error.code !== "token_expired"))) return result;
		const refreshed = await this.#refreshed();
		return "value" in refreshed ? call(refreshed.value.token) : (result ?? refreshed);
	}

	/** As `call`, where only what went wrong matters: in a sentence. */
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
			// It may have been done all the same.
			void this.renew();
			return result.error.message;
		}
		this.#cancelTimer();
		this.#become(stateAfter(result.value));
		this.#options.forget(state.user.id);
		return undefined;
	}

	/** Once for all who ask at once. */
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
		await this.#recalled;
		if (this.#state.type === "unknown" || this.#state.type === "unremembered") this.#become({ type: "unreachable" });
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
		for (const listener of this.#listeners) listener();
	}
}

const notSignedIn = { error: { code: "unauthorized", message: "" } } as const;

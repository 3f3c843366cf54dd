// How a person is signed in: by sessions and personal tokens, and the end of both. Must not know how they prove who they are.

import { closeCodes } from "../protocol/errors.ts";
import { isAccountId, isGuestId } from "../protocol/person.ts";
import type { Endings } from "./endings.ts";
import type { Everywhere } from "./everywhere.ts";
import { endOfGuest } from "./guest-end.ts";
import { Sessions } from "./sessions.ts";
import type { Sockets } from "./sockets.ts";
import type { Store } from "./store.ts";
import { Tokens } from "./tokens.ts";

type Parts = {
	userId: string;
	sql: SqlStorage;
	store: Store;
	sockets: Pick<Sockets, "close" | "closeSession" | "closeTokens">;
	/** Not there yet while the object is constructed. */
	endings: () => Pick<Endings, "end">;
	everywhere: () => Pick<Everywhere, "begin">;
	now: () => number;
};

/** A cookie that somebody presents. `issuedAt` in ms. */
export type Presented = { id: string; version: string; issuedAt: number };

export class SignIns {
	readonly #with: Parts;
	tokens: Tokens;
	sessions: Sessions;

	constructor(parts: Parts) {
		this.#with = parts;
		this.tokens = new Tokens(parts.sql);
		this.sessions = this.#newSessions();
	}

	#newSessions(): Sessions {
		return new Sessions(this.#with.sql, isAccountId(this.#with.userId));
	}

	/** The tables are gone. */
	reset(): void {
		this.tokens = new Tokens(this.#with.sql);
		this.sessions = this.#newSessions();
	}

	get isEmpty(): boolean {
		return this.tokens.isEmpty && this.sessions.isEmpty;
	}

	deleteAll(): void {
		this.tokens.deleteAll();
		this.sessions.deleteAll();
	}

	/** When a guest can never come back, in ms. They are signed out then, so that their conversations have an owner. */
	get guestEnd(): number | undefined {
		return endOfGuest(this.#with.userId, this.#with.store, this.sessions);
	}

	/** True if the person has signed out, or this session or personal token of theirs has ended. */
	isEnded({ tokenId, session }: { tokenId?: string | undefined; session?: string | undefined }): boolean {
		if (this.#with.store.isSignedOut) return true;
		if (tokenId !== undefined) return !this.tokens.use(tokenId, this.#with.now());
		return session !== undefined && this.sessions.isEnded(session);
	}

	/** Permanent: from now on no token of this person is accepted. Ends their memberships, and closes their sockets everywhere. */
	async signOut(): Promise<void> {
		this.deleteAll();
		this.#with.store.signOut(this.#with.now());
		this.#with.sockets.close(closeCodes.token, "signed out");
		await this.#with.endings().end("sign-out");
	}

	/** Begins a session of somebody whom a provider has just vouched for, under the name that it gave. */
	async begin(session: string, username: string): Promise<void> {
		this.sessions.register(session, this.#with.now());
		this.tokens.ownerSeen(this.#with.now());
		if (this.sessions.name !== username) await this.rename(username);
	}

	/** Ends one session of somebody who can sign in again. What their programs may do does not depend on it. */
	async endSession(id: string): Promise<void> {
		this.sessions.end(id, this.#with.now());
		this.#with.sockets.closeSession(id);
		await this.#with.endings().end("sessions");
	}

	/**
	 * The next cookie of a session and the person's name, which is kept here from the first renewal on. `undefined` if the session has
	 * ended. `username`: the name in the cookie.
	 */
	async renew(presented: Presented, username: string): Promise<{ version: string; username: string } | undefined> {
		if (this.#with.store.isSignedOut) return undefined;
		const wasEnded = this.sessions.isEnded(presented.id);
		const next = this.sessions.renew(presented, this.#with.now());
		// A copied cookie has ended the session.
		if (!wasEnded && this.sessions.isEnded(presented.id)) await this.#endCopied(presented.id);
		if (next === undefined) return undefined;
		if (this.sessions.name === undefined) this.sessions.saveName(username);
		return { version: next, username: this.sessions.name ?? username };
	}

	/**
	 * A copied cookie has ended this session, and what it made ends with it: whoever copied the cookie may have made a token. Nobody can
	 * come back as a guest without a session, so a guest's last one signs them out.
	 */
	async #endCopied(id: string): Promise<void> {
		if (isGuestId(this.#with.userId) && !this.sessions.hasLive(this.#with.now())) return this.signOut();
		this.#with.sockets.closeSession(id);
		const tokens = this.tokens.revokeOf(id, this.#with.now());
		await Promise.all([this.#with.endings().end("sessions"), this.#endTokens(tokens)]);
	}

	/** Passes the new name to their conversations. */
	async rename(username: string): Promise<void> {
		this.sessions.saveName(username);
		await this.#with.everywhere().begin("rename", this.#with.store.conversationIds());
	}

	/** The person's name, once it is known here; `undefined` if this session of theirs does not hold. */
	show(session: string): { username?: string } | undefined {
		if (this.isEnded({ session })) return undefined;
		const { name } = this.sessions;
		return name === undefined ? {} : { username: name };
	}

	/** The token is no longer accepted, and its sockets are closed. Returns false if there is no such token. */
	async revokeToken(id: string): Promise<boolean> {
		if (!this.tokens.revoke(id, this.#with.now())) return false;
		await this.#endTokens([id]);
		return true;
	}

	async #endTokens(ids: readonly string[]): Promise<void> {
		if (ids.length === 0) return;
		this.#with.sockets.closeTokens(ids);
		await this.#with.endings().end("tokens");
	}
}

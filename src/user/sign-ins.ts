// How a person is signed in: by sessions and personal tokens, and the end of both. Must not know how they prove who they are.

import type { Device } from "../protocol/account/account.ts";
import { closeCodes } from "../protocol/errors.ts";
import { isAccountId, isGuestId } from "../protocol/person.ts";
import type { Refusal } from "../protocol/refusal.ts";
import type { IdentityObjects } from "./account/identities.ts";
import { AccountTables } from "./account/tables.ts";
import type { Endings } from "./endings.ts";
import type { Everywhere } from "./everywhere.ts";
import { endOfGuest } from "./guest-end.ts";
import type { Push } from "./push/push.ts";
import { type Presented, Sessions } from "./sessions.ts";
import type { Sockets } from "./sockets.ts";
import type { Store } from "./store.ts";
import { Suspension } from "./suspension.ts";
import { type ShownToken, Tokens } from "./tokens.ts";

type Parts = {
	userId: string;
	sql: SqlStorage;
	store: Store;
	sockets: Pick<Sockets, "close" | "closeSession" | "closeTokens">;
	push: () => Pick<Push, "endSession" | "remove">;
	/** Not there yet while the object is constructed. */
	endings: () => Pick<Endings, "end">;
	everywhere: () => Pick<Everywhere, "begin">;
	objects: IdentityObjects;
	now: () => number;
};

/**
 * How a sign-in stands. `end`: why it does not hold. `username`: the person's name, once it is known here. `isAccount`: they came as a
 * guest, and sign in with a provider since.
 */
export type Standing = { end?: "signed out" | "ended" | "suspended"; username?: string; isAccount?: true };

/** In ms. The browser has the cookie of the session that replaces another by then. */
const replacing = 10_000;

export class SignIns {
	readonly #with: Parts;
	tokens: Tokens;
	sessions: Sessions;
	readonly suspension: Suspension;
	readonly account: AccountTables;
	/** Sessions that others have just replaced, with the times. */
	readonly #replaced = new Map<string, number>();

	constructor(parts: Parts) {
		this.#with = parts;
		this.suspension = new Suspension(parts.sql);
		this.account = new AccountTables(parts.sql);
		this.tokens = new Tokens(parts.sql);
		this.sessions = this.#newSessions();
	}

	#newSessions(): Sessions {
		const { passkeys, identities } = this.account;
		return new Sessions(this.#with.sql, () => isAccountId(this.#with.userId) || passkeys.everExisted || identities.everExisted);
	}

	/** The tables are gone. */
	reset(): void {
		this.tokens = new Tokens(this.#with.sql);
		this.sessions = this.#newSessions();
		this.suspension.reset();
	}

	get isEmpty(): boolean {
		const { passkeys, identities } = this.account;
		return this.tokens.isEmpty && this.sessions.isEmpty && passkeys.count === 0 && identities.count === 0 && identities.owner === undefined;
	}

	/** The person has conversations or programs, also former ones. */
	get hasTraces(): boolean {
		return this.#with.store.enteredIds().length > 0 || !this.tokens.isEmpty;
	}

	/** The person came as a guest, and signs in with a provider since. */
	get isAccount(): boolean {
		return this.account.identities.count > 0;
	}

	/** Sessions that were never renewed are not known, and not counted. */
	get counts(): { sessions: number; tokens: number } {
		const now = this.#with.now();
		return { sessions: this.sessions.countLive(now), tokens: this.tokens.countLive(now) };
	}

	/** Identities that lead here lead to people of their own again. If their objects cannot be reached, the next sign-in tells them. */
	deleteAll(): void {
		const { userId, objects } = this.#with;
		for (const { id } of this.account.identities.list())
			void objects
				.getByName(id)
				.releaseIdentity(userId)
				.catch(() => {});
		this.tokens.deleteAll();
		this.sessions.deleteAll();
		this.account.deleteAll();
		this.#with.push().remove();
	}

	get isSignedOut(): boolean {
		return this.#with.store.isSignedOut;
	}

	/** When a guest can never come back, in ms. They are signed out then, so that their conversations have an owner. */
	get guestEnd(): number | undefined {
		// A suspended guest cannot renew a session: one administrator would end them, and with them what only they are in. They end when restored.
		const isKept = this.account.passkeys.count > 0 || this.isAccount || this.suspension.isInForce;
		return isKept ? undefined : endOfGuest(this.#with.userId, this.#with.store, this.sessions);
	}

	/** Why the sign-in does not hold: the person has signed out or is suspended, or this session or personal token has ended. */
	endOf({ tokenId, session }: { tokenId?: string | undefined; session?: string | undefined }): Standing["end"] {
		if (this.#with.store.isSignedOut) return "signed out";
		if (tokenId !== undefined && !this.tokens.use(tokenId, this.#with.now())) return "ended";
		if (session !== undefined && this.sessions.isEnded(session)) return "ended";
		return this.suspension.isInForce ? "suspended" : undefined;
	}

	/** Refuses whoever asks for what outlasts the request: the Worker has checked the sign-in, but it may have ended since. */
	refusalOf(by: { tokenId?: string | undefined; session?: string | undefined }): Refusal | undefined {
		const end = this.endOf(by);
		return end && { code: end === "suspended" ? end : "unauthorized" };
	}

	standing(session: string | undefined): Standing {
		const end = this.endOf({ session });
		if (end !== undefined) return { end };
		const { name } = this.sessions;
		return {
			...(session !== undefined && name !== undefined && { username: name }),
			...(this.isAccount && { isAccount: true as const }),
		};
	}

	/** Nobody is let in as this person until they are restored, and their sockets are closed. Nothing of theirs changes. */
	async suspend(isSuspended: boolean): Promise<void> {
		this.suspension.set(isSuspended);
		if (!isSuspended) return;
		this.#with.sockets.close(closeCodes.token, "suspended");
		await this.#with.endings().end("suspend");
	}

	/**
	 * Permanent: from now on no token of this person is accepted. Ends their memberships, and closes their sockets everywhere. `keeps`: see
	 * `Store.signOut`. Stored first: where there is no room for that, everything stays as it was.
	 */
	async signOut(keeps = false): Promise<void> {
		this.#with.store.signOut(this.#with.now(), keeps);
		this.deleteAll();
		this.#with.sockets.close(closeCodes.token, "signed out");
		await this.#with.endings().end("sign-out");
	}

	/** Ends the sign-in of this session. A guest who could not come back signs out for good. */
	async signOutHere(session: string): Promise<void> {
		return this.#canComeBackWithout(session) ? this.endSession(session) : this.signOut();
	}

	#canComeBackWithout(session: string): boolean {
		const isKept = !isGuestId(this.#with.userId) || this.account.passkeys.count > 0 || this.isAccount;
		return isKept || this.sessions.hasLive(this.#with.now(), session);
	}

	/**
	 * Begins a session of somebody whom a provider has just vouched for, under the name that it gave. `mark`: see
	 * `Suspension.administrator`. `leadsTo`: it begins with that person instead.
	 */
	async begin(session: string, username: string, mark?: string): Promise<"begun" | "suspended" | { leadsTo: string }> {
		if (this.suspension.isInForce) return "suspended";
		const { owner } = this.account.identities;
		if (owner !== undefined) return { leadsTo: owner };
		this.suspension.setAdministrator(mark);
		this.register(session);
		this.tokens.ownerSeen(this.#with.now());
		if (this.sessions.name !== username) await this.rename(username);
		return "begun";
	}

	/** Begins a session. One too many ends the one that was used least recently, as if it were signed out from here. */
	register(session: string): void {
		this.#ended(this.sessions.register(session, this.#with.now()));
	}

	/** Registers a session that began without. */
	adopt(session: string): void {
		this.#ended(this.sessions.adopt(session, this.#with.now()));
	}

	/** Begins a session in place of another one, which has to be ended besides. */
	replace(session: string, next: string): void {
		this.#replaced.set(session, this.#with.now());
		this.register(next);
	}

	/** Another tab asks with the former cookie, before the browser has the new one. */
	#isReplacedNow(session: string): boolean {
		return this.#with.now() - (this.#replaced.get(session) ?? Number.NEGATIVE_INFINITY) < replacing;
	}

	#ended(sessions: readonly string[]): void {
		for (const id of sessions) this.#closeSession(id);
		if (sessions.length > 0) void this.#with.endings().end("sessions");
	}

	/** Ends one session of somebody who can sign in again. What their programs may do does not depend on it. */
	endSession(id: string): Promise<void> {
		return this.endSessions([id]);
	}

	async endSessions(ids: readonly string[]): Promise<void> {
		if (ids.length === 0) return;
		for (const id of ids) {
			this.sessions.end(id, this.#with.now());
			this.#closeSession(id);
		}
		await this.#with.endings().end("sessions");
	}

	/** Ends everything that could act for the person but this session. Whoever shared it may have made its tokens. */
	async endOthers(session: string): Promise<void> {
		this.account.links.deleteAll();
		const others = this.sessions.live(this.#with.now()).filter(({ id }) => id !== session);
		const tokens = this.tokens.revokeAll(this.#with.now());
		await Promise.all([this.endSessions(others.map(({ id }) => id)), this.#endTokens(tokens)]);
	}

	/**
	 * The next cookie of a session and the person's name, which is kept here from the first renewal on. `undefined` if the session has
	 * ended; `replaced` if the browser is about to have another cookie. `username`: the name in the cookie. Somebody who is suspended
	 * keeps their cookie.
	 */
	async renew(
		presented: Presented,
		username: string,
		device?: Device,
	): Promise<{ version: string; username: string; isAccount: boolean } | "suspended" | "replaced" | undefined> {
		if (this.#with.store.isSignedOut) return undefined;
		const wasEnded = this.sessions.isEnded(presented.id);
		if (wasEnded && this.#isReplacedNow(presented.id)) return "replaced";
		if (!wasEnded && this.suspension.isInForce) return "suspended";
		const next = this.sessions.renew(presented, this.#with.now());
		// A copied cookie has ended the session.
		if (!wasEnded && this.sessions.isEnded(presented.id)) await this.#endCopied(presented.id);
		if (next === undefined) return undefined;
		if (this.sessions.name === undefined) this.sessions.saveName(username);
		if (device) this.account.devices.note(presented.id, device);
		return { version: next, username: this.sessions.name ?? username, isAccount: this.isAccount };
	}

	/**
	 * A copied cookie has ended this session, and what it made ends with it: whoever copied the cookie may have made a token. Nobody can
	 * come back as a guest without a session or a passkey, so a guest's last one signs them out.
	 */
	async #endCopied(id: string): Promise<void> {
		if (!this.#canComeBackWithout(id)) return this.signOut();
		this.#closeSession(id);
		const tokens = this.tokens.revokeOf(id, this.#with.now());
		await Promise.all([this.#with.endings().end("sessions"), this.#endTokens(tokens)]);
	}

	/** Nothing more goes to the device that had it. */
	#closeSession(id: string): void {
		this.#with.sockets.closeSession(id);
		this.#with.push().endSession(id);
	}

	async rename(username: string): Promise<void> {
		this.sessions.saveName(username);
		await this.tellName();
	}

	/** Tells their conversations what they are called, and whether they are a guest. */
	async tellName(): Promise<void> {
		await this.#with.everywhere().begin("rename", this.#with.store.conversationIds());
	}

	/** What a token that somebody presents permits. One that was created while its owner signed out permits nothing. */
	showToken(id: string): (ShownToken & { isSuspended: boolean; isAccount: boolean }) | undefined {
		const shown = this.#with.store.isSignedOut ? undefined : this.tokens.use(id, this.#with.now());
		return shown && { ...shown, isSuspended: this.suspension.isInForce, isAccount: this.isAccount };
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
